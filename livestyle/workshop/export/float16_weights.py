"""Stores weights as float16, which halves the file; a Cast makes them float32 when it is loaded."""

from __future__ import annotations

import onnx
from onnx import NodeProto, TensorProto, helper

from livestyle.runtime.tensorrt.half import half_of
from livestyle.runtime.tensorrt.onnx_nodes import CONVOLUTIONS, replace_nodes

CANVAS_TILE = "net.canvas.tile"
"""The name of a constant that is no weight of a convolution, but large too."""


def store_halves(model: onnx.ModelProto) -> None:
    """Round the weights of convolutions to float16 and hold them so; changed in place.

    A Cast makes float32 of them, which a runtime does once, when it loads the graph. A weight keeps its
    name. LivestyleError for one beyond float16's range.
    """
    _store(model, {n.input[1] for n in model.graph.node if n.op_type in CONVOLUTIONS})


def store_canvas(model: onnx.ModelProto) -> None:
    """Store the canvas as float16 in a graph whose weights are INT8; nothing to do without a canvas."""
    _store(model, {CANVAS_TILE})


def _store(model: onnx.ModelProto, names: set[str]) -> None:
    casts: dict[str, NodeProto] = {}
    for tensor in model.graph.initializer:
        if tensor.name in names and tensor.data_type == TensorProto.FLOAT:
            half = half_of(tensor, tensor.name, "train with a lower --rate or other --styles")
            made = [f"{half.name}_float"]
            casts[half.name] = helper.make_node(
                "Cast", [half.name], made, f"cast_{half.name}", to=TensorProto.FLOAT
            )
            tensor.CopyFrom(half)
    for node in model.graph.node:
        node.input[:] = [casts[name].output[0] if name in casts else name for name in node.input]
    if casts:
        replace_nodes(model.graph, [*casts.values(), *model.graph.node])
