"""Every sink: takes frames, keeps its promise about names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame
from livestyle.sinks.images import save_image
from livestyle.sinks.sink import Sink
from livestyle.sinks.video_file import VideoFileSink
from livestyle.sinks.virtual_camera import VirtualCameraSink
from tests.offline.clips import frames, picture, times
from tests.sinks.virtual_cameras import NAME, registered

SECOND_NS = 1_000_000_000
SINKS: dict[str, Callable[[Path], Sink]] = {
    "mp4": lambda folder: VideoFileSink(folder / "out.mp4"),
    "mkv": lambda folder: VideoFileSink(folder / "out.mkv"),
    "virtual camera": lambda _: VirtualCameraSink(NAME),
}


@pytest.fixture(autouse=True)
def device() -> Iterator[None]:
    with registered():
        yield


def frame(index: int, seconds: float | None = None, width: int = 96, height: int = 64) -> Frame:
    at = index / 30 if seconds is None else seconds
    return Frame(picture(index, width, height), index, 5 * SECOND_NS + round(at * SECOND_NS))


@pytest.mark.parametrize("name", SINKS)
def test_a_sink_leaves_the_pixels_alone(tmp_path: Path, name: str) -> None:
    given = frame(3)
    before = given.pixels.copy()
    given.pixels.setflags(write=False)
    with SINKS[name](tmp_path) as sink:
        sink.write(given)
    assert np.array_equal(given.pixels, before)


@pytest.mark.parametrize("name", SINKS)
def test_a_sink_that_is_given_nothing_leaves_nothing(tmp_path: Path, name: str) -> None:
    with SINKS[name](tmp_path):
        pass
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


@pytest.mark.parametrize("name", SINKS)
def test_nothing_unfinished_is_under_a_final_name(tmp_path: Path, name: str) -> None:
    def fail() -> None:
        with SINKS[name](tmp_path) as sink:
            for n in range(5):
                sink.write(frame(n))
            raise LivestyleError("camera gone")

    with pytest.raises(LivestyleError, match="camera gone"):
        fail()
    assert not list(tmp_path.rglob("*.part"))
    for path in tmp_path.rglob("*.m*"):
        assert ".partial" in path.name
        assert len(frames(path)) == 5


@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_a_recording_shows_each_frame_when_it_was_seen(tmp_path: Path, container: str) -> None:
    seen = [0, 0.031, 0.07, 0.5, 0.52, 2.0]
    with VideoFileSink(tmp_path / f"out.{container}") as sink:
        for index, at in enumerate(seen):
            sink.write(frame(index, at))
        assert sink.written == 6
    assert times(tmp_path / f"out.{container}") == pytest.approx([Fraction(t) for t in seen], abs=0.001)


def test_two_frames_of_one_moment_are_one(tmp_path: Path) -> None:
    with VideoFileSink(tmp_path / "out.mp4") as sink:
        for index, at in enumerate([0, 0.1, 0.1, 0.05, 0.2]):
            sink.write(frame(index, at))
    assert len(times(tmp_path / "out.mp4")) == 3


def test_a_recording_keeps_its_first_size(tmp_path: Path) -> None:
    with VideoFileSink(tmp_path / "out.mp4") as sink:
        sink.write(frame(0, width=97, height=65))
        sink.write(frame(1, width=200, height=100))
        sink.write(Frame(np.full((300, 100, 3), 200, np.uint8), 2, 6 * SECOND_NS))
    shown = frames(tmp_path / "out.mp4")
    assert [f.shape for f in shown] == [(64, 96, 3)] * 3
    assert shown[2][:, :30].max() < 30
    assert shown[2][:, 66:].max() < 30
    assert shown[2][:, 42:54].min() > 170


def test_a_recording_overwrites_nothing_unasked(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    path.write_bytes(b"precious")
    with pytest.raises(LivestyleError, match="--overwrite"), VideoFileSink(path):
        pass
    with VideoFileSink(path, overwrite=True) as sink:
        sink.write(frame(0))
    assert len(frames(path)) == 1


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif", ".bmp"])
def test_pictures_of_every_kind(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"bäume{suffix}"
    save_image(path, picture(0, 96, 64))
    read = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    assert read is not None
    assert np.abs(read.astype(int) - picture(0, 96, 64)).mean() < 4
    with pytest.raises(LivestyleError, match="--overwrite"):
        save_image(path, picture(1, 96, 64))
