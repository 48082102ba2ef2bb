"""Weights that lie in a file as float16, half its size, and are float32 again once it is loaded."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

from livestyle.runtime.rewrite import CONVOLUTIONS, replace_nodes


def store_halves(model: onnx.ModelProto) -> None:
    """Hold those weights of convolutions in float16 that it holds exactly; changed in place.

    A Cast makes float32 of them, which a runtime does once, when it loads the graph; it computes what
    it computed. A weight keeps its name.
    """
    readers = {n.input[1]: n for n in model.graph.node if n.op_type in CONVOLUTIONS}
    casts: list[NodeProto] = []
    for weight in model.graph.initializer:
        half = _exact_half(weight) if weight.name in readers else None
        if half is None:
            continue
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


def _exact_half(weight: TensorProto) -> TensorProto | None:
    """The same numbers in float16; None where it can't hold them."""
    array = numpy_helper.to_array(weight)
    with np.errstate(over="ignore"):
        half = array.astype(np.float16)
    same = array.dtype == np.float32 and np.array_equal(half, array)
    return numpy_helper.from_array(half, weight.name) if same else None
