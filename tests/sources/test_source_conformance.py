"""What Source promises, held against every source."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size
from livestyle.sources.camera import connection
from livestyle.sources.camera.connection import Request
from livestyle.sources.camera.source import CameraSource
from livestyle.sources.images import ImagesSource
from livestyle.sources.source import Source
from livestyle.sources.synthetic.source import SyntheticSource
from livestyle.sources.video import reader as video_reader
from livestyle.sources.video.clip import ClipSource
from livestyle.sources.video.file import VideoFileSource
from tests.sources.cameras import FakeCapture, MjpegServer
from tests.sources.media import SIZE, card, write_video

Make = Callable[[Path, pytest.MonkeyPatch, ExitStack], Source]


def _video(folder: Path) -> Path:
    return write_video(folder / "in.mp4", range(0, 400, 40))


def _folder(folder: Path) -> Path:
    for number in range(3):
        cv2.imwrite(str(folder / f"{number}.png"), card(number))
    return folder


def _device(_folder: Path, patch: pytest.MonkeyPatch, _stack: ExitStack) -> Source:
    patch.setattr("cv2.VideoCapture", FakeCapture)
    patch.setattr(connection, "_device", lambda address: ("Fake camera", 0))
    return CameraSource(Request("0"))


def _network(_folder: Path, _patch: pytest.MonkeyPatch, stack: ExitStack) -> Source:
    return CameraSource(Request(stack.enter_context(MjpegServer(SIZE)).url))


SOURCES: dict[str, Make] = {
    "video": lambda folder, *_: VideoFileSource(_video(folder)),
    "clip": lambda folder, *_: ClipSource(_video(folder)),
    "clip scaled": lambda folder, *_: ClipSource(_video(folder), Size(64, 64)),
    "picture": lambda folder, *_: ImagesSource(_folder(folder) / "1.png"),
    "pictures": lambda folder, *_: ImagesSource(_folder(folder)),
    "synthetic": lambda *_: SyntheticSource(SIZE, 50),
    "device": _device,
    "network": _network,
}


@pytest.fixture(params=SOURCES)
def source(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Source]:
    with ExitStack() as stack:
        yield SOURCES[request.param](tmp_path, monkeypatch, stack)


def test_frames_are_pictures_of_the_size_that_info_says(source: Source) -> None:
    with source:
        frame = source.read()
        assert frame is not None
        assert frame.pixels.dtype == np.uint8
        assert frame.pixels.flags.c_contiguous
        assert frame.pixels.shape == (source.info.size.height, source.info.size.width, 3)
        assert source.info.name
        assert source.info.format


def test_indexes_rise_and_times_do_not_fall(source: Source) -> None:
    with source:
        frames = [f for f in (source.read() for _ in range(3)) if f is not None]
    assert len(frames) == 3 or source.info.frames == 1
    for before, after in pairwise(frames):
        assert after.index > before.index
        assert after.captured_ns >= before.captured_ns
    assert all(f.captured_ns <= time.monotonic_ns() for f in frames)


def test_pixels_are_the_callers_own(source: Source) -> None:
    with source:
        first = source.read()
        assert first is not None
        first.pixels[:] = 7
        second = source.read()
        assert second is None or second.pixels.std() > 1
        assert (first.pixels == 7).all()


def test_a_live_source_skips_what_nobody_reads_and_a_file_does_not(source: Source) -> None:
    with source:
        first = source.read()
        assert first is not None
        while time.monotonic_ns() < first.captured_ns + 300_000_000:
            time.sleep(0.02)
        frames = [f for f in (source.read() for _ in range(2)) if f is not None]
        if source.info.live:
            assert frames[-1].index > 2
        else:
            assert [f.index for f in frames] == [1, 2][: len(frames)]


def test_the_end_is_the_end(source: Source) -> None:
    with source:
        if source.info.live:
            assert source.info.frames is None
            return
        count = 0
        while source.read() is not None:
            count += 1
        assert count == source.info.frames
        assert source.read() is None
        assert source.read() is None


def test_stop_ends_it_from_any_thread(source: Source) -> None:
    with source:
        source.read()
        reader = threading.Thread(target=lambda: list(iter(source.read, None)))
        reader.start()
        source.stop()
        reader.join(60)
        assert not reader.is_alive()
        assert source.read() is None


def test_pts_come_with_a_time_base(source: Source) -> None:
    with source:
        frame = source.read()
        assert frame is not None
        assert (frame.pts is None) == (source.info.time_base is None)


def _fail_after_reading(source: Source) -> None:
    source.read()
    raise ZeroDivisionError


def test_leaving_joins_every_thread_whatever_happened(source: Source) -> None:
    before = set(threading.enumerate())
    with pytest.raises(ZeroDivisionError), source:
        _fail_after_reading(source)
    ours = [t for t in set(threading.enumerate()) - before if t.name.startswith("livestyle")]
    assert not ours


def test_a_source_can_be_entered_again(source: Source) -> None:
    for _ in range(2):
        with source:
            frame = source.read()
            assert frame is not None
            assert frame.index <= 1 or source.info.live


def test_before_entering_info_is_an_error_or_known(source: Source) -> None:
    try:
        message = f"with {source.info.size}"
    except LivestyleError as error:
        message = str(error)
    assert "with" in message


@pytest.mark.parametrize("kind", [VideoFileSource, ClipSource, ImagesSource])
def test_what_is_missing_is_one_clear_error(kind: Callable[[Path], Source], tmp_path: Path) -> None:
    with pytest.raises(LivestyleError, match=r"nowhere\.mp4"), kind(tmp_path / "nowhere.mp4"):
        pass


def test_a_reader_that_fails_to_open_leaves_nothing_open(tmp_path: Path) -> None:
    path = tmp_path / "text.mp4"
    path.write_text("no video")
    with pytest.raises(LivestyleError):
        video_reader.VideoReader(path)
    path.unlink()
