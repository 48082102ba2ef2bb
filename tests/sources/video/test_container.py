"""What decoding leaves behind."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from av.video.frame import VideoFrame

from livestyle.sources.video.container import BgrDecoder
from tests.sources.media import write_video


@pytest.fixture
def no_search() -> Iterator[None]:
    """Python doesn't look for circles meanwhile."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_a_frame_that_was_decoded_does_not_stay_in_memory(tmp_path: Path, no_search: None) -> None:
    """Twenty of 4K would be a quarter of a gigabyte."""
    path = write_video(tmp_path / "in.mkv", range(0, 800, 40))
    before, to_bgr = frames_alive(), BgrDecoder()
    with av.open(str(path)) as file:
        for frame in file.decode(video=0):
            to_bgr(frame)
        del frame
    assert frames_alive() - before <= 2


def frames_alive() -> int:
    return sum(isinstance(thing, VideoFrame) for thing in gc.get_objects())
