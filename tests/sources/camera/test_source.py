"""The watchdog: a camera that is unplugged or freezes is given up, and taken back when it returns."""

from __future__ import annotations

import contextlib
import gc
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame
from livestyle.core.size import Size
from livestyle.sources import stream
from livestyle.sources.camera import connection as capture
from livestyle.sources.camera import discovery
from livestyle.sources.camera.connection import Request
from livestyle.sources.camera.grabber import Grabber
from livestyle.sources.camera.reconnecting import draw_reconnecting
from livestyle.sources.camera.source import CameraSource, Patience
from tests.sources.cameras import FakeCapture, MjpegServer, TextServer
from tests.sources.media import write_video

QUICK = Patience(first=20, stall=0.5, unsure=0.5, reopen=3, back_off=0.05, back_off_limit=0.2, notice=0.05)
LONG_S = 30.0


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[FakeCapture]]:
    """A camera of the test's own behind cv2.VideoCapture, plugged in."""

    class Fake(FakeCapture):
        frozen = threading.Event()

    kind = Fake
    monkeypatch.setattr("cv2.VideoCapture", kind)
    monkeypatch.setattr(capture, "_device", lambda address: ("Fake camera", 0))
    yield kind
    kind.frozen.clear()


def read_until(source: CameraSource, notice: bool) -> Frame:
    """Read on until the camera is away (a notice comes) or back (a picture of its own comes)."""
    limit_s = time.monotonic() + LONG_S
    while time.monotonic() < limit_s:
        frame = source.read()
        assert frame is not None
        if frame.notice is notice:
            return frame
    raise AssertionError(f"no frame with notice={notice}")


def test_what_is_asked_comes_in_the_order_drivers_need_and_is_read_back(fake: type[FakeCapture]) -> None:
    with CameraSource(Request("0", Size(1280, 720), 60), QUICK) as source:
        asked = [key for key, _ in fake.asked]
        assert asked[0] == cv2.CAP_PROP_FOURCC
        assert asked[-1] == cv2.CAP_PROP_FPS
        assert source.info.size == Size(96, 64)
        assert source.info.rate == 100
        assert source.info.format == "MJPG"
        assert source.info.name == "Fake camera"


def _unplug(fake: type[FakeCapture]) -> None:
    fake.plugged = False


def _freeze(fake: type[FakeCapture]) -> None:
    fake.frozen.set()


@pytest.mark.parametrize("harm", [_unplug, _freeze])
def test_a_camera_that_stops_is_shown_as_reconnecting_and_comes_back(
    fake: type[FakeCapture], harm: Callable[[type[FakeCapture]], None]
) -> None:
    with CameraSource(Request("0"), QUICK) as source:
        before = read_until(source, notice=False)
        harm(fake)
        notice = read_until(source, notice=True)
        assert notice.pixels.shape == before.pixels.shape
        assert notice.index > before.index
        assert (notice.pixels != before.pixels).mean() > 0.5
        fake.plugged, fake.size = True, Size(128, 80)
        fake.frozen.clear()
        after = read_until(source, notice=False)
        assert after.index > notice.index
        assert source.info.size == Size.of(after.pixels) == Size(128, 80)


def test_a_stuck_camera_costs_a_bounded_number_of_threads(fake: type[FakeCapture]) -> None:
    patience = Patience(
        first=20, stall=0.1, unsure=0.1, reopen=0.1, back_off=0.01, back_off_limit=0.01, notice=0.02, stuck=2
    )
    with CameraSource(Request("0"), patience) as source:
        fake.frozen.set()
        read_until(source, notice=True)
        for _ in range(40):
            source.read()
        grabbing = [t for t in threading.enumerate() if t.name == "livestyle-grab"]
        assert len(grabbing) <= patience.stuck + 1
        fake.frozen.clear()
        read_until(source, notice=False)


def test_leaving_wakes_a_reader_that_waits_even_for_a_stuck_driver(fake: type[FakeCapture]) -> None:
    results: list[Frame | None] = []
    source = CameraSource(Request("0"), Patience(stall=LONG_S, leave=0.1))
    with source:
        fake.frozen.set()
        reader = threading.Thread(target=lambda: results.extend(iter(source.read, None)))
        reader.start()
    reader.join(LONG_S)
    assert not reader.is_alive()
    assert not any(frame is not None and frame.notice for frame in results)


def test_a_driver_that_raises_is_a_camera_that_is_away() -> None:
    def broken(_: Request) -> capture.Capture:
        raise RuntimeError("the driver fell over")

    grabber = Grabber(Request("0"), broken)
    grabber.join(LONG_S)
    assert grabber.over
    assert "the driver fell over" in str(grabber.error)


def test_a_slow_camera_is_not_lost(fake: type[FakeCapture]) -> None:
    patience = Patience(first=20, stall=0.05, unsure=LONG_S, notice=0.05)
    fake.pause_s = 0.3
    with CameraSource(Request("0"), patience) as source:
        frames = [source.read() for _ in range(4)]
        assert not any(frame is None or frame.notice for frame in frames)
        fake.frozen.set()
        read_until(source, notice=True)


