"""Changes the nodes of an ONNX graph."""

from __future__ import annotations

from collections.abc import Sequence

from onnx import GraphProto, NodeProto

CONVOLUTIONS = frozenset({"Conv", "ConvTranspose"})


def replace_nodes(graph: GraphProto, nodes: Sequence[NodeProto]) -> None:
    """Replace the nodes of `graph`; each has to follow those that make its inputs.

    Weights that no node reads are removed, and so are the noted types of tensors, which may be wrong now.
    """
    kept = [NodeProto.FromString(node.SerializeToString()) for node in nodes]
    used = {name for node in kept for name in node.input}
    weights = [tensor for tensor in graph.initializer if tensor.name in used]
    for items in (graph.node, graph.initializer, graph.value_info):
        del items[:]
    graph.node.extend(kept)
    graph.initializer.extend(weights)
