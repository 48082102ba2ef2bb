"""The pixel part of a graph, written for OpenVINO on a CPU: the same picture, without what is slow there."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import openvino
import pytest
from openvino import opset13 as ops

from livestyle.core.config import Precision
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime import openvino as module
from livestyle.runtime.openvino import OpenVinoEngine, cpu_capabilities
from livestyle.runtime.openvino_pixels import FOLD, UNFOLD, lighten
from livestyle.sources.synthetic.scene import Scene

HEIGHT, WIDTH = 8, 16
NATIVE = {Precision.F32: "FP32", Precision.BF16: "BF16", Precision.INT8: "INT8"}
PRECISIONS = [precision for precision, name in NATIVE.items() if name in cpu_capabilities()]
LOOKS = ((1.0, 0.0, 0.8), (0.7, 0.3, 0.0), (0.0, 0.0, 0.8), (1.0, 1.0, 0.8))
"""Strength, keep_color, steadiness."""


def frame() -> Any:
    return ops.parameter([1, HEIGHT, WIDTH, 3], np.uint8)


def reshaped(source: Any, *shape: int) -> Any:
    return ops.reshape(source, np.array(shape), False)


def folded(source: Any) -> Any:
    parts = reshaped(source, 1, HEIGHT // 2, 2, WIDTH // 2, 2, 3)
    return reshaped(ops.transpose(parts, FOLD), 1, 3, 4, HEIGHT // 2, WIDTH // 2)


def unfolded(planes: Any) -> Any:
    parts = reshaped(planes, 1, 3, 2, 2, HEIGHT // 2, WIDTH // 2)
    return reshaped(ops.transpose(parts, UNFOLD), 1, HEIGHT, WIDTH, 3)


def means(source: Any) -> Any:
    lines = reshaped(ops.convert(source, "f32"), 1, HEIGHT // 4, 4, WIDTH * 3)
    rows = reshaped(ops.reduce_mean(lines, np.array([2])), 1, HEIGHT // 4, WIDTH // 4, 4, 3)
    return ops.reduce_mean(ops.transpose(rows, [0, 4, 3, 1, 2]), np.array([2]))


def gray(source: Any) -> Any:
    """The luma of what changes, and the change in full."""
    planes = ops.convert(folded(source), "f32")
    change = ops.subtract(ops.multiply(planes, np.float32(0.7)), planes)
    total = None
    for part, weight in zip(ops.split(change, 1, 3).outputs(), (0.114, 0.587, 0.299), strict=True):
        weighed = ops.multiply(part, np.float32(weight))
        total = weighed if total is None else ops.add(total, weighed)
    return ops.add(change, total)


def lines(source: Any) -> Any:
    """Pixels padded, cast too early, the only part of an axis taken, and padded again."""
    pads = np.array([0, 0, 1, 0]), np.array([0, 0, 1, 0])
    rows = ops.convert(ops.pad(reshaped(source, 1, 1, HEIGHT, WIDTH * 3), *pads, "reflect"), "f32")
    taken = ops.gather(rows, np.int64(0), np.int64(1))
    wide = ops.pad(reshaped(taken, 1, HEIGHT + 2, WIDTH, 3), *pads, "reflect")
    return ops.multiply(wide, np.float32(0.5))


@pytest.mark.parametrize(
    ("made", "gone"),
    [
        (lambda x: ops.convert(folded(x), "f32"), "[0, 5, 2, 4, 1, 3]"),
        (lambda x: unfolded(folded(x)), "[0, 4, 2, 5, 3, 1]"),
        (means, "ReduceMean"),
        (gray, "[0, 5, 2, 4, 1, 3]"),
        (lines, "Gather"),
    ],
)
def test_the_same_numbers_come_without_what_is_slow(made: Any, gone: str) -> None:
    given = frame()
    graph = openvino.Model([made(given)], [given])
    pixels = np.random.default_rng(0).integers(0, 256, (1, HEIGHT, WIDTH, 3), dtype=np.uint8)
    before = openvino.compile_model(graph.clone(), "CPU")(pixels)[0]
    assert gone in words(graph)
    lighten(graph)
    assert gone not in words(graph)
    after = openvino.compile_model(graph, "CPU")(pixels)[0]
    if made is gray:  # products that are joined with sums are rounded once
        assert np.allclose(after, before, rtol=1e-5, atol=1e-4)
    else:
        assert np.array_equal(after, before)


def words(graph: openvino.Model) -> list[str]:
    """The types of the nodes, and the orders of the transpositions."""
    nodes = graph.get_ordered_ops()
    turns = [n for n in nodes if n.get_type_name() == "Transpose"]
    orders = [str(n.input_value(1).get_node().get_data().tolist()) for n in turns]
    return [n.get_type_name() for n in nodes] + orders


def test_other_graphs_stay_as_they_are() -> None:
    """Means of what was no bytes, sums in which something else is, transpositions of floats."""
    given = ops.parameter([1, 3, 4, 4, 8], np.float32)
    mean = ops.reduce_mean(given, np.array([2]))
    left, *others = ops.split(ops.subtract(given, ops.sqrt(given)), 1, 3).outputs()
    mixed = ops.add(ops.multiply(left, others[0]), others[1])
    turned = ops.transpose(reshaped(given, 1, 3, 2, 2, 4, 8), UNFOLD)
    graph = openvino.Model([mean, mixed, turned], [given])
    before = words(graph)
    lighten(graph)
    assert words(graph) == before


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_shipped_model_paints_the_same(precision: Precision, monkeypatch: pytest.MonkeyPatch) -> None:
    model, size = Model.load("cin-lite"), Size(96, 64)
    scene, vector = Scene(size), model.styles.vectors[0]
    monkeypatch.setattr(module, "cached", lambda name: contextlib.nullcontext({}))

    def painted() -> list[np.ndarray]:
        with OpenVinoEngine(model, size, precision, 1) as engine:
            return [
                engine.infer(scene.at(n / 5), FrameStyle(vector, *look)) for look in LOOKS for n in range(3)
            ]

    written = painted()
    monkeypatch.setattr(module, "lighten", lambda graph: None)
    apart = np.abs(np.array(painted(), np.int16) - np.array(written, np.int16))
    assert apart.max() <= 1
    assert (apart > 0).mean() < 1e-4
