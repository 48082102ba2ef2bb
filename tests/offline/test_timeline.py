"""Clocks that wrap, jump, repeat, or start anywhere: every frame is kept, its sound in step."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from livestyle.model.card import Model
from livestyle.offline import transcode
from tests.offline.clips import Clip, Negative, make, steady, times

INPUT = ("-f", "lavfi", "-i", "testsrc=s=96x64:r=25:d=1", "-f", "lavfi", "-i", "sine=d=1")
SECOND = (*INPUT, "-c:v", "libx264", "-g", "12", "-c:a", "aac")
TICK = Fraction(1, 900)


def ffmpeg(path: Path, *arguments: str) -> Path:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *SECOND, *arguments, str(path)], check=True, timeout=60)
    return path


def joined(path: Path, *parts: Path) -> Path:
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def sound(path: Path) -> list[Fraction]:
    """When each packet of sound is heard."""
    with av.open(str(path)) as file:
        return [Fraction(p.pts or 0) * p.time_base for p in file.demux(audio=0) if p.size]


def ends(path: Path) -> float:
    with av.open(str(path)) as file:
        return (file.duration or 0) / av.time_base


def paint(source: Path, target: Path, model: Model) -> list[str]:
    said: list[str] = []
    done = transcode(source, target, Negative(model), warn=said.append)
    assert done.damaged == 0
    return said


def remux(source: Path, target: Path, when: Callable[[int], int]) -> Path:
    """The same packets at other times."""
    with av.open(str(source)) as file, av.open(str(target), "w") as out:
        stream = out.add_stream_from_template(file.streams.video[0], opaque=True)
        for number, packet in enumerate(p for p in file.demux(video=0) if p.size):
            packet.stream, packet.pts, packet.dts = stream, when(number), when(number)
            out.mux(packet)
    return target


def steps(shown: Sequence[Fraction]) -> set[int]:
    """The gaps, in ms."""
    return {round((after - before) * 1000) for before, after in pairwise(shown)}


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
@pytest.mark.parametrize("offset_s", [0, 50_000, 95_442])
def test_a_film_begins_at_nothing_wherever_its_clock_starts(
    tmp_path: Path, model: Model, suffix: str, offset_s: int
) -> None:
    """95442 s: the 33-bit clock wraps within it."""
    source = ffmpeg(tmp_path / "in.ts", "-output_ts_offset", str(offset_s))
    target = tmp_path / f"out.{suffix}"
    assert paint(source, target, model) == []
    shown, heard = times(target), sound(target)
    assert (len(shown), steps(shown)) == (25, {40})
    assert min(shown[0], heard[0]) == 0
    assert abs((shown[0] - heard[0]) - (times(source)[0] - sound(source)[0])) <= TICK
    assert len(heard) == len(sound(source))


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
@pytest.mark.parametrize("offsets_s", [(0, 0), (0, 60), (60, 0), (0, 0, 0)])
def test_a_clock_that_jumps_goes_on_and_the_sound_stays_in_step(
    tmp_path: Path, model: Model, suffix: str, offsets_s: Sequence[int]
) -> None:
    parts = [
        ffmpeg(tmp_path / f"{n}.ts", "-output_ts_offset", str(offset)) for n, offset in enumerate(offsets_s)
    ]
    target = tmp_path / f"out.{suffix}"
    said = paint(joined(tmp_path / "in.ts", *parts), target, model)
    assert len(said) == 1
    assert f"its clock jumps {len(parts) - 1} time" in said[0]
    assert "(at 1.02 s" in said[0]
    shown, heard = times(target), sound(target)
    assert (len(shown), steps(shown)) == (25 * len(parts), {40})
    pieces = len(sound(parts[0]))
    assert len(heard) == pieces * len(parts)
    lag = times(parts[0])[0] - sound(parts[0])[0]
    for part in range(1, len(parts)):  # after a few that overlap the sound is where it was to the pictures
        after = heard[part * pieces + 5] - shown[part * 25]
        assert abs(after - (sound(parts[0])[5] - sound(parts[0])[0] - lag)) <= TICK
    assert all(before <= after for before, after in pairwise(heard))


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "webm"])
@pytest.mark.parametrize("times_each", [2, 8])
def test_repeated_times_rise(tmp_path: Path, model: Model, suffix: str, times_each: int) -> None:
    clip = Clip(steady(24), codec="mjpeg", pix_fmt="yuvj420p", color=(1, 1, 1, 2))
    source = make(tmp_path / "steady.mkv", clip)
    source = remux(source, tmp_path / "in.mkv", lambda number: number // times_each * 40)
    said = paint(source, tmp_path / f"out.{suffix}", model)
    repeated = 24 - 24 // times_each
    assert said == [f"in.mkv: {repeated} pictures had the time of the one before, and follow it now"]
    shown = times(tmp_path / f"out.{suffix}")
    assert shown[::times_each] == [Fraction(40 * n, 1000) for n in range(24 // times_each)]
    assert all(before < after for before, after in pairwise(shown))


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv", "webm"])
def test_the_last_picture_lasts_as_long_as_it_did(tmp_path: Path, model: Model, suffix: str) -> None:
    lasts = (20, 50, 50, 50, 200)
    source = tmp_path / "in.gif"
    with av.open(str(source), "w") as out:
        stream = out.add_stream("gif", rate=10)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "rgb8"
        stream.codec_context.time_base = Fraction(1, 100)
        for number, duration in enumerate(lasts):
            pixels = np.full((64, 96, 3), 50 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, "rgb24").reformat(format="rgb8")
            frame.pts, frame.time_base = sum(lasts[:number]), Fraction(1, 100)
            for packet in stream.encode(frame):
                packet.duration = duration
                out.mux(packet)
    target = tmp_path / f"out.{suffix}"
    assert paint(source, target, model) == []
    assert times(target) == [Fraction(sum(lasts[:n]), 100) for n in range(5)]
    assert ends(target) == pytest.approx(3.7, abs=0.002)


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "webm"])
def test_frames_hours_apart_are_all_shown_when_they_were(tmp_path: Path, model: Model, suffix: str) -> None:
    hours = [n * 3_600_000 for n in range(30)]
    source = make(tmp_path / "in.mkv", Clip(hours))
    assert paint(source, tmp_path / f"out.{suffix}", model) == []
    assert times(tmp_path / f"out.{suffix}") == [n * 3600 for n in range(30)]


def test_a_film_without_sound_at_its_start_keeps_the_gap(tmp_path: Path, model: Model) -> None:
    """The pictures begin half a second after the sound, and still do."""
    source = tmp_path / "in.mkv"
    wait = "setpts=PTS+0.5/TB"
    ffmpeg(source, "-vf", wait)
    paint(source, tmp_path / "out.mp4", model)
    late = times(tmp_path / "out.mp4")[0] - max(Fraction(0), sound(tmp_path / "out.mp4")[0])
    assert late == pytest.approx(0.5, abs=0.03)
