"""Timing the engines: one frame at a time, frames in flight, several streams, a new style in every frame."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, runtime_checkable

import numpy as np
from gpu_figures import Switches, Timing, judge_switches
from gpu_rivals import Rival

from livestyle.errors import LivestyleError
from livestyle.frame import Pixels
from livestyle.runtime.engine import Engine
from livestyle.size import Size
from livestyle.sources.scene import Scene
from livestyle.styles import Vector

MIN_FRAMES, WARM_UP = 10, 3
PICTURES = 4
"""Different pictures that take turns, so that no figure is of a frame that is in a cache."""


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


def pictures(size: Size) -> list[Pixels]:
    scene = Scene(size)
    return [scene.at(7.0 * number) for number in range(PICTURES)]


def enough(timing: Timing, began: float, seconds: float) -> bool:
    return len(timing.end_to_end) >= MIN_FRAMES and time.perf_counter() - began >= seconds


def time_rival(rival: Rival, frames: Sequence[Pixels], seconds: float) -> Timing:
    """Frame after frame for `seconds`, each waited for."""
    for frame in frames[:WARM_UP]:
        rival.paint(frame)
    timing, began, number = Timing(), time.perf_counter(), 0
    while not enough(timing, began, seconds):
        start = time.perf_counter()
        _, stages = rival.paint(frames[number % len(frames)])
        timing.end_to_end.append((time.perf_counter() - start) * 1e3)
        for name, value in stages.items():
            timing.stages.setdefault(name, []).append(value)
        number += 1
    return timing


class EngineRival:
    """An engine, one frame at a time, in its first style."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def paint(self, pixels: Pixels) -> tuple[Pixels, dict[str, float]]:
        return self._engine.infer(pixels, self._engine.model.styles.vectors[0], 1.0, 0.0, 0.8), {}


def time_film(film: Film, vector: Vector, frames: Sequence[Pixels], seconds: float) -> Timing:
    """As many frames in flight as the film holds; each frame's time is from submit to result."""
    timing, started = Timing(), deque[float]()

    def step(number: int) -> None:
        if len(started) == film.depth:
            take()
        started.append(time.perf_counter())
        film.submit(frames[number % len(frames)], vector, 1.0, 0.0, 0.8)

    def take() -> None:
        film.result()
        timing.end_to_end.append((time.perf_counter() - started.popleft()) * 1e3)

    for number in range(WARM_UP * film.depth):
        step(number)
    while started:
        take()
    timing.end_to_end.clear()
    began, number = time.perf_counter(), 0
    while not enough(timing, began, seconds):
        step(number)
        number += 1
    while started:
        take()
    timing.total_s = time.perf_counter() - began
    return timing


def time_streams(engine: Engine, count: int, seconds: float) -> list[Timing]:
    """`count` films on one engine at once, each with a thread and a style of its own."""
    if not isinstance(engine, Films):
        raise LivestyleError(f"{engine.name} paints one film")
    frames, vectors = pictures(engine.size), engine.model.styles.vectors
    films = [engine.open_film() for _ in range(count)]
    gate = threading.Barrier(count)

    def run(number: int) -> Timing:
        gate.wait()
        return time_film(films[number], vectors[number % len(vectors)], frames, seconds)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def try_switches(engine: Engine, count: int, seed: int = 0) -> Switches:
    """Paint `count` frames, each in a style drawn at random, with as many in flight as the engine holds.

    What each should be was painted before, one at a time.
    """
    frames, vectors = pictures(engine.size), engine.model.styles.vectors
    references = [engine.infer(f, v, 1.0, 0.0).copy() for v in vectors for f in frames]
    rng = np.random.default_rng(seed)
    asked = [int(n) for n in rng.integers(len(references), size=count)]
    shown: list[Pixels] = []
    film = engine.open_film() if isinstance(engine, Films) else OneByOne(engine)
    for number, wanted in enumerate(asked):
        if number >= film.depth:
            shown.append(film.result())
        film.submit(frames[wanted % PICTURES], vectors[wanted // PICTURES], 1.0, 0.0)
    shown += [film.result() for _ in range(min(film.depth, count))]
    return judge_switches(shown, asked, references)


class OneByOne:
    """Any engine as a film that holds one frame."""

    depth = 1

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._done = deque[Pixels]()

    def submit(
        self, pixels: Pixels, style: Vector, strength: float, keep_color: float, steadiness: float = 0.0
    ) -> None:
        self._done.append(self._engine.infer(pixels, style, strength, keep_color, steadiness))

    def result(self) -> Pixels:
        return self._done.popleft()
