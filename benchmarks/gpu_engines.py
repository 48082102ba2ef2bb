"""A new style in every frame, with frames in flight: does each painting belong to its frame and its style?"""

from __future__ import annotations

from collections import deque

import numpy as np
from gpu_figures import Switches, judge_switches

from livestyle.frame import Pixels
from livestyle.pipeline.pace import Films
from livestyle.runtime.engine import Engine
from livestyle.size import Size
from livestyle.sources.scene import Scene
from livestyle.styles import Vector

PICTURES = 4
"""Different pictures that take turns, so that no figure is of a frame that is in a cache."""


def pictures(size: Size) -> list[Pixels]:
    scene = Scene(size)
    return [scene.at(7.0 * number) for number in range(PICTURES)]


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
