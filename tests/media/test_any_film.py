"""Any film that is whole comes out with its pictures, its times and its sound, or with a reason.

Hypothesis draws the film: codec, size, rate, time base, start, gaps, repeated times, sound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from hypothesis import example, given, settings
from hypothesis import strategies as st

from livestyle.model.card import Model
from livestyle.offline import TranscodeOptions, transcode
from livestyle.sinks.encoders import Encoding
from tests.offline.clips import Negative

FORMATS = {"ffv1": "bgr0", "mjpeg": "yuvj420p"}
"""Pixel formats of encoders that don't take yuv420p, or are better without."""

CODECS = ("libx264", "mpeg4", "ffv1", "mjpeg", "libvpx-vp9")
SOUNDS = ("aac", "flac", "libopus", "mp2", "pcm_s16le")
RATE_HZ = 48_000
DELAY = 2
"""Pictures that libx264 decodes before the first is shown."""

FASTEST = {"webm": "12"}
"""Presets of the encoders; of libx264 it is ultrafast."""


@dataclass(frozen=True)
class AnyFilm:
    """A film as it is drawn. steps: between pictures, in ms; 0 = repeated, which matroska alone can hold."""

    container: str
    codec: str
    width: int
    height: int
    start: int
    steps: tuple[int, ...]
    rate: int
    sounds: tuple[str, ...]
    sound_start: int
    target: str

    @property
    def times(self) -> list[int]:
        least = 0 if self.container == "mkv" else 1
        return list(accumulate((max(step, least) for step in self.steps), initial=self.start))


STEPS = st.one_of(st.just(40), st.integers(0, 3), st.integers(5, 300))


def films_in(
    least: int, container: str, codecs: Sequence[str], sounds: Sequence[str], steps: st.SearchStrategy[int]
) -> st.SearchStrategy[AnyFilm]:
    return st.builds(
        AnyFilm,
        container=st.just(container),
        codec=st.sampled_from(codecs),
        width=st.integers(32, 45).map(lambda half: 2 * half),
        height=st.integers(32, 45).map(lambda half: 2 * half),
        start=st.sampled_from([0, 1, 40, 1400, 100_000]),
        steps=st.lists(steps, min_size=least, max_size=12).map(tuple),
        rate=st.sampled_from([1, 24, 25, 30, 120]),
        sounds=st.lists(st.sampled_from(sounds), max_size=2).map(tuple),
        sound_start=st.sampled_from([0, 0, 25, 500]),
        target=st.sampled_from(["mkv", "mp4", "mov", "webm"]),
    )


films = st.one_of(
    films_in(0, "mkv", CODECS, SOUNDS, STEPS | st.just(70_000)),
    films_in(0, "mp4", ["libx264", "mpeg4"], ["aac", "flac"], STEPS | st.just(70_000)),
    films_in(9, "ts", ["libx264", "mpeg2video"], ["aac", "mp2"], STEPS),
)


def write(path: Path, film: AnyFilm) -> None:
    base = Fraction(1, 1000)
    with av.open(str(path), "w") as out:
        video = out.add_stream(film.codec, rate=film.rate)
        assert isinstance(video, VideoStream)
        video.width, video.height, video.pix_fmt = film.width, film.height, FORMATS.get(film.codec, "yuv420p")
        video.codec_context.time_base = Fraction(1, film.rate)
        video.time_base = base
        sounds = [out.add_stream(name, rate=RATE_HZ) for name in film.sounds]
        out.start_encoding()
        packets = []
        for number in range(len(film.times)):
            pixels = np.full((film.height, film.width, 3), number * 20 % 256, np.uint8)
            frame = VideoFrame.from_ndarray(pixels, "bgr24")
            frame.pts, frame.time_base = number, Fraction(1, film.rate)
            packets += video.encode(frame)
        packets += video.encode(None)
        shown = [film.times[packet.pts or 0] for packet in packets]
        ahead = [film.start - DELAY + index for index in range(DELAY)] + film.times
        for index, packet in enumerate(packets):
            packet.pts = shown[index]
            packet.dts = min(shown[index:]) if film.container == "mkv" else ahead[index]
            packet.time_base, packet.duration, packet.stream = base, 0, video
            out.mux(packet)
        for sound in sounds:
            assert isinstance(sound, av.AudioStream)
            tone = (np.sin(np.arange(RATE_HZ // 4) * 0.05) * 8000).astype(np.int16)
            heard = av.AudioFrame.from_ndarray(np.repeat(tone, 2)[None], "s16", "stereo")
            heard.sample_rate, heard.pts = RATE_HZ, film.sound_start * RATE_HZ // 1000
            for made in [*sound.encode(heard), *sound.encode(None)]:
                out.mux(made)


@dataclass
class Found:
    """What a player makes of a track: when its frames are shown or heard, in s, and how many samples."""

    times: list[float]
    samples: int = 0


def found(path: Path) -> list[Found]:
    """The pictures, then each sound."""
    with av.open(str(path)) as file:
        tracks = {stream.index: Found([]) for stream in (*file.streams.video, *file.streams.audio)}
        for packet in file.demux([*file.streams.video, *file.streams.audio]):
            for frame in packet.decode():
                assert isinstance(frame, VideoFrame | av.AudioFrame)
                track = tracks[packet.stream.index]
                track.times.append(float(frame.time or 0))
                track.samples += frame.samples if isinstance(frame, av.AudioFrame) else 0
    return list(tracks.values())


@cache
def negative() -> Negative:
    return Negative(Model.load("cin-lite"))


@settings(max_examples=100, derandomize=True)
@given(film=films)
@example(AnyFilm("mkv", "libx264", 64, 64, 0, (40,) * 8, 25, ("aac",), 0, "mp4"))
@example(AnyFilm("mkv", "libx264", 64, 64, 100_000, (40, 0, 0, 40), 25, ("aac",), 500, "mkv"))
def test_any_film_comes_out_as_it_was(film: AnyFilm) -> None:
    """Pictures within two ticks of a millisecond, sound within a block of its codec; both from 0 on."""
    with TemporaryDirectory() as folder:
        source, target = Path(folder, f"in.{film.container}"), Path(folder, f"out.{film.target}")
        write(source, film)
        warnings: list[str] = []
        options = TranscodeOptions(encoding=Encoding(preset=FASTEST.get(film.target, "ultrafast")))
        done = transcode(source, target, negative(), options, warn=warnings.append)
        before, after = found(source), found(target)
    assert len(before) == len(after) == 1 + len(film.sounds)
    first = min(track.times[0] for track in before)
    assert done.frames == len(before[0].times) == len(after[0].times)
    expected = rising([time - first for time in before[0].times])
    assert max(abs(a - b) for a, b in zip(after[0].times, expected, strict=True)) <= 0.002, warnings
    for heard, copied in zip(before[1:], after[1:], strict=True):
        assert abs(copied.times[0] - (heard.times[0] - first)) <= 0.03
        assert abs(copied.samples - heard.samples) <= 0.06 * RATE_HZ


def rising(times: list[float]) -> list[float]:
    """Times of which each is a millisecond later than the one before, or more."""
    return list(accumulate(times, lambda before, time: max(before + 0.001, time)))
