"""Weights that lie in a file as float16, half its size, and are float32 again once it is loaded."""

from __future__ import annotations

import onnx
from onnx import NodeProto, TensorProto, helper

from livestyle.runtime.tensorrt.half import half_of
from livestyle.runtime.tensorrt.onnx_nodes import CONVOLUTIONS, replace_nodes


def store_halves(model: onnx.ModelProto) -> None:
    """Round the weights of convolutions to float16 and hold them so; changed in place.

    A Cast makes float32 of them, which a runtime does once, when it loads the graph. A weight keeps its
    name. LivestyleError for one beyond float16's range.
    """
    readers = {n.input[1]: n for n in model.graph.node if n.op_type in CONVOLUTIONS}
    casts: list[NodeProto] = []
    for weight in model.graph.initializer:
        if weight.name not in readers or weight.data_type != TensorProto.FLOAT:
            continue
        half = half_of(weight, weight.name, "train with a lower --rate or other --styles")
        name = readers[weight.name].input[1] = f"{weight.name}_float"
        casts.append(helper.make_node("Cast", [half.name], [name], f"cast_{half.name}", to=TensorProto.FLOAT))
        weight.CopyFrom(half)
    if casts:
        replace_nodes(model.graph, [*casts, *model.graph.node])
