"""Measures what each layer of a network costs, by OpenVINO's counters, for `livestyle bench --layers`."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from livestyle.bench.pace import WARM_UP
from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size, SizeRule
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime.openvino import OpenVinoEngine
from livestyle.runtime.select import engines_for, resolve_precision
from livestyle.sources.synthetic.scene import Scene

FPS = 30
"""Of the scene that is painted."""


@dataclass(frozen=True)
class Layer:
    """What the engine made of one or several operators of the graph.

    name: of the last of them. kind: 'Convolution', 'Subgraph' (elementwise operators in one pass), …
    kernel: what computes it, with the type of its numbers. ms: of a frame, the median of several.
    """

    name: str
    kind: str
    kernel: str
    ms: float


@dataclass(frozen=True)
class LayerTimes:
    """Holds the layers in the order in which they run. frame_ms: a whole frame, counters running."""

    engine: str
    model: str
    size: str
    frame_ms: float
    layers: tuple[Layer, ...]

    @property
    def counted_ms(self) -> float:
        """What the layers come to together."""
        return sum(layer.ms for layer in self.layers)

    def kinds(self) -> dict[str, float]:
        """Milliseconds of each kind, the longest first."""
        found: dict[str, float] = {}
        for layer in self.layers:
            found[layer.kind] = found.get(layer.kind, 0.0) + layer.ms
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    def row(self) -> dict[str, Any]:
        """As JSON takes it."""
        kinds = {kind: round(ms, 4) for kind, ms in self.kinds().items()}
        return {**asdict(self), "counted_ms": round(self.counted_ms, 4), "kinds_ms": kinds}


class CountingEngine(OpenVinoEngine):
    """Counts what each layer takes. That costs a few per cent of the frame."""

    def _prepare(self, graph: Any) -> dict[str, str]:
        return {**super()._prepare(graph), "PERF_COUNT": "YES"}

    def counted(self) -> list[Layer]:
        """The layers of the frame painted last, in the order in which they ran."""
        return [
            Layer(row.node_name, row.node_type, row.exec_type, row.real_time.total_seconds() * 1e3)
            for row in self._requests[0].profiling_info
        ]


def layer_times(
    model: Model, size: Size, device: str, precision: Precision, threads: int, frames: int
) -> LayerTimes:
    """Paint `frames` frames of a moving scene, padded as ever, and give the median of each layer.

    LivestyleError where `device` leaves no choice of OpenVINO on a CPU, which alone has such counters, and
    as the engine raises it.
    """
    if OpenVinoEngine.name not in engines_for(device):
        raise LivestyleError(
            f"--layers reads the counters of OpenVINO on a CPU, and --device {device} is another engine; "
            "leave --device out, or give cpu"
        )
    padded = SizeRule(model.card.size_multiple).padded(size)
    chosen = resolve_precision(OpenVinoEngine, precision, model)
    scene, style, frames_ms = Scene(padded), FrameStyle(model.styles.vectors[0]), list[float]()
    found: dict[Layer, list[float]] = {}
    with CountingEngine(model, padded, chosen, threads) as engine:
        for number in range(WARM_UP + frames):
            pixels, began = scene.at(number / FPS), time.perf_counter()
            engine.infer(pixels, style)
            if number >= WARM_UP:
                frames_ms.append((time.perf_counter() - began) * 1e3)
                for layer in engine.counted():
                    found.setdefault(replace(layer, ms=0.0), []).append(layer.ms)
        info = str(engine.info)
    layers = tuple(replace(layer, ms=_median(ms)) for layer, ms in found.items())
    return LayerTimes(info, model.card.name, str(padded), _median(frames_ms), layers)


def _median(milliseconds: list[float]) -> float:
    return round(float(np.median(milliseconds)), 4)
