"""Judges an INT8 graph: what it costs in quality, what it gains in speed, whether to install it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.core.fit import cover
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime.openvino import OpenVinoEngine, cpu_capabilities
from livestyle.workshop.export.check import int8_psnr

SPEED_SIZE = Size(640, 480)
ROUNDS = 15
"""Frames that each precision is timed on."""


@dataclass(frozen=True)
class Judgement:
    """What was found about an INT8 graph.

    psnr_db:      against the float graph in f32, by style, on frames that it was not calibrated on
    installed_db: the same of the INT8 graph that is installed; empty where there is none
    bytes:        size of each graph by kind
    times_faster: than the float graph in each precision that this CPU computes, at 640x480
    """

    psnr_db: dict[str, float]
    installed_db: dict[str, float]
    bytes: dict[str, int]
    times_faster: dict[str, float]

    @property
    def worst(self) -> str:
        """The style that loses most."""
        return min(self.psnr_db, key=lambda name: self.psnr_db[name])

    def to_dict(self) -> dict[str, Any]:
        """As JSON takes it, rounded."""
        return {key: {k: round(v, 2) for k, v in values.items()} for key, values in asdict(self).items()}

    def check(self, min_psnr_db: float) -> None:
        """LivestyleError where a style is below `min_psnr_db`."""
        below = {k: v for k, v in self.psnr_db.items() if v < min_psnr_db}
        if below:
            raise LivestyleError(
                f"INT8 is not installed: {len(below)} of {len(self.psnr_db)} styles are below "
                f"{min_psnr_db:g} dB, {self.worst} with {self.psnr_db[self.worst]:.1f}; calibrate with "
                "frames that are more like what is painted, or give --install-anyway"
            )


def with_int8(model: Model, graph: Path) -> Model:
    """`model` with `graph` as its INT8 graph, in memory alone."""
    graphs = {**model.card.graphs, "int8": str(graph.resolve())}
    return replace(model, card=replace(model.card, graphs=graphs))


def judge(draft: Model, installed: Model, frames: Sequence[Pixels]) -> Judgement:
    """Compare the INT8 graph of `draft` with its float graph, and with the INT8 of `installed`.

    frames: of one size that fits the model.
    """
    had = "int8" in installed.card.graphs
    return Judgement(
        int8_psnr(draft, frames),
        int8_psnr(installed, frames) if had else {},
        {kind: draft.graph(kind).stat().st_size for kind in ("float", "int8")},
        times_faster(draft, frames[0]),
    )


def times_faster(model: Model, frame: Pixels, rounds: int = ROUNDS) -> dict[str, float]:
    """How many times faster INT8 is than the float graph, by precision: medians over neighbouring runs."""
    pixels, vector = cover(frame, SPEED_SIZE), model.styles.vectors[0]
    rivals = [Precision.F32, *([Precision.BF16] if "BF16" in cpu_capabilities() else [])]
    taken: dict[Precision, list[float]] = {p: [] for p in (Precision.INT8, *rivals)}
    with ExitStack() as stack:
        engines = {p: stack.enter_context(OpenVinoEngine(model, SPEED_SIZE, p, 0)) for p in taken}
        for number in range(rounds + 2):
            for precision, engine in engines.items():
                start = time.perf_counter()
                engine.infer(pixels, FrameStyle.still(vector))
                if number >= 2:  # the first two warm up
                    taken[precision].append(time.perf_counter() - start)
    int8 = np.array(taken[Precision.INT8])
    return {str(p): float(np.median(np.array(taken[p]) / int8)) for p in rivals}
