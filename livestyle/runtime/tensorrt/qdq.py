"""Rewrites INT8 graphs for TensorRT: symmetric, and quantised directly before the convolutions.

The INT8 graph of a model is calibrated for CPUs: activations are bytes with a zero point, and are
quantised before they are padded. TensorRT knows no zero points (it reads a byte of 200 as -56), and joins
Q/DQ to a convolution only where they touch. Weights are symmetric in both.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, helper, numpy_helper

from livestyle.core.errors import LivestyleError
from livestyle.runtime.tensorrt.onnx_nodes import CONVOLUTIONS, replace_nodes

COPYING = frozenset({"Pad", "Resize"})
"""Operators that only copy values (by reflection, by the nearest neighbour), so that ranges stay valid."""


def symmetric(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy of a Q/DQ `model` in which each quantised convolution reads int8 with zero point 0.

    The range of a tensor is the calibrated one, made as wide on both sides; what is not read by a
    convolution stays float32. LivestyleError where a convolution's weights are quantised and its
    input is not.
    """
    found = onnx.ModelProto()
    found.CopyFrom(model)
    arrays = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    scales = _scales(model.graph, arrays)
    made_by = {output: node for node in model.graph.node for output in node.output}
    bare = {name: _source(name, made_by) for name in made_by}
    nodes: list[NodeProto] = []
    for node in found.graph.node:
        if node.op_type == "QuantizeLinear":
            continue
        if node.op_type == "DequantizeLinear" and node.input[0] not in arrays:
            continue
        scale = _range_of(node, made_by, scales) if _is_quantized(node, made_by) else None
        for slot, name in enumerate(node.input):
            node.input[slot] = bare.get(name, name)
        if scale is not None:
            nodes += _pair(found.graph, node, scale)
        nodes.append(node)
    replace_nodes(found.graph, nodes)
    return found


def _is_quantized(node: NodeProto, made_by: Mapping[str, NodeProto]) -> bool:
    """Whether it is a convolution with INT8 weights."""
    weights = made_by.get(node.input[1]) if node.op_type in CONVOLUTIONS else None
    return weights is not None and weights.op_type == "DequantizeLinear"


def _source(name: str, made_by: Mapping[str, NodeProto]) -> str:
    """The tensor that `name` is the dequantised copy of, or itself."""
    node = made_by[name]
    if node.op_type == "DequantizeLinear" and node.input[0] in made_by:
        return str(made_by[node.input[0]].input[0])
    return name


def _scales(graph: onnx.GraphProto, arrays: Mapping[str, NDArray[np.generic]]) -> dict[str, np.float32]:
    """The symmetric step of each dequantised activation, by the name of the dequantised tensor."""
    scales = {}
    for node in graph.node:
        if node.op_type != "DequantizeLinear" or node.input[0] in arrays:
            continue
        step, zero = arrays[node.input[1]].astype(np.float32), arrays[node.input[2]]
        codes = np.iinfo(zero.dtype.name)
        reach = np.maximum(zero.astype(int) - codes.min, codes.max - zero.astype(int))
        scales[node.output[0]] = np.float32((step * reach / 127).max())
    return scales


def _range_of(
    node: NodeProto, made_by: Mapping[str, NodeProto], scales: Mapping[str, np.float32]
) -> np.float32:
    """The step of what a convolution reads, found through the operators that merely copy."""
    name = node.input[0]
    while name not in scales:
        maker = made_by.get(name)
        if maker is None or maker.op_type not in COPYING:
            raise LivestyleError(f"{node.name} has INT8 weights and a float input; calibrate the model again")
        name = maker.input[0]
    return scales[name]


def _pair(graph: onnx.GraphProto, reader: NodeProto, scale: np.float32) -> list[NodeProto]:
    """Quantise and dequantise the first input of `reader`; returns the two nodes."""
    name = reader.input[0]
    step, zero, code, back = (f"{name}_{reader.name}_{part}" for part in ("step", "zero", "int8", "back"))
    graph.initializer.append(numpy_helper.from_array(np.array(scale, np.float32), step))
    graph.initializer.append(numpy_helper.from_array(np.array(0, np.int8), zero))
    reader.input[0] = back
    return [
        helper.make_node("QuantizeLinear", [name, step, zero], [code], f"quantize_{code}"),
        helper.make_node("DequantizeLinear", [code, step, zero], [back], f"dequantize_{code}"),
    ]
