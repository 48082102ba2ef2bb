"""Paints pictures that are too large to be painted at once: in parts, with the statistics of the whole.

A network that normalises over the whole picture paints a part of it differently. So the means and variances
of every layer are measured once on the picture scaled down, and each part is painted with these. Parts
overlap by more than the network looks around a pixel, and begin where the canvas does, so there are no seams.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import cv2
import numpy as np

from livestyle.core.config import Precision
from livestyle.core.frame import Pixels
from livestyle.core.size import Size, SizeRule
from livestyle.model.card import resolve_shapes
from livestyle.model.frame_style import FrameStyle, inputs_of
from livestyle.runtime.film import Tensors
from livestyle.runtime.openvino import OpenVinoEngine

WHOLE_PIXELS = 9_000_000
"""Pictures of up to so many pixels are painted at once, at about 0.1 kB a pixel; a frame of 4K has fewer."""

MARGIN_PX, KEPT_PX = 192, 1536
"""How far a part reaches beyond what is kept of it, and the side of that: a multiple of the canvas's 512."""

PART_PX = KEPT_PX + 2 * MARGIN_PX
SCALED_SIDE_PX = 2048
"""Long side of the picture on which the statistics are measured."""


class PartsPainter:
    """Paints pictures of any size as an engine would. The engine may be closed afterwards."""

    def __init__(self, engine: OpenVinoEngine) -> None:
        self.engine = engine
        self._model = engine.model
        self._rule = SizeRule(engine.model.card.size_multiple)
        self._part: Any = None
        self._small: tuple[Size, Any] | None = None

    def paint(self, pixels: Pixels, style: FrameStyle) -> Pixels:
        """Paint uint8 BGR (H, W, 3) to the same, with steadiness 0; errors as OpenVinoEngine raises."""
        statistics = self._statistics(pixels, style)
        if self._part is None:
            size = Size(PART_PX, PART_PX)
            self._part = self.engine.compiled(size, self.engine.precision, by_statistics)
        painted = np.empty_like(pixels)
        height, width = pixels.shape[:2]
        for top, left in product(_starts(height), _starts(width)):
            part = pixels[top : top + PART_PX, left : left + PART_PX]
            below, right = PART_PX - part.shape[0], PART_PX - part.shape[1]
            whole = cv2.copyMakeBorder(part, 0, below, 0, right, cv2.BORDER_REFLECT_101)
            found = self._run(self._part, whole.astype(np.uint8, copy=False), style, statistics)["stylized"][
                0
            ]
            y, x = (MARGIN_PX if start else 0 for start in (top, left))
            rest = painted[top + y : top + PART_PX, left + x : left + PART_PX]
            rest[:] = found[y : y + rest.shape[0], x : x + rest.shape[1]]
        return painted

    def _statistics(self, pixels: Pixels, style: FrameStyle) -> Tensors:
        """The means and variances of every layer, by name, from the picture scaled down."""
        scale = SCALED_SIDE_PX / max(pixels.shape[:2])
        height, width = (max(64, round(side * scale)) for side in pixels.shape[:2])
        scaled = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
        small = self._rule.pad(scaled.astype(np.uint8, copy=False))
        size = Size.of(small)
        if self._small is None or self._small[0] != size:
            finest = Precision.F32 if Precision.F32 in self.engine.hints else self.engine.precision
            self._small = size, self.engine.compiled(size, finest, with_statistics)
        found = self._run(self._small[1], small, style, {})
        return {name: found[name] for name in found if name.startswith(("mean_", "variance_"))}

    def _run(self, compiled: Any, pixels: Pixels, style: FrameStyle, more: Tensors) -> Tensors:
        inputs = style.tensors(tuple(inputs_of(self._model.card)))
        state = {
            f"state_{name}": np.zeros(shape, np.float32)
            for name, shape in resolve_shapes(self._model.card.state, Size.of(pixels)).items()
        }
        feed = {"frame": np.ascontiguousarray(pixels)[None], **inputs, **state, **more}
        known = {name for port in compiled.inputs for name in port.get_names()}
        found = compiled({name: value for name, value in feed.items() if name in known})
        return {port.get_any_name(): np.array(found[port]) for port in compiled.outputs}


def _starts(length: int) -> list[int]:
    """Where parts begin along a side: on the canvas's grid, until the kept areas cover the side."""
    return list(range(0, max(1, length - MARGIN_PX), KEPT_PX))


def with_statistics(graph: Any) -> Any:
    """The graph of an openvino.Model that gives each layer's mean and variance, and global means."""
    from openvino import Model as Graph
    from openvino import opset13 as ops

    results = []
    for number, node in enumerate(_global(graph)):
        if node.get_type_name() == "MVN":
            values, axes = node.input_value(0), node.input_value(1)
            mean = ops.reduce_mean(values, axes, keep_dims=True)
            centred = ops.subtract(values, mean)
            variance = ops.reduce_mean(ops.multiply(centred, centred), axes, keep_dims=True)
            found = {f"mean_{number}": mean, f"variance_{number}": variance}
        else:
            found = {f"mean_{number}": node}
        for name, value in found.items():
            result = ops.result(value.output(0))
            result.output(0).set_names({name})
            results.append(result)
    return Graph(results, graph.get_parameters())


def by_statistics(graph: Any) -> Any:
    """The graph that paints with the statistics that `with_statistics` gives, in place of its own."""
    from openvino import Model as Graph
    from openvino import opset13 as ops

    parameters = list(graph.get_parameters())

    def given(name: str, shape: Any) -> Any:
        parameter = ops.parameter(shape, np.float32, name)
        parameter.output(0).set_names({name})
        parameters.append(parameter)
        return parameter

    for number, node in enumerate(_global(graph)):
        readers = list(node.output(0).get_target_inputs())
        if node.get_type_name() == "MVN":
            shape = [1, node.output(0).get_partial_shape()[1].get_length(), 1, 1]
            mean, variance = given(f"mean_{number}", shape), given(f"variance_{number}", shape)
            deviation = ops.sqrt(ops.add(variance, np.float32(node.get_attributes()["eps"])))
            value = ops.divide(ops.subtract(node.input_value(0), mean), deviation)
        else:
            value = given(f"mean_{number}", node.output(0).get_partial_shape())
        for reader in readers:
            reader.replace_source_output(value.output(0))
    (stylized,) = (r for r in graph.get_results() if "stylized" in r.input_value(0).get_names())
    return Graph([stylized], parameters)


def _global(graph: Any) -> list[Any]:
    """The nodes that look at the whole of a picture, in order: MVN and means of fixed shape."""
    return [node for node in graph.get_ordered_ops() if _is_global(node)]


def _is_global(node: Any) -> bool:
    if node.get_type_name() == "MVN":
        return True
    whole = node.get_type_name() == "ReduceMean" and node.output(0).get_partial_shape().is_static
    return bool(whole and node.input_value(0).get_partial_shape().is_dynamic)
