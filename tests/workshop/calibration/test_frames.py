"""Where calibration frames come from, and the promise about the folder they lie in."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle.core.config import cache_dir
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame, Pixels
from livestyle.core.size import Size
from livestyle.sinks.encoders import Encoding
from livestyle.sinks.video_file import VideoFileSink
from livestyle.workshop.calibration.farthest_point import FrameChooser
from livestyle.workshop.calibration.frames import SIZE, frames_dir, look_at, read_frames, write_frames
from livestyle.workshop.training.dead_leaves import dead_leaf_photos
from tests.workshop.small import write_photos


@pytest.fixture(scope="module")
def photos() -> list[Pixels]:
    return [cv2.resize(p, (SIZE.width, SIZE.height)).astype(np.uint8) for p in dead_leaf_photos(10, 96)]


def seen(spec: str, seconds: float = 1.0) -> FrameChooser:
    chooser = FrameChooser(50)
    look_at(spec, seconds, chooser)
    return chooser


def test_a_folder_of_photos(tmp_path: Path) -> None:
    write_photos(tmp_path, 5)
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / "broken.png").write_bytes(b"nor this")
    chosen = seen(str(tmp_path)).chosen()
    assert [Size.of(p) for p in chosen] == [SIZE] * 5


def test_a_video_is_looked_at_twice_a_second(photos: list[Pixels], tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with VideoFileSink(path, 10, Encoding(None, None), False) as sink:
        for index in range(40):
            sink.write(Frame(photos[index // 10], index, int(index * 1e8)))
    chooser = seen(str(path))
    assert chooser.seen == 8
    assert len(chooser.chosen()) == 4


def test_a_camera_is_watched_for_a_while() -> None:
    assert 2 <= seen("synthetic:160x120@20", 1.1).seen <= 3


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LivestyleError, match="does not exist"):
        seen(str(tmp_path / "away.mp4"))
    with pytest.raises(LivestyleError, match="holds no picture"):
        seen(str(tmp_path))


def test_frames_come_back_in_their_order(photos: list[Pixels], tmp_path: Path) -> None:
    write_frames(tmp_path / "frames", photos, overwrite=False)
    np.testing.assert_array_equal(read_frames(tmp_path / "frames", 10), photos)
    assert len(read_frames(tmp_path / "frames", 8)) == 8


def test_chosen_frames_are_replaced_when_asked_and_others_never(photos: list[Pixels], tmp_path: Path) -> None:
    write_frames(tmp_path, photos, overwrite=False)
    write_photos(tmp_path, 1)
    with pytest.raises(LivestyleError, match=r"holds chosen frames already.*--overwrite"):
        write_frames(tmp_path, photos[:3], overwrite=False)
    assert len(list(tmp_path.iterdir())) == 11
    write_frames(tmp_path, photos[:3], overwrite=True)
    names = sorted(p.name for p in tmp_path.iterdir())
    assert names == ["frame-0001.png", "frame-0002.png", "frame-0003.png", "photo_0.png"]


def test_what_is_there_stays_where_writing_fails(photos: list[Pixels], tmp_path: Path) -> None:
    write_frames(tmp_path, photos, overwrite=False)
    before = {p: p.read_bytes() for p in tmp_path.iterdir()}
    bad = np.zeros((4, 4), np.uint8)
    with pytest.raises(IndexError):
        write_frames(tmp_path, [photos[3], bad], overwrite=True)
    assert {p: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_too_few_frames_say_how_to_get_some(photos: list[Pixels], tmp_path: Path) -> None:
    for folder, count in ((tmp_path / "none", 0), (tmp_path, 3)):
        write_frames(tmp_path, photos[:count], overwrite=True)
        with pytest.raises(LivestyleError, match=f"^{count} calibration frames in .*--from"):
            read_frames(folder, 20)


def test_a_clone_has_a_place_for_frames_and_others_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert frames_dir() == cache_dir() / "calibration"
    (tmp_path / "calibration").mkdir()
    (tmp_path / "calibration" / "README.md").touch()
    assert frames_dir() == Path("calibration/frames")
