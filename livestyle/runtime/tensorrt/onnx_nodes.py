"""Changing the nodes of an ONNX graph."""

from __future__ import annotations

from collections.abc import Sequence

from onnx import GraphProto, NodeProto

CONVOLUTIONS = frozenset({"Conv", "ConvTranspose"})


def replace_nodes(graph: GraphProto, nodes: Sequence[NodeProto]) -> None:
    """Give `graph` these nodes, in an order in which each finds its inputs made.

    Weights that none of them reads go; so do the types noted for tensors, which may no longer hold.
    """
    kept = [NodeProto.FromString(node.SerializeToString()) for node in nodes]
    used = {name for node in kept for name in node.input}
    weights = [tensor for tensor in graph.initializer if tensor.name in used]
    for items in (graph.node, graph.initializer, graph.value_info):
        del items[:]
    graph.node.extend(kept)
    graph.initializer.extend(weights)
