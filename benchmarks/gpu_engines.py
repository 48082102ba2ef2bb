"""A new style in every frame, with frames in flight: does each painting belong to its frame and its style?"""

from __future__ import annotations

import numpy as np
from gpu_figures import Switches, judge_switches

from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime.engine import Engine
from livestyle.sources.synthetic.scene import Scene

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
    references = [engine.infer(f, FrameStyle.still(v)).copy() for v in vectors for f in frames]
    rng = np.random.default_rng(seed)
    asked = [int(n) for n in rng.integers(len(references), size=count)]
    shown: list[Pixels] = []
    film = engine.open_film()
    for number, wanted in enumerate(asked):
        if number >= film.depth:
            shown.append(film.result())
        film.submit(frames[wanted % PICTURES], FrameStyle.still(vectors[wanted // PICTURES]))
    shown += [film.result() for _ in range(min(film.depth, count))]
    return judge_switches(shown, asked, references)
