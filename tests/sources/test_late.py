"""Sound that begins late in a file without a list of its tracks is found."""

from __future__ import annotations

import subprocess
from pathlib import Path

import av
import pytest

from livestyle.model.card import Model
from livestyle.offline import transcode
from livestyle.sources.video import container
from tests.offline.clips import Negative

PICTURES = ("-f", "lavfi", "-i", "testsrc=s=96x64:r=25:d=5", "-itsoffset", "3")
TONE = ("-f", "lavfi", "-i", "sine=d=2", "-c:v", "mpeg2video", "-c:a", "mp2")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.mpg"
    subprocess.run(["ffmpeg", "-v", "error", "-y", *PICTURES, *TONE, str(path)], check=True, timeout=60)
    return path


@pytest.mark.parametrize("probed_bytes", [container.PROBED_BYTES, 60_000])
def test_sound_that_begins_after_three_seconds_is_kept(
    source: Path, model: Model, monkeypatch: pytest.MonkeyPatch, probed_bytes: int
) -> None:
    """In the first 60 kB are pictures alone: FFmpeg then finds the sound at the end of the file."""
    monkeypatch.setattr(container, "PROBED_BYTES", probed_bytes)
    said: list[str] = []
    target = source.with_name("out.mkv")
    done = transcode(source, target, Negative(model), warn=said.append)
    assert (done.frames, done.carried, done.damaged, said) == (125, 1, 0, [])
    with av.open(str(target)) as file:
        heard = [float(p.pts * p.time_base) for p in file.demux(audio=0) if p.size and p.pts is not None]
    assert heard[0] == pytest.approx(3, abs=0.1)
    assert len(heard) > 70


def test_sound_in_the_middle_behind_what_is_probed_is_named(
    tmp_path: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = "nullsrc=s=96x64:r=25:d=20,geq=random(1)*255:128:128"
    path = tmp_path / "in.mpg"
    tone = (
        "-itsoffset",
        "3",
        "-f",
        "lavfi",
        "-i",
        "sine=d=2",
        "-c:v",
        "mpeg2video",
        "-q:v",
        "1",
        "-c:a",
        "mp2",
    )
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", noise, *tone, str(path)], check=True, timeout=60
    )
    monkeypatch.setattr(container, "PROBED_BYTES", 60_000)
    said: list[str] = []
    done = transcode(path, tmp_path / "out.mkv", Negative(model), warn=said.append)
    assert (done.frames, done.carried, done.damaged) == (500, 0, 0)
    (line,) = said
    assert line.startswith("in.mpg: left out: audio (mp2); it begins behind the first")
