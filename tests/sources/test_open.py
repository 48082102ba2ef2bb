"""What a user writes becomes the source they mean."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size
from livestyle.sources.camera.source import CameraSource
from livestyle.sources.images import ImagesSource
from livestyle.sources.open import is_webcam, open_input, open_source
from livestyle.sources.synthetic.source import SyntheticSource
from livestyle.sources.video.clip import ClipSource
from livestyle.sources.video.file import VideoFileSource
from tests.sources.media import card, write_video


@pytest.mark.parametrize(
    "text", ["0", "12", "Logitech", "/dev/video3", "rtsp://host/live", "http://host/a.mp4"]
)
def test_cameras_by_index_name_path_and_url(text: str) -> None:
    assert isinstance(open_source(text), CameraSource)


def test_webcams_are_the_cameras_of_this_machine(tmp_path: Path) -> None:
    assert all(is_webcam(text) for text in ("0", "12", "Logitech", "/dev/video3"))
    clip = write_video(tmp_path / "clip.mp4", range(0, 80, 40))
    others = ("rtsp://host/live", "http://host/a.mp4", "me:secret@host/live", "synthetic", str(clip))
    assert not any(is_webcam(text) for text in others)


def test_synthetic_takes_the_size_asked_for() -> None:
    source = open_source("synthetic", Size(320, 240), 60)
    assert isinstance(source, SyntheticSource)
    assert source.info.size == Size(320, 240)


def test_a_video_file_is_played_as_a_camera_or_read_as_a_file(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", range(0, 80, 40))
    assert isinstance(open_source(str(path)), ClipSource)
    assert isinstance(open_input(path), VideoFileSource)


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="Linux has files below /dev")
def test_a_file_below_dev_is_no_device() -> None:
    with TemporaryDirectory(dir="/dev/shm") as folder:
        path = write_video(Path(folder) / "clip.mp4", range(0, 80, 40))
        assert isinstance(open_source(str(path)), ClipSource)
        assert not is_webcam(str(path))


def test_pictures_are_read_from_a_file_or_a_folder(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.PNG"), card(0))
    assert isinstance(open_input(tmp_path), ImagesSource)
    assert isinstance(open_input(tmp_path / "a.PNG"), ImagesSource)


@pytest.mark.parametrize(
    ("text", "says"), [("", "no camera given"), ("gone.mp4", "does not exist"), (".", "is a folder")]
)
def test_what_can_be_no_camera_is_an_error_at_once(text: str, says: str) -> None:
    with pytest.raises(LivestyleError, match=says):
        open_source(text)
