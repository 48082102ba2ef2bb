"""Weights that lie in a file as float16, half its size, and are float32 again once it is loaded."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

from livestyle.runtime.half import half_of
from livestyle.runtime.rewrite import CONVOLUTIONS, replace_nodes


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


def restore_floats(model: onnx.ModelProto) -> None:
    """What `store_halves` does, undone; changed in place."""
    weights = {t.name: t for t in model.graph.initializer if t.data_type == TensorProto.FLOAT16}
    back = {
        n.output[0]: n.input[0] for n in model.graph.node if n.op_type == "Cast" and n.input[0] in weights
    }
    nodes = [node for node in model.graph.node if node.output[0] not in back]
    for node in nodes:
        node.input[:] = [back.get(name, name) for name in node.input]
    for name in back.values():
        array = numpy_helper.to_array(weights[name]).astype(np.float32)
        weights[name].CopyFrom(numpy_helper.from_array(array, name))
    if back:
        replace_nodes(model.graph, nodes)
