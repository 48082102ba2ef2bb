"""ONNX graphs for tests: run one, make a small one, keep every rounding to half precision."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

import livestyle
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.card import Card, resolve_shapes
from livestyle.model.frame_style import STYLE_INPUTS, FrameStyle
from livestyle.model.styles import Vector
from livestyle.runtime.tensorrt.onnx_nodes import replace_nodes

SHIPPED = sorted(path.parent.name for path in Path(livestyle.__file__).parent.glob("models/*/card.json"))
"""Every model that ships."""

Arrays = dict[str, NDArray[Any]]


def feed(card: Card, pixels: Pixels, style: Vector) -> Arrays:
    """What the live graph takes for a frame without a past."""
    shapes = resolve_shapes(card.state, Size.of(pixels))
    return {
        "frame": pixels[None],
        **FrameStyle.still(style).tensors(STYLE_INPUTS),
        **{f"state_{name}": np.zeros(shape, np.float32) for name, shape in shapes.items()},
    }


def session(model: onnx.ModelProto) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    data = model.SerializeToString()
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def types(model: onnx.ModelProto) -> dict[str, int]:
    """The element type of each tensor, by name."""
    graph = onnx.shape_inference.infer_shapes(model).graph
    found = {v.name: v.type.tensor_type.elem_type for v in (*graph.input, *graph.output, *graph.value_info)}
    return found | {tensor.name: tensor.data_type for tensor in graph.initializer}


def rounded(model: onnx.ModelProto) -> onnx.ModelProto:
    """`model` in float32, with each tensor that was float16 rounded to it where it is made.

    ONNX Runtime has no half kernels for CPUs: it computes in float32 and leaves the roundings out.
    """
    kinds = types(model)
    halves = {name for name, kind in kinds.items() if kind == TensorProto.FLOAT16}
    found = onnx.ModelProto()
    found.CopyFrom(model)
    for weight in found.graph.initializer:
        if weight.name in halves:
            array = numpy_helper.to_array(weight).astype(np.float32)
            weight.CopyFrom(numpy_helper.from_array(array, weight.name))
    nodes: list[NodeProto] = []
    for node in found.graph.node:
        nodes.append(node)
        for slot, name in enumerate(node.output):
            if name in halves:
                exact = node.input[0] if node.op_type == "Cast" else f"{name}_exact"
                node.output[slot] = f"{name}_exact"
                nodes.append(helper.make_node("Cast", [exact], [f"{name}_as_half"], to=TensorProto.FLOAT16))
                nodes.append(helper.make_node("Cast", [f"{name}_as_half"], [name], to=TensorProto.FLOAT))
    replace_nodes(found.graph, nodes)
    return found


def small(nodes: list[NodeProto], weights: Mapping[str, NDArray[Any]], channels: int = 4) -> onnx.ModelProto:
    """A graph from 'x', float32 [1, channels, 8, 8], to 'y'."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, channels, 8, 8))
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    tensors = [numpy_helper.from_array(array, name) for name, array in weights.items()]
    graph = helper.make_graph(nodes, "small", [x], [y], tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
