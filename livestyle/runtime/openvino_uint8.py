"""Pixels move as bytes on a CPU: a quarter of the traffic.

The graph contract has the cast first and last, as TensorRT wants it. OpenVINO would move floats then.
Before a graph is compiled, Reshape, Transpose and Pad are moved across the cast, so they run on uint8.
"""

from __future__ import annotations

from typing import Any

MOVES = frozenset({"Reshape", "Transpose", "Pad", "Unsqueeze", "Squeeze"})
"""Operators that only move values, so that their type doesn't matter. Pad is meant by reflection."""


def move_bytes(graph: Any) -> None:
    """Change an openvino.Model in place; it still computes the same bytes."""
    from openvino import Type

    casts = [n for n in graph.get_ordered_ops() if _is_cast(n) and _source(n).get_element_type() == Type.u8]
    while casts:
        casts += _sink(casts.pop())
    for result in graph.get_results():
        cast = _source(result).get_node()
        if _is_cast(cast) and cast.get_element_type() == Type.u8:
            _hoist(result, cast)
    graph.validate_nodes_and_infer_types()


def _sink(cast: Any) -> list[Any]:
    """Move what follows a cast from bytes in front of it. Returns the casts that stand behind now."""
    from openvino import opset13

    found = []
    for reader in list(cast.output(0).get_target_inputs()):
        move = reader.get_node()
        if move.get_type_name() not in MOVES or reader.get_index() != 0:
            continue
        readers = list(move.output(0).get_target_inputs())
        later = opset13.convert(
            _moving(move, _source(cast)).output(0), cast.get_element_type().get_type_name()
        )
        for target in readers:
            target.replace_source_output(later.output(0))
        found.append(later)
    return found


def _hoist(result: Any, cast: Any) -> None:
    """Move what precedes a cast to bytes, the last node of an output, behind that cast."""
    from openvino import opset13

    moves = []
    node = _source(cast).get_node()
    while node.get_type_name() in MOVES:
        moves.append(node)
        node = _source(node).get_node()
    names = cast.output(0).get_names()
    last = opset13.convert(node.output(0), "u8")
    for move in reversed(moves):
        last = _moving(move, last.output(0))
    result.set_argument(0, last.output(0))
    last.output(0).set_names(names)


def _moving(move: Any, source: Any) -> Any:
    """The operator with another input. A Pad is made anew, because it has the type of its fill value."""
    if move.get_type_name() == "Pad":
        from openvino import opset13

        pads = move.input_value(1), move.input_value(2)
        return opset13.pad(source, *pads, move.get_attributes()["pad_mode"])
    move.set_argument(0, source)
    move.validate_and_infer_types()
    return move


def _is_cast(node: Any) -> bool:
    return bool(node.get_type_name() == "Convert")


def _source(node: Any) -> Any:
    return node.input_value(0)
