"""How fast an engine paints: frames one after the other, several in flight, several films side by side."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np

from livestyle.config import STEADINESS
from livestyle.errors import LivestyleError
from livestyle.frame import Pixels
from livestyle.runtime.engine import Engine
from livestyle.styles import Vector

MIN_FRAMES, WARM_UP = 10, 3


@runtime_checkable
class Film(Protocol):
    """Frames in, paintings out in the same order, up to `depth` between; has a past of its own."""

    depth: int

    def submit(
        self, pixels: Pixels, style: Vector, strength: float, keep_color: float, steadiness: float = 0.0
    ) -> None: ...

    def result(self) -> Pixels: ...


@runtime_checkable
class Films(Protocol):
    """An engine that paints several films side by side."""

    def open_film(self) -> Film: ...


@dataclass
class Pace:
    """Milliseconds, one entry a frame. stages: by 'h2d', 'inference', 'd2h', where they were timed apart.

    total_s: from the first frame in to the last frame out, where frames overlap; else None.
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
    """Frame after frame for `seconds`, each waited for. paint: returns the stages' milliseconds it knows."""
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
    """One frame at a time in the first style."""
    vector = engine.model.styles.vectors[0]

    def paint(pixels: Pixels) -> dict[str, float]:
        engine.infer(pixels, vector, 1.0, 0.0, STEADINESS)
        return {}

    return one_at_a_time(paint, frames, seconds)


def in_flight(film: Film, vector: Vector, frames: Sequence[Pixels], seconds: float) -> Pace:
    """As many frames in flight as the film holds; each frame's time is from submit to result."""
    pace, started = Pace(), deque[float]()

    def take() -> None:
        film.result()
        pace.end_to_end.append((time.perf_counter() - started.popleft()) * 1e3)

    def step(number: int) -> None:
        if len(started) == film.depth:
            take()
        started.append(time.perf_counter())
        film.submit(frames[number % len(frames)], vector, 1.0, 0.0, STEADINESS)

    def drain() -> None:
        while started:
            take()

    for number in range(WARM_UP * film.depth):
        step(number)
    drain()
    pace.end_to_end.clear()
    began, number = time.perf_counter(), 0
    while not _enough(pace, began, seconds):
        step(number)
        number += 1
    drain()
    pace.total_s = time.perf_counter() - began
    return pace


def side_by_side(engine: Engine, count: int, frames: Sequence[Pixels], seconds: float) -> list[Pace]:
    """`count` films on one engine at once, each with a thread and a style of its own.

    LivestyleError where the engine paints one film alone.
    """
    if not isinstance(engine, Films):
        raise LivestyleError(f"{engine.name} paints one film at a time")
    vectors = engine.model.styles.vectors
    films = [engine.open_film() for _ in range(count)]
    gate = threading.Barrier(count)

    def run(number: int) -> Pace:
        gate.wait()
        return in_flight(films[number], vectors[number % len(vectors)], frames, seconds)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def _enough(pace: Pace, began: float, seconds: float) -> bool:
    return len(pace.end_to_end) >= MIN_FRAMES and time.perf_counter() - began >= seconds
