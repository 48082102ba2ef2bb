"""Any film that is whole comes out with its pictures, its times and its sound, or with a reason.

Hypothesis draws the film: codec, size, rate, time base, start, gaps, repeated times, sound.
"""

from __future__ import annotations

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

from livestyle.core.errors import LivestyleError
from livestyle.model.card import Model
from livestyle.offline import TranscodeOptions, transcode
from livestyle.sinks.encoders import Encoding
from tests.offline.clips import Negative

CODECS = {
    "libx264": "yuv420p",
    "mpeg4": "yuv420p",
    "ffv1": "bgr0",
    "mjpeg": "yuvj420p",
    "libvpx-vp9": "yuv420p",
}
SOUNDS = {"aac": "fltp", "libopus": "s16", "flac": "s16", "pcm_s16le": "s16"}
RATE_HZ = 48_000
FASTEST = {"webm": "12"}
"""Presets of the encoders; of libx264 it is ultrafast."""


@dataclass(frozen=True)
class AnyFilm:
    """A film in matroska, as it is drawn. steps: between pictures, in ms; 0 = repeated."""

    codec: str
    width: int
    height: int
    start: int
    steps: tuple[int, ...]
    rate: int
    sound: str | None
    sound_start: int
    target: str

    @property
    def times(self) -> list[int]:
        return list(accumulate(self.steps, initial=self.start))


films = st.builds(
    AnyFilm,
    codec=st.sampled_from(sorted(CODECS)),
    width=st.integers(32, 45).map(lambda half: 2 * half),
    height=st.integers(32, 45).map(lambda half: 2 * half),
    start=st.sampled_from([0, 1, 40, 1400, 100_000]),
    steps=st.lists(
        st.one_of(st.just(40), st.integers(0, 3), st.integers(5, 300), st.just(70_000)), max_size=12
    ).map(tuple),
    rate=st.sampled_from([1, 24, 25, 30, 120]),
    sound=st.sampled_from([None, *sorted(SOUNDS)]),
    sound_start=st.sampled_from([0, 0, 25, 500]),
    target=st.sampled_from(["mkv", "mp4", "mov", "webm"]),
)


def write(path: Path, film: AnyFilm) -> None:
    base = Fraction(1, 1000)
    with av.open(str(path), "w") as out:
        video = out.add_stream(film.codec, rate=film.rate)
        assert isinstance(video, VideoStream)
        video.width, video.height, video.pix_fmt = film.width, film.height, CODECS[film.codec]
        video.codec_context.time_base = Fraction(1, film.rate)
        video.time_base = base
        sound = out.add_stream(film.sound, rate=RATE_HZ) if film.sound else None
        out.start_encoding()
        packets = []
        for number in range(len(film.times)):
            pixels = np.full((film.height, film.width, 3), number * 20 % 256, np.uint8)
            frame = VideoFrame.from_ndarray(pixels, "bgr24")
            frame.pts, frame.time_base = number, Fraction(1, film.rate)
            packets += video.encode(frame)
        packets += video.encode(None)
        shown = [film.times[packet.pts or 0] for packet in packets]
        for index, packet in enumerate(packets):
            packet.pts, packet.dts = shown[index], min(shown[index:])
            packet.time_base, packet.duration, packet.stream = base, 0, video
            out.mux(packet)
        if isinstance(sound, av.AudioStream):
            tone = (np.sin(np.arange(RATE_HZ // 4) * 0.05) * 8000).astype(np.int16)
            heard = av.AudioFrame.from_ndarray(np.repeat(tone, 2)[None], "s16", "stereo")
            heard.sample_rate, heard.pts = RATE_HZ, film.sound_start * RATE_HZ // 1000
            for made in [*sound.encode(heard), *sound.encode(None)]:
                out.mux(made)


@dataclass(frozen=True)
class Found:
    """What a player makes of a film: when its pictures are shown, and its sound, from the first on, in s."""

    times: list[float]
    sound_starts: float | None
    samples: int

    @classmethod
    def of(cls, path: Path) -> Found:
        times, starts, samples = [], None, 0
        with av.open(str(path)) as file:
            wanted = [stream for stream in file.streams if stream.type in ("video", "audio")]
            for packet in file.demux(wanted):
                for frame in packet.decode():
                    assert isinstance(frame, VideoFrame | av.AudioFrame)
                    time = float(frame.time or 0)
                    if isinstance(frame, VideoFrame):
                        times.append(time)
                    else:
                        starts = time if starts is None else min(starts, time)
                        samples += frame.samples
        return cls(times, starts, samples)


@cache
def negative() -> Negative:
    return Negative(Model.load("cin-lite"))


@settings(max_examples=60, derandomize=True)
@given(film=films)
@example(AnyFilm("libx264", 64, 64, 0, (40,) * 8, 25, "aac", 0, "mp4"))
@example(AnyFilm("libx264", 64, 64, 100_000, (40, 0, 0, 40), 25, "aac", 500, "mkv"))
def test_any_film_comes_out_as_it_was(film: AnyFilm) -> None:
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "in.mkv"), Path(folder, f"out.{film.target}")
        write(source, film)
        warnings: list[str] = []
        options = TranscodeOptions(encoding=Encoding(preset=FASTEST.get(film.target, "ultrafast")))
        try:
            done = transcode(source, target, negative(), options, warn=warnings.append)
        except LivestyleError as error:
            raise AssertionError(f"refused: {error}") from error
        before, after = Found.of(source), Found.of(target)
    assert done.frames == len(film.times) == len(after.times)
    first = min(before.times[0], before.sound_starts if before.sound_starts is not None else before.times[0])
    expected = rising([time - first for time in before.times])
    assert max(abs(a - b) for a, b in zip(after.times, expected, strict=True)) <= 0.0035, warnings
    assert (before.sound_starts is None) == (after.sound_starts is None)
    if before.sound_starts is not None and after.sound_starts is not None:
        assert abs(after.sound_starts - (before.sound_starts - first)) <= 0.03
        assert abs(after.samples - before.samples) <= 0.06 * RATE_HZ


def rising(times: list[float]) -> list[float]:
    """Times of which none is before the one in front of it."""
    return list(accumulate(times, max))
