"""Clips made for the tests, and what is in a clip."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Self

import av
import numpy as np
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.sources.video.container import EXACT
from livestyle.stylizer.stylizer import Stylizer

RATE = 48_000


@dataclass(frozen=True)
class Clip:
    """How a clip is made. pts: in units of time_base, one for each frame."""

    pts: Sequence[int]
    width: int = 96
    height: int = 64
    time_base: Fraction = Fraction(1, 1000)
    sound: str | None = None
    rotation: int = 0
    codec: str = "libx264"
    pix_fmt: str = "yuv420p"
    color: tuple[int, int, int, int] = (1, 1, 1, 1)
    """matrix, primaries, transfer, range"""
    solid: tuple[int, int, int] | None = None
    """one BGR colour instead of pictures"""
    alpha: int = 255
    """of every pixel, where pix_fmt is bgra"""


class Negative(Stylizer):
    """Paints the negative, without an engine, three frames in flight."""

    @property
    def depth(self) -> int:
        return 3

    def open(self, size: Size) -> Self:
        return self

    def submit(self, pixels: Pixels) -> None:
        assert self.in_flight < self.depth
        self._flight.painted.append(self.paint(pixels))

    def paint(self, pixels: Pixels) -> Pixels:
        return 255 - pixels


def steady(frames: int, step: int = 40) -> range:
    return range(0, frames * step, step)


def irregular(frames: int, seed: int = 0) -> list[int]:
    """Times of a variable frame rate: 10 to 80 units apart."""
    steps = np.random.default_rng(seed).integers(10, 80, frames)
    return [int(n) for n in np.cumsum(steps) - steps[0]]


def picture(index: int, width: int, height: int) -> Pixels:
    """A gradient with a square that moves: all frames differ."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    pixels = np.stack([x * 255 // width, y * 255 // height, (x + y + index * 5) % 256], -1).astype(np.uint8)
    left = index * 3 % (width - 16)
    pixels[8:24, left : left + 16] = 255
    return pixels


def make(path: Path, clip: Clip) -> Path:
    """Write a clip; sound is a tone as long as the pictures."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(clip.codec, rate=25, options={"crf": "18", "g": "12"})
        assert isinstance(stream, VideoStream)
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = clip.width, clip.height, clip.pix_fmt
        context.time_base = clip.time_base
        context.colorspace, context.color_primaries, context.color_trc, context.color_range = clip.color
        if clip.rotation:
            stream.set_display_rotation(clip.rotation)
        sound = out.add_stream(clip.sound, rate=RATE) if clip.sound else None
        out.start_encoding()
        for index, pts in enumerate(clip.pts):
            pixels = picture(index, clip.width, clip.height)
            if clip.solid:
                pixels[:] = clip.solid
            if clip.pix_fmt == "bgra":
                frame = VideoFrame.from_ndarray(np.insert(pixels, 3, clip.alpha, 2), "bgra")
            else:
                frame = VideoFrame.from_ndarray(pixels, "bgr24").reformat(
                    format=clip.pix_fmt,
                    src_color_range=2,
                    dst_colorspace={1: 1, 6: 5, 9: 9}[clip.color[0]],
                    dst_color_range=clip.color[3],
                    interpolation=EXACT,
                )
            frame.pts, frame.time_base = pts, clip.time_base
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if isinstance(sound, av.AudioStream):
            for packet in _tone(sound, float(clip.pts[-1] * clip.time_base)):
                out.mux(packet)
    return path


def _tone(stream: av.AudioStream, seconds: float) -> list[Packet[av.AudioStream]]:
    wave = (np.sin(np.arange(int(RATE * seconds)) * 0.05) * 8000).astype(np.int16)
    stereo = np.repeat(wave, 2)[None]
    frame = av.AudioFrame.from_ndarray(stereo, "s16", "stereo")
    frame.sample_rate, frame.pts = RATE, 0
    return [*stream.encode(frame), *stream.encode(None)]


def times(path: Path) -> list[Fraction]:
    """When each frame is shown, in seconds, as decoded."""
    with av.open(str(path)) as file:
        return [Fraction(f.pts or 0) * (f.time_base or 1) for f in file.decode(video=0)]


def frames(path: Path) -> list[Pixels]:
    with av.open(str(path)) as file:
        return [f.to_ndarray(format="bgr24").astype(np.uint8, copy=False) for f in file.decode(video=0)]


def packets(path: Path, kind: str) -> list[tuple[str, Fraction]]:
    """The hash and the time of every packet of the first stream of a kind."""
    with av.open(str(path)) as file:
        stream: Stream = next(s for s in file.streams if s.type == kind)
        return [
            (hashlib.sha256(bytes(p)).hexdigest(), Fraction(p.pts or 0) * p.time_base)
            for p in file.demux(stream)
            if p.size
        ]
