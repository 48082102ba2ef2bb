"""FP16 graphs: what is half and what is not, and how near they come to f32 when every rounding is kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.runtime.tensorrt.half import CARRIERS, halved
from livestyle.runtime.tensorrt.onnx_nodes import CONVOLUTIONS
from tests.conftest import picture
from tests.runtime.graphs import SHIPPED, feed, rounded, session, small, types

SIZE = Size(96, 80)
HALF, FLOAT = TensorProto.FLOAT16, TensorProto.FLOAT


def checkerboard() -> Pixels:
    y, x = np.mgrid[: SIZE.height, : SIZE.width]
    return np.repeat(((x + y) % 2 * 255).astype(np.uint8)[..., None], 3, 2)


def extremes() -> dict[str, Pixels]:
    shape = SIZE.height, SIZE.width, 3
    spot = np.zeros(shape, np.uint8)
    spot[40, 50] = 255
    noise = np.random.default_rng(0).integers(0, 2, shape).astype(np.uint8) * 255
    return {
        "black": np.zeros(shape, np.uint8),
        "white": np.full(shape, 255, np.uint8),
        "checkerboard": checkerboard(),
        "noise": noise,
        "one pixel": spot,
    }


def decibel(first: np.ndarray[Any, Any], second: np.ndarray[Any, Any]) -> float:
    error = float(np.square(first.astype(np.float64) - second).mean())
    return float(10 * np.log10(255**2 / error)) if error else 99.0


class Pair:
    """A shipped model in f32 and in FP16."""

    def __init__(self, name: str) -> None:
        self.model = Model.load(name)
        self.float = onnx.load(str(self.model.graph("float")))
        self.half = halved(self.float)
        self.sessions = session(self.float), session(rounded(self.half))

    def paint(self, pixels: Pixels, style: str, output: str = "stylized") -> list[np.ndarray[Any, Any]]:
        inputs = feed(self.model.card, pixels, self.model.styles.vector(style))
        return [s.run([output], inputs)[0] for s in self.sessions]


CANVAS = "net.canvas.conv.conv.weight"
"""Where a model has it: outside the convolutions that are quantised."""


@pytest.fixture(scope="module", params=SHIPPED)
def pair(request: pytest.FixtureRequest) -> Pair:
    return Pair(request.param)


def test_convolutions_are_half_and_normalisations_float(pair: Pair) -> None:
    kinds = types(pair.half)
    for operators, kind in ((CONVOLUTIONS, HALF), ({"InstanceNormalization"}, FLOAT)):
        nodes = [node for node in pair.half.graph.node if node.op_type in operators]
        assert len(nodes) == sum(node.op_type in operators for node in pair.float.graph.node) > 0
        for node in nodes:
            assert {kinds[name] for name in (*node.input, *node.output)} == {kind}
    onnx.checker.check_model(pair.half, full_check=True)


def test_what_is_half_lies_between_the_convolutions(pair: Pair) -> None:
    kinds = types(pair.half)
    assert [(i.name, kinds[i.name]) for i in (*pair.half.graph.input, *pair.half.graph.output)] == [
        (i.name, i.type.tensor_type.elem_type) for i in (*pair.float.graph.input, *pair.float.graph.output)
    ]
    halves = {node.op_type for node in pair.half.graph.node if kinds[node.output[0]] == HALF}
    assert {"Conv", "Cast"} < halves <= {"Cast", *CONVOLUTIONS, *CARRIERS}
    casts = [node for node in pair.half.graph.node if node.op_type == "Cast" and "half" in node.output[0]]
    normalisations = sum(node.op_type == "InstanceNormalization" for node in pair.half.graph.node)
    canvas = sum(tensor.name == CANVAS for tensor in pair.float.graph.initializer)
    assert len(casts) <= normalisations + 1 + canvas  # behind each, before the first convolution and its


def test_every_style_is_near_f32(pair: Pair) -> None:
    styles = pair.model.styles
    found = {style: decibel(*pair.paint(picture(SIZE, seed), style)) for seed, style in enumerate(styles)}
    assert min(found.values()) >= 40, found
    assert max(found.values()) < 90  # the roundings were kept


@pytest.mark.parametrize("name", extremes())
def test_extremes_neither_overflow_nor_give_nan(pair: Pair, name: str) -> None:
    frame = extremes()[name]
    for style in pair.model.styles.names[:2]:
        full, half = pair.paint(frame, style, "next_stylized")
        assert np.isfinite(half).all()
        assert decibel(full, half) >= 40, style


def conv(x: str, weight: str, y: str) -> onnx.NodeProto:
    return helper.make_node("Conv", [x, weight], [y], f"conv_{y}", pads=[1, 1, 1, 1])


def weights(scale: float = 1.0, channels: int = 4) -> np.ndarray[Any, np.dtype[np.float32]]:
    drawn = np.random.default_rng(3).normal(size=(channels, channels, 3, 3))
    return (drawn * scale).astype(np.float32)


def test_activations_of_any_size_do_not_overflow_the_normalisation() -> None:
    nodes = [
        conv("x", "w", "a"),
        helper.make_node("InstanceNormalization", ["a", "gamma", "beta"], ["b"], "norm"),
        conv("b", "v", "y"),
    ]
    ones = np.ones(4, np.float32)
    given = {"w": weights(2000), "v": weights(0.1), "gamma": ones, "beta": 0 * ones}
    model = small(nodes, given)
    with_activations = small(nodes, given)
    with_activations.graph.output.append(helper.make_tensor_value_info("a", FLOAT, None))
    x = np.random.default_rng(0).random((1, 4, 8, 8), np.float32)
    expected, activations = session(with_activations).run(["y", "a"], {"x": x})
    assert 5000 < np.abs(activations).max() < 65504  # its square is far beyond float16
    (found,) = session(rounded(halved(model))).run(["y"], {"x": x})
    np.testing.assert_allclose(found, expected, atol=0.01)


def test_statistics_between_convolutions_stay_float() -> None:
    nodes = [
        conv("x", "w", "a"),
        helper.make_node("ReduceMean", ["a", "axes"], ["mean"]),
        helper.make_node("Sub", ["a", "mean"], ["b"]),
        helper.make_node("Relu", ["b"], ["c"]),
        conv("c", "w", "y"),  # an output of the graph keeps its type
    ]
    found = halved(small(nodes, {"w": weights(), "axes": np.array([2, 3])}))
    kinds = types(found)
    assert [kinds[name] for name in ("a", "mean", "b", "c", "y")] == [HALF, FLOAT, FLOAT, HALF, FLOAT]


def test_a_weight_beyond_half_precision_is_refused() -> None:
    model = small([conv("x", "w", "a"), helper.make_node("Relu", ["a"], ["y"])], {"w": weights(1e6)})
    with pytest.raises(LivestyleError, match="float16 ends at 65504"):
        halved(model)


def test_the_graph_given_is_left_alone(pair: Pair) -> None:
    before = pair.float.SerializeToString()
    halved(pair.float)
    assert pair.float.SerializeToString() == before
