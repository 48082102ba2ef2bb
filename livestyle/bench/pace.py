"""Measures how fast an engine paints: one frame at a time, several in flight, several films side by side."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from livestyle.core.frame import Pixels
from livestyle.model.frame_style import FrameStyle
from livestyle.model.styles import Vector
from livestyle.runtime.engine import Engine
from livestyle.runtime.film import Film
from livestyle.runtime.gpu.engine import GpuFilm

MIN_FRAMES, WARM_UP = 10, 3
"""The least frames that are timed, however slow the engine is, and the frames before them that are not."""


@dataclass
class Pace:
    """Holds the milliseconds of each frame. stages: those of 'h2d', 'inference', 'd2h', if timed apart.

    total_s: from the first frame in to the last frame out, if frames overlap; else None.
    """

    end_to_end: list[float] = field(default_factory=list)
    stages: dict[str, list[float]] = field(default_factory=dict)
    total_s: float | None = None

    @property
    def frames_per_second(self) -> float:
        seconds = self.total_s or sum(self.end_to_end) / 1e3
        return len(self.end_to_end) / seconds

    def row(self) -> dict[str, Any]:
        """As JSON takes it."""
        return {
            "frames": len(self.end_to_end),
            "frames_per_second": round(self.frames_per_second, 2),
            "end_to_end": percentiles(self.end_to_end),
            **{name: percentiles(values) for name, values in self.stages.items()},
        }


def percentiles(milliseconds: Sequence[float]) -> dict[str, float]:
    """p50 and p95, rounded."""
    p50, p95 = np.percentile(milliseconds, [50, 95])
    return {"p50_ms": round(float(p50), 4), "p95_ms": round(float(p95), 4)}


def one_at_a_time(
    paint: Callable[[Pixels], dict[str, float]], frames: Sequence[Pixels], seconds: float
) -> Pace:
    """Paint frame after frame for `seconds`. paint: waits for the painting, returns milliseconds by stage."""
    for frame in frames[:WARM_UP]:
        paint(frame)
    pace, began, number = Pace(), time.perf_counter(), 0
    while not _enough(pace, began, seconds):
        start = time.perf_counter()
        stages = paint(frames[number % len(frames)])
        pace.end_to_end.append((time.perf_counter() - start) * 1e3)
        for name, value in stages.items():
            pace.stages.setdefault(name, []).append(value)
        number += 1
    return pace


def engine_alone(engine: Engine, frames: Sequence[Pixels], seconds: float) -> Pace:
    """One frame at a time in the first style; on a GPU, the stages apart too."""
    style = FrameStyle(engine.model.styles.vectors[0])

    def paint(pixels: Pixels) -> dict[str, float]:
        engine.infer(pixels, style)
        return {}

    pace, film = one_at_a_time(paint, frames, seconds), engine.film
    if isinstance(film, GpuFilm):
        pace.stages = one_at_a_time(lambda pixels: film.timed(pixels, style), frames, seconds / 4).stages
    return pace


def in_flight(film: Film, vector: Vector, frames: Sequence[Pixels], seconds: float) -> Pace:
    """As many frames in flight as the film holds; each frame's time is from submit to result."""
    return _in_turn([_Reel(film, vector)], frames, seconds)[0]


def side_by_side(engine: Engine, count: int, frames: Sequence[Pixels], seconds: float) -> list[Pace]:
    """`count` films on one engine in turn, each in a style of its own and with as many frames in flight."""
    vectors = engine.model.styles.vectors
    reels = [_Reel(engine.open_film(), vectors[number % len(vectors)]) for number in range(count)]
    return _in_turn(reels, frames, seconds)


class _Reel:
    """Keeps a film full and notes how long its frames take."""

    def __init__(self, film: Film, vector: Vector) -> None:
        self.pace = Pace()
        self._film, self._style = film, FrameStyle(vector)
        self._started = deque[float]()

    def step(self, pixels: Pixels) -> None:
        """Give the next frame; first take a result where the film is full."""
        if len(self._started) == self._film.depth:
            self.take()
        self._started.append(time.perf_counter())
        self._film.submit(pixels, self._style)

    def take(self) -> None:
        self._film.result()
        self.pace.end_to_end.append((time.perf_counter() - self._started.popleft()) * 1e3)

    def drain(self) -> None:
        while self._started:
            self.take()


def _in_turn(reels: Sequence[_Reel], frames: Sequence[Pixels], seconds: float) -> list[Pace]:
    """Give a frame to each film in turn, from one thread, until all have been timed long enough."""
    _turns(reels, frames, lambda turn: turn >= WARM_UP)
    for reel in reels:
        reel.pace.end_to_end.clear()
    began = time.perf_counter()
    _turns(reels, frames, lambda _: all(_enough(reel.pace, began, seconds) for reel in reels))
    total_s = time.perf_counter() - began
    for reel in reels:
        reel.pace.total_s = total_s
    return [reel.pace for reel in reels]


def _turns(reels: Sequence[_Reel], frames: Sequence[Pixels], over: Callable[[int], bool]) -> None:
    turn = 0
    while not over(turn):
        for reel in reels:
            reel.step(frames[turn % len(frames)])
        turn += 1
    for reel in reels:
        reel.drain()


def _enough(pace: Pace, began: float, seconds: float) -> bool:
    return len(pace.end_to_end) >= MIN_FRAMES and time.perf_counter() - began >= seconds
