"""FP16 as casts in the graph: convolutions in half precision, statistics and pixels in float32.

TensorRT 11 and TensorRT for RTX run a tensor in the type that the graph gives it and know no precision
flags, so the types are set here. It is done when an engine is built, not when a model is exported: a
model's weights lie on disk once, and models made before this file can run in FP16 too.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import onnx
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper

from livestyle.core.errors import LivestyleError
from livestyle.runtime.tensorrt.onnx_nodes import CONVOLUTIONS, replace_nodes

CARRIERS = frozenset(
    {
        "Add",
        "Concat",
        "DepthToSpace",
        "Flatten",
        "Gather",
        "LeakyRelu",
        "MaxPool",
        "Pad",
        "Relu",
        "Reshape",
        "Resize",
        "Slice",
        "SpaceToDepth",
        "Split",
        "Squeeze",
        "Transpose",
        "Unsqueeze",
    }
)
"""Operators that pass on values or sums of a few: what fits into float16 before them fits after them."""

QUANTIZERS = frozenset({"QuantizeLinear", "DequantizeLinear"})

DATA_INPUTS = {"Resize": 1}
"""How many inputs of an operator have the type of its data; the others are always float32."""


def halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy of `model` that convolves in float16; its inputs and outputs are as they were.

    Convolutions, the operators that carry values from one to the next, and Q/DQ nodes become float16.
    InstanceNormalization and all other arithmetic stay float32, because the square of a value from 256 on
    overflows float16. Everything before the first convolution and behind the last is left alone.
    LivestyleError for a weight beyond the range of float16.
    """
    found = onnx.ModelProto()
    found.CopyFrom(model)
    restore_floats(found)
    floats = _float_tensors(found)
    body = _body(found.graph)
    halves = {name for i in body for name in found.graph.node[i].output} & floats
    weights = {tensor.name: tensor for tensor in found.graph.initializer}
    ready: set[str] = set()
    nodes: list[NodeProto] = []
    # Where a tensor passes from one side to the other it is cast, once for all its readers on that side;
    # a weight is stored in the other type instead, so that no cast of it is left in the graph.
    for number, node in enumerate(found.graph.node):
        for slot, name in list(enumerate(node.input))[: DATA_INPUTS.get(node.op_type)]:
            if name not in floats or (number in body) is (name in halves):
                continue
            node.input[slot] = other = f"{name}_{'half' if number in body else 'float'}"
            if other in ready:
                continue
            ready.add(other)
            if name in weights:
                found.graph.initializer.append(half_of(weights[name], other))
            else:
                kind = TensorProto.FLOAT16 if number in body else TensorProto.FLOAT
                nodes.append(helper.make_node("Cast", [name], [other], f"cast_{other}", to=kind))
        nodes.append(node)
    replace_nodes(found.graph, nodes)
    return found


def restore_floats(model: onnx.ModelProto) -> None:
    """Store weights that lie in float16 behind a Cast as float32 without one; changes `model` in place."""
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


def _body(graph: GraphProto) -> set[int]:
    """Numbers of the nodes that become float16: convolutions, Q/DQ, and carriers between two convolutions.

    A node that makes an output of the graph stays float32.
    """
    between = _reach(graph.node) & _reach(graph.node, backward=True)
    outputs = {value.name for value in graph.output}
    return {
        i
        for i, node in enumerate(graph.node)
        if (node.op_type in CONVOLUTIONS | QUANTIZERS or (node.op_type in CARRIERS and i in between))
        and not outputs.intersection(node.output)
    }


def _reach(nodes: Iterable[NodeProto], backward: bool = False) -> set[int]:
    """Numbers of the nodes behind a convolution or, if `backward`, before one."""
    reached: set[int] = set()
    tensors: set[str] = set()
    numbered = list(enumerate(nodes))
    for i, node in reversed(numbered) if backward else numbered:
        near, far = (node.output, node.input) if backward else (node.input, node.output)
        if tensors.intersection(near):
            reached.add(i)
        if i in reached or node.op_type in CONVOLUTIONS:
            tensors.update(far)
    return reached


def _float_tensors(model: onnx.ModelProto) -> set[str]:
    """Names of all float32 tensors: inputs, weights, and what lies between."""
    graph = onnx.shape_inference.infer_shapes(model).graph
    known = (*graph.input, *graph.output, *graph.value_info)
    types = {value.name: value.type.tensor_type.elem_type for value in known}
    types |= {tensor.name: tensor.data_type for tensor in graph.initializer}
    unknown = [name for node in graph.node for name in node.output if name and name not in types]
    if unknown:
        raise LivestyleError(f"the type of {unknown[0]!r} can't be told; export the model again")
    return {name for name, kind in types.items() if kind == TensorProto.FLOAT}


def half_of(weight: TensorProto, name: str, cure: str = "run the model in f32") -> TensorProto:
    """The float32 `weight` as float16 under `name`. LivestyleError, with the cure, if it is out of range."""
    array = numpy_helper.to_array(weight)
    with np.errstate(over="ignore"):
        half = array.astype(np.float16)
    if not np.isfinite(half).all():
        largest = float(np.abs(array).max())
        raise LivestyleError(f"{weight.name} holds {largest:g}; float16 ends at 65504; {cure}")
    return numpy_helper.from_array(half, name)
