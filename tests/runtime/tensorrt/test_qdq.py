"""INT8 for TensorRT: symmetric, directly before the convolutions, and not far from what CPUs run."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from livestyle.commands.calibrate import MIN_PSNR_DB
from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.runtime.tensorrt.half import halved
from livestyle.runtime.tensorrt.onnx_nodes import CONVOLUTIONS
from livestyle.runtime.tensorrt.qdq import symmetric
from tests.conftest import picture
from tests.runtime.graphs import SHIPPED, Arrays, feed, rounded, session, small
from tests.runtime.tensorrt.test_half import conv, decibel, weights

SIZE = Size(160, 128)


QUANTIZED = [name for name in SHIPPED if "int8" in Model.load(name).card.graphs]


CANVAS = "net.canvas.conv.conv.weight"
"""Where a model has it: outside the convolutions that are quantised."""


@pytest.fixture(scope="module", params=QUANTIZED)
def shipped(request: pytest.FixtureRequest) -> Model:
    return Model.load(request.param)


@pytest.fixture(scope="module")
def given(shipped: Model) -> onnx.ModelProto:
    return onnx.load(str(shipped.graph("int8")))


@pytest.fixture(scope="module")
def found(given: onnx.ModelProto) -> onnx.ModelProto:
    return symmetric(given)


def test_every_convolution_reads_int8_without_a_zero_point(found: onnx.ModelProto) -> None:
    made_by = {output: node for node in found.graph.node for output in node.output}
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in found.graph.initializer}
    convolutions = [n for n in found.graph.node if n.op_type in CONVOLUTIONS and n.input[1] != CANVAS]
    for node in convolutions:
        data, weight = (made_by[name] for name in node.input[:2])
        assert {data.op_type, weight.op_type} == {"DequantizeLinear"}
        assert made_by[data.input[0]].op_type == "QuantizeLinear"
        for reader in (data, weight):
            zero = arrays[reader.input[2]]
            assert zero.dtype == np.int8
            assert not zero.any()
    operators = [node.op_type for node in found.graph.node]
    assert operators.count("QuantizeLinear") == len(convolutions) > 10
    assert operators.count("DequantizeLinear") == 2 * len(convolutions)
    onnx.checker.check_model(found, full_check=True)


def test_every_style_is_near_f32_and_near_the_int8_of_cpus(
    shipped: Model, given: onnx.ModelProto, found: onnx.ModelProto
) -> None:
    full = session(onnx.load(str(shipped.graph("float"))))
    for_cpus, for_tensorrt = session(given), session(rounded(halved(found)))
    frame, ratios = picture(SIZE), {}
    for style in shipped.styles:
        inputs = feed(shipped.card, frame, shipped.styles.vector(style))
        exact, cpu, nvidia = (s.run(["stylized"], inputs)[0] for s in (full, for_cpus, for_tensorrt))
        ratios[style] = decibel(exact, cpu), decibel(exact, nvidia)
    assert min(nvidia for _, nvidia in ratios.values()) > MIN_PSNR_DB, ratios
    assert max(cpu - nvidia for cpu, nvidia in ratios.values()) < 6, ratios


def pair(x: str, y: str, prefix: str) -> list[onnx.NodeProto]:
    parameters = [f"{prefix}_step", f"{prefix}_zero"]
    return [
        helper.make_node("QuantizeLinear", [x, *parameters], [f"{y}_code"]),
        helper.make_node("DequantizeLinear", [f"{y}_code", *parameters], [y]),
    ]


@pytest.mark.parametrize(
    ("zero", "reach"), [(np.uint8(0), 255), (np.uint8(128), 128), (np.int8(-28), 155), (np.int8(0), 128)]
)
def test_the_range_is_made_as_wide_on_both_sides(zero: np.generic, reach: int) -> None:
    step = np.float32(0.01)
    codes = np.clip(weights() * 20, -127, 127).astype(np.int8)
    given: Arrays = {
        "x_step": np.array(step),
        "x_zero": np.array(zero),
        "w": codes,
        "w_step": np.array(np.float32(0.02)),
        "w_zero": np.array(np.int8(0)),
    }
    dequantize = helper.make_node("DequantizeLinear", ["w", "w_step", "w_zero"], ["w_float"])
    nodes = [*pair("x", "x_near", "x"), dequantize, conv("x_near", "w_float", "y")]
    found = symmetric(small(nodes, given))
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in found.graph.initializer}
    (quantize,) = (node for node in found.graph.node if node.op_type == "QuantizeLinear")
    assert arrays[quantize.input[1]] == pytest.approx(0.01 * reach / 127)


def test_a_convolution_whose_input_was_never_measured_is_refused() -> None:
    given: Arrays = {
        "w": np.ones((4, 4, 3, 3), np.int8),
        "step": np.array(np.float32(1)),
        "zero": np.array(np.int8(0)),
    }
    dequantize = helper.make_node("DequantizeLinear", ["w", "step", "zero"], ["w_float"])
    with pytest.raises(LivestyleError, match="conv_y has INT8 weights and a float input"):
        symmetric(small([dequantize, conv("x", "w_float", "y")], given))


def test_a_float_graph_stays_as_it_is(model: Model) -> None:
    graph = onnx.load(str(model.graph("float")))
    assert [node.op_type for node in symmetric(graph).graph.node] == [n.op_type for n in graph.graph.node]
