"""The watchdog: a camera that is unplugged or freezes is given up, and taken back when it returns."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import cv2
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame
from livestyle.core.size import Size
from livestyle.sources.camera import connection, discovery
from livestyle.sources.camera.connection import Request
from livestyle.sources.camera.grabber import Grabber
from livestyle.sources.camera.reconnecting import draw_reconnecting
from livestyle.sources.camera.source import CameraSource, Patience
from tests.sources.cameras import FakeCapture, MjpegServer

QUICK = Patience(first=20, stall=0.5, reopen=3, back_off=0.05, back_off_limit=0.2, notice=0.05)
LONG_S = 30.0


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[FakeCapture]]:
    """A camera of the test's own behind cv2.VideoCapture, plugged in."""

    class Fake(FakeCapture):
        frozen = threading.Event()

    kind = Fake
    monkeypatch.setattr("cv2.VideoCapture", kind)
    monkeypatch.setattr(connection, "_device", lambda address: ("Fake camera", 0))
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
    raise AssertionError(f"no frame with notice={notice}; {source.problem}")


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
        assert source.problem
        fake.plugged, fake.size = True, Size(128, 80)
        fake.frozen.clear()
        after = read_until(source, notice=False)
        assert after.index > notice.index
        assert source.info.size == Size.of(after.pixels) == Size(128, 80)
        assert source.reconnects >= 1
        assert not source.problem


def test_a_stuck_camera_costs_a_bounded_number_of_threads(fake: type[FakeCapture]) -> None:
    patience = Patience(
        first=20, stall=0.1, reopen=0.1, back_off=0.01, back_off_limit=0.01, notice=0.02, stuck=2
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
    source = CameraSource(Request("0"), Patience(stall=LONG_S))
    with source:
        fake.frozen.set()
        reader = threading.Thread(target=lambda: results.extend(iter(source.read, None)))
        reader.start()
    reader.join(LONG_S)
    assert not reader.is_alive()
    assert not any(frame is not None and frame.notice for frame in results)


def test_a_driver_that_raises_is_a_camera_that_is_away() -> None:
    def broken(_: Request) -> connection.Capture:
        raise RuntimeError("the driver fell over")

    grabber = Grabber(Request("0"), broken)
    grabber.join()
    assert grabber.over
    assert "the driver fell over" in str(grabber.error)


def test_a_missing_index_names_the_cameras_and_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    found = (discovery.Camera(2, "Logitech BRIO", "/dev/video2"),)
    monkeypatch.setattr(connection, "list_cameras", lambda: found)
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(LivestyleError) as caught, CameraSource(Request("7")):
        pass
    assert "no camera 7" in str(caught.value)
    assert "Logitech BRIO" in str(caught.value)
    assert "--camera synthetic" in str(caught.value)


@pytest.mark.parametrize("size", [Size(64, 64), Size(640, 480), Size(200, 1000), Size(3840, 2160)])
def test_the_notice_is_legible_and_moves(size: Size) -> None:
    first, second = draw_reconnecting(size, "A camera", 0), draw_reconnecting(size, "A camera", 1)
    assert first.shape == (size.height, size.width, 3)
    lettering = first[round(size.height * 0.5) : round(size.height * 0.7)].max(axis=2) > 150
    assert lettering.mean() > 0.004
    assert (first != second).any()


def test_a_network_camera_dies_and_comes_back_on_its_port() -> None:
    patience = Patience(stall=2, reopen=10, back_off=0.1, back_off_limit=0.5, notice=0.1)
    with MjpegServer(Size(96, 64)) as server, CameraSource(Request(server.url), patience) as source:
        assert source.info.format == "mjpeg"
        assert Size.of(read_until(source, notice=False).pixels) == Size(96, 64)
        server.close()
        read_until(source, notice=True)
        with MjpegServer(Size(160, 120), server.port):
            assert Size.of(read_until(source, notice=False).pixels) == Size(160, 120)


def test_a_network_camera_that_sends_nothing_more_is_noticed_and_taken_back() -> None:
    patience = Patience(stall=1, reopen=10, back_off=0.1, back_off_limit=0.5, notice=0.1)
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


def test_a_password_in_a_url_is_not_shown() -> None:
    request = Request("http://me:secret@127.0.0.1:1/live?key=secret")
    with pytest.raises(LivestyleError) as caught, CameraSource(request):
        pass
    assert "secret" not in str(caught.value)
    assert request.label == "127.0.0.1:1/live"