def test_many_cameras_that_hang_are_left_within_one_deadline(
    fake: type[FakeCapture], monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    join = Grabber.join

    def counted(grabber: Grabber, seconds: float) -> None:
        waits.append(max(0.0, seconds))
        join(grabber, seconds)

    monkeypatch.setattr(Grabber, "join", counted)
    patience = Patience(stall=LONG_S, leave=0.5)
    sources = [CameraSource(Request(str(number)), patience) for number in range(8)]
    with contextlib.ExitStack() as stack:
        for source in sources:
            stack.enter_context(source)
        fake.frozen.set()
        for source in sources:
            source.stop()
    assert len(waits) == 8
    assert sum(waits) <= patience.leave


def test_a_missing_index_names_the_cameras_and_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    found = (discovery.Camera(2, "Logitech BRIO", "/dev/video2"),)
    monkeypatch.setattr(capture, "list_cameras", lambda: found)
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(LivestyleError) as caught, CameraSource(Request("7")):
        pass
    assert "no camera 7" in str(caught.value)
    assert "Logitech BRIO" in str(caught.value)
    assert "--camera synthetic" in str(caught.value)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux")
@pytest.mark.parametrize("device", ["a pipe", "/dev/null"])
def test_what_is_no_camera_below_dev_is_called_so(device: str) -> None:
    """A pipe as a shell makes of `--camera <(program)`."""
    ends = os.pipe()
    try:
        says = r"it is no camera; a pipe of pictures is given as -"
        path = device if device.startswith("/") else f"/dev/fd/{ends[0]}"
        with pytest.raises(LivestyleError, match=says), CameraSource(Request(path)):
            pass
    finally:
        for end in ends:
            os.close(end)


@pytest.mark.parametrize("size", [Size(64, 64), Size(640, 480), Size(200, 1000), Size(3840, 2160)])
def test_the_notice_is_legible_and_moves(size: Size) -> None:
    first, second = draw_reconnecting(size, "A camera", 0), draw_reconnecting(size, "A camera", 1)
    assert first.shape == (size.height, size.width, 3)
    lettering = first[round(size.height * 0.5) : round(size.height * 0.7)].max(axis=2) > 150
    assert lettering.mean() > 0.004
    assert (first != second).any()


def test_a_network_camera_dies_and_comes_back_on_its_port() -> None:
    patience = Patience(stall=2, unsure=2, reopen=10, back_off=0.1, back_off_limit=0.5, notice=0.1)
    with MjpegServer(Size(96, 64)) as server, CameraSource(Request(server.url), patience) as source:
        assert source.info.format == "mjpeg"
        assert Size.of(read_until(source, notice=False).pixels) == Size(96, 64)
        server.close()
        read_until(source, notice=True)
        with MjpegServer(Size(160, 120), server.port):
            assert Size.of(read_until(source, notice=False).pixels) == Size(160, 120)


def test_a_network_camera_that_sends_nothing_more_is_noticed_and_taken_back() -> None:
    patience = Patience(stall=1, unsure=1, reopen=10, back_off=0.1, back_off_limit=0.5, notice=0.1)
    with MjpegServer(Size(96, 64)) as server, CameraSource(Request(server.url), patience) as source:
        read_until(source, notice=False)
        server.frozen = True
        read_until(source, notice=True)
        server.frozen = False
        read_until(source, notice=False)


def test_a_network_camera_that_is_not_there_is_one_error() -> None:
    server = MjpegServer(Size(96, 64))
    server.close()
    with pytest.raises(LivestyleError, match="can't be opened"), CameraSource(Request(server.url)):
        pass


HTML = "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\nContent-Length: 18\r\n\r\n<html>A router ..."


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (HTML, "is no camera"),
        ("HTTP/1.0 200 OK\r\n\r\n", "it ends the connection"),
        ("HTTP/1.0 401 Unauthorized\r\n\r\n", "asks for a user and a password"),
        ("HTTP/1.0 403 Forbidden\r\n\r\n", "does not let this user in"),
        ("HTTP/1.0 404 Not Found\r\n\r\n", "no such path"),
        ("", r"does not answer in 0\.5 s"),
    ],
)
def test_what_answers_and_is_no_camera(answer: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "OPEN_TIMEOUT_S", 0.5)
    server = TextServer(answer)
    with (
        contextlib.closing(server),
        pytest.raises(LivestyleError, match=says),
        CameraSource(Request(server.url)),
    ):
        pass


def test_a_host_that_does_not_exist() -> None:
    with (
        pytest.raises(LivestyleError, match="no host of this name"),
        CameraSource(Request("http://no.such.host")),
    ):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="threads of libraries are counted in /proc")
def test_a_closed_connection_leaves_no_thread(tmp_path: Path) -> None:
    film = write_video(tmp_path / "film.ts", range(0, 1200, 40)).read_bytes()
    server = TextServer(film)
    own = os.sched_getaffinity(0)
    gc.disable()
    try:
        os.sched_setaffinity(0, range(os.cpu_count() or 1))  # on one core a decoder starts no threads
        before = _threads()
        connection = stream.StreamCapture(server.url.replace("http", "tcp"))
        assert connection.next() is not None
        assert _threads() > before
        connection.close()
        assert _threads() <= before
    finally:
        os.sched_setaffinity(0, own)
        gc.enable()
        server.close()


def test_a_network_camera_with_wide_pixels_is_seen_in_its_shape(tmp_path: Path) -> None:
    film = ["-f", "lavfi", "-i", "testsrc=s=96x64:r=25:d=1", "-aspect", "16:9", "-c:v", "mpeg2video"]
    subprocess.run(["ffmpeg", "-v", "error", *film, str(tmp_path / "a.ts")], check=True, timeout=60)
    server = TextServer((tmp_path / "a.ts").read_bytes())
    connection = stream.StreamCapture(server.url.replace("http", "tcp"))
    seen = connection.next()
    connection.close()
    server.close()
    assert seen is not None
    assert Size.of(seen[0]) == Size(round(64 * 16 / 9), 64)


def _threads() -> int:
    return sum(1 for _ in Path("/proc/self/task").iterdir())
