"""Pictures of more than one size in a film, and pixels that are not square, in files and live."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

import av
import pytest

from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.offline import TranscodeOptions, transcode
from livestyle.sinks.encoders import Encoding
from livestyle.sources.video.file import VideoFileSource
from tests.offline.clips import Clip, Negative, frames, make, steady

GREY = (90, 90, 90)


class Same(Negative):
    def paint(self, pixels: Pixels) -> Pixels:
        return pixels.copy()


def changing(path: Path) -> Path:
    """Five pictures of 160x120, then five of 320x320: a transport stream joined of two."""
    parts = []
    for number, size in enumerate((Size(160, 120), Size(320, 320))):
        part = path.with_name(f"{number}.ts")
        clip = Clip(steady(5), size.width, size.height, Fraction(1, 1000), solid=GREY)
        parts.append(make(part, clip).read_bytes())
    path.write_bytes(b"".join(parts))
    return path


def anamorphic(path: Path, aspect: str) -> Path:
    """Grey pictures of 96x64 pixels that are not square."""
    source = "color=0x5a5a5a:s=96x64:r=25:d=0.2"
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, "-vf", f"setsar={aspect}"]
    subprocess.run([*command, "-c:v", "libx264", "-pix_fmt", "yuv420p", str(path)], check=True, timeout=60)
    return path


def dark_columns(pixels: Pixels) -> list[int]:
    return [x for x in range(pixels.shape[1]) if pixels[:, x].max() < 30]


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_size_that_changes_keeps_its_shape_between_bars(tmp_path: Path, model: Model, suffix: str) -> None:
    said: list[str] = []
    source = changing(tmp_path / "in.ts")
    target = tmp_path / f"out.{suffix}"
    options = TranscodeOptions(encoding=Encoding(crf=1))
    done = transcode(source, target, Same(model), options, warn=said.append)
    assert (done.frames, done.size) == (10, Size(160, 120))
    assert "the picture becomes 320x320 at 0.20 s; it is shown whole, with bars" in said[0]
    shown = frames(target)
    assert dark_columns(shown[4]) == []
    assert dark_columns(shown[5]) == [*range(20), *range(140, 160)]
    assert abs(int(shown[9][60, 80].mean()) - 90) < 4


def test_bars_are_not_painted(tmp_path: Path, model: Model) -> None:
    """The negative of black would be white."""
    target = tmp_path / "out.mp4"
    transcode(
        changing(tmp_path / "in.ts"), target, Negative(model), TranscodeOptions(encoding=Encoding(crf=1))
    )
    assert dark_columns(frames(target)[8]) == [*range(20), *range(140, 160)]


def test_a_clip_whose_size_changes_has_bars_live_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with VideoFileSource(changing(tmp_path / "in.ts")) as source:
        seen = [source.read() for _ in range(10)]
    sizes = {Size.of(frame.pixels) for frame in seen if frame is not None}
    assert sizes == {Size(160, 120)}
    assert seen[9] is not None
    assert dark_columns(seen[9].pixels) == [*range(20), *range(140, 160)]
    assert "in.ts: the picture becomes 320x320" in caplog.text


@pytest.mark.parametrize(
    ("aspect", "target", "encoder", "size", "kept"),
    [
        ("16/9", "out.mp4", None, Size(96, 64), Fraction(16, 9)),
        ("16/9", "out.mkv", "libx265", Size(96, 64), Fraction(16, 9)),
        ("16/9", "out.webm", None, Size(170, 64), Fraction(1)),
        ("1/2", "out.webm", "libvpx-vp9", Size(96, 128), Fraction(1)),
        ("16/9", "out.mkv", "libsvtav1", Size(170, 64), Fraction(1)),
    ],
)
def test_pixels_that_are_not_square_keep_the_shape_of_the_picture(
    tmp_path: Path, model: Model, aspect: str, target: str, encoder: str | None, size: Size, kept: Fraction
) -> None:
    source = anamorphic(tmp_path / "in.mkv", aspect)
    options = TranscodeOptions(encoding=Encoding(encoder))
    done = transcode(source, tmp_path / target, Negative(model), options)
    assert done.size == size
    with av.open(str(done.path)) as file:
        stream = file.streams.video[0]
        assert (stream.width, stream.height) == (size.width, size.height)
        assert (stream.sample_aspect_ratio or 1) == kept


def test_a_clip_is_played_in_square_pixels(tmp_path: Path) -> None:
    """So that what is shown and recorded of it has its shape."""
    with VideoFileSource(anamorphic(tmp_path / "in.mkv", "16/9")) as source:
        frame = source.read()
        assert frame is not None
        assert Size.of(frame.pixels) == source.info.size == Size(171, 64)
