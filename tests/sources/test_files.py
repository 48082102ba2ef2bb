"""Video files and pictures as people have them: turned, uneven, damaged."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.fit import cover
from livestyle.core.frame import Frame
from livestyle.core.size import Size
from livestyle.sources.images import ImagesSource
from livestyle.sources.source import Source
from livestyle.sources.video.clip import ClipSource
from livestyle.sources.video.file import VideoFileSource
from tests.sources.media import SIZE, card, set_display_matrix, write_video

VFR = (0, 33, 100, 110, 500, 533, 900, 1400)


def read_all(source: Source) -> list[Frame]:
    frames = []
    with source:
        while (frame := source.read()) is not None:
            frames.append(frame)
    return frames


def close_to(pixels: np.ndarray, color: tuple[int, int, int]) -> bool:
    return bool(np.abs(pixels.reshape(-1, 3).mean(axis=0) - color).max() < 25)


def test_every_frame_keeps_its_time_in_a_video_of_variable_rate(tmp_path: Path) -> None:
    source = VideoFileSource(write_video(tmp_path / "vfr.mkv", VFR))
    frames = read_all(source)
    assert source.info.time_base is not None
    assert [round(f.pts * source.info.time_base * 1000) for f in frames if f.pts is not None] == list(VFR)
    assert [f.index for f in frames] == list(range(len(VFR)))
    for number, frame in enumerate(frames):
        grey = frame.pixels[4:28, 60:90].mean()
        assert abs(grey - card(number)[0, -1, 0]) < 4


@pytest.mark.parametrize(
    ("matrix", "red", "blue"),
    [
        ((0, 1, -1, 0), "upper right", "lower left"),
        ((-1, 0, 0, -1), "lower right", "upper left"),
        ((0, -1, 1, 0), "lower left", "upper right"),
        ((-1, 0, 0, 1), "upper right", "lower left"),
    ],
)
def test_a_turned_or_mirrored_video_comes_upright(
    tmp_path: Path, matrix: tuple[int, int, int, int], red: str, blue: str
) -> None:
    path = write_video(tmp_path / "turned.mp4", range(0, 80, 40))
    set_display_matrix(path, *matrix)
    with VideoFileSource(path) as source:
        frame = source.read()
        assert frame is not None
        assert Size.of(frame.pixels) == source.info.size
        assert source.info.size == (Size(SIZE.height, SIZE.width) if matrix[0] == 0 else SIZE)
        assert close_to(quarter(frame, red), (0, 0, 220))
        assert close_to(quarter(frame, blue), (220, 0, 0))


def quarter(frame: Frame, name: str) -> np.ndarray:
    """The middle of one quarter of the picture."""
    height, width = frame.pixels.shape[:2]
    top = height // 2 if "lower" in name else 0
    left = width // 2 if "right" in name else 0
    return frame.pixels[top + 6 : top + height // 2 - 6, left + 6 : left + width // 2 - 6]


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts", "avi"])
@pytest.mark.parametrize("harm", ["cut", "flips", "hole"])
@pytest.mark.parametrize("seed", range(3))
def test_a_damaged_file_gives_what_can_be_decoded_or_one_error(
    tmp_path: Path, suffix: str, harm: str, seed: int
) -> None:
    path = write_video(
        tmp_path / f"in.{suffix}", range(0, 1200, 40), codec="mpeg4" if suffix == "avi" else "libx264"
    )
    data = np.frombuffer(path.read_bytes(), np.uint8).copy()
    random = np.random.default_rng(seed)
    place = int(random.integers(len(data) // 8, len(data)))
    if harm == "cut":
        data = data[:place]
    elif harm == "hole":
        data[place : place + 300] = 0
    else:
        data[random.integers(0, len(data), 40)] ^= np.uint8(1 << random.integers(0, 8))
    path.write_bytes(data.tobytes())
    source = VideoFileSource(path)
    try:
        frames = read_all(source)
    except LivestyleError as error:
        message = str(error)
    else:
        message = path.name
        assert 0 < len(frames) <= 31
        assert all(Size.of(f.pixels) == source.info.size for f in frames)
    assert path.name in message


def test_damaged_frames_are_skipped_and_counted(tmp_path: Path) -> None:
    path = write_video(tmp_path / "in.avi", range(0, 1200, 40), codec="mjpeg")
    data = bytearray(path.read_bytes())
    pictures = [i for i in range(len(data) - 3) if data[i : i + 3] == b"\xff\xd8\xff"]
    assert len(pictures) == 30
    data[pictures[5] : pictures[6] - 8] = bytes(pictures[6] - 8 - pictures[5])
    path.write_bytes(data)
    source = VideoFileSource(path)
    assert len(read_all(source)) == 29
    assert source.damaged == 1


def test_a_playlist_can_not_reach_other_files(tmp_path: Path) -> None:
    clip = write_video(tmp_path / "clip.ts", range(0, 200, 40))
    playlist = tmp_path / "list.mp4"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{clip}\n#EXT-X-ENDLIST\n")
    with pytest.raises(LivestyleError, match=r"list\.mp4"), VideoFileSource(playlist):
        pass


def test_a_clip_plays_at_its_own_rate_and_starts_again(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", range(0, 200, 40))
    with ClipSource(path) as source:
        frames = [f for f in (source.read() for _ in range(12)) if f is not None]
    assert frames[-1].index >= 11
    for before, after in pairwise(frames):
        passed_ms = (after.captured_ns - before.captured_ns) / 1e6
        assert passed_ms > 39 * (after.index - before.index)
    start = time.monotonic_ns()
    assert all(f.captured_ns <= start for f in frames)


def test_a_clip_is_scaled_to_cover_the_size_asked_for(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", range(0, 80, 40))
    with ClipSource(path, Size(200, 200)) as source:
        frame = source.read()
        assert frame is not None
        assert source.info.size == Size.of(frame.pixels) == Size(200, 200)
        assert close_to(frame.pixels[20:80, 20:80], (0, 0, 220))


@pytest.mark.parametrize("size", [Size(10, 100), Size(100, 10), Size(96, 64), Size(1, 1)])
def test_cover_gives_the_size_whatever_the_shape(size: Size) -> None:
    assert Size.of(cover(card(0), size)) == size


def test_pictures_come_in_natural_order_and_broken_ones_are_counted(tmp_path: Path) -> None:
    for number in (10, 2, 1):
        cv2.imwrite(str(tmp_path / f"shot{number}.png"), card(number))
    (tmp_path / "shot3.jpg").write_bytes(b"\xff\xd8 not a picture")
    (tmp_path / "notes.txt").write_text("no picture")
    source = ImagesSource(tmp_path)
    frames = read_all(source)
    assert [source.paths[f.index].stem for f in frames] == ["shot1", "shot2", "shot10"]
    assert [f.index for f in frames] == [0, 1, 3]
    assert source.damaged == 1
    assert source.info.frames == 4
    for frame, number in zip(frames, (1, 2, 10), strict=True):
        assert (frame.pixels == card(number)).all()


def test_a_photo_is_turned_as_its_exif_says(tmp_path: Path) -> None:
    jpeg = cv2.imencode(".jpg", card(0))[1].tobytes()
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    path = tmp_path / "phone.jpg"
    path.write_bytes(jpeg[:2] + segment + jpeg[2:])
    with ImagesSource(path) as source:
        frame = source.read()
        assert frame is not None
        assert source.info.size == Size(SIZE.height, SIZE.width)
        assert close_to(quarter(frame, "upper right"), (0, 0, 220))


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"text"])
def test_a_picture_that_is_none_is_one_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.png"
    path.write_bytes(content)
    for place in (path, tmp_path):
        with pytest.raises(LivestyleError), ImagesSource(place):
            pass


def test_an_empty_folder_says_what_it_should_hold(tmp_path: Path) -> None:
    with pytest.raises(LivestyleError, match=r"holds no picture; expected .*\.png"), ImagesSource(tmp_path):
        pass
