"""Writes the pixel part of a live graph as OpenVINO runs it fastest on a CPU: the same picture for less work.

A graph file says what is computed, once for all engines (see ARCHITECTURE.md). What is cheap differs: of a
permutation OpenVINO has fast kernels for some orders and a slow one for all others, its reductions take no
bytes, and it keeps in memory whatever two operators read. So this is done before a graph is compiled, for
shapes that are fixed. Sums of whole numbers and their halves are exact in any order. What else changes is the
last bit of a float, where OpenVINO joins a product with a sum: of a million bytes a few may differ, by 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from livestyle.runtime.openvino_uint8 import move_bytes

FOLD, UNFOLD = [0, 5, 2, 4, 1, 3], [0, 4, 2, 5, 3, 1]
"""Orders of the transpositions in `fold_planes` and `unfold_planes` of workshop/export/live_graph.py."""

RANK = 4
"""Dimensions of pictures, at the least."""

EXACT_PARTS = (2, 4)
"""The mean of this many whole numbers is exact in float32, in whatever order they are added."""


def lighten(graph: Any) -> None:
    """Change an openvino.Model of fixed shapes in place; it still computes the same (see above)."""
    _replace(graph, "Gather", _squeezed)
    move_bytes(graph)
    _replace(graph, "Transpose", _in_two_steps)
    _replace(graph, "ReduceMean", _mean_of_parts)
    _replace(graph, "Add", _weighed_apart)
    for kind in ("Multiply", "Add"):
        _replace(graph, kind, _joined_late)
    graph.validate_nodes_and_infer_types()


def _replace(graph: Any, kind: str, made: Callable[[Any], Any]) -> None:
    """Put what `made` gives for a node's output in its place, the last node first; None leaves it."""
    for node in reversed(graph.get_ordered_ops()):
        ports = (*node.inputs(), *node.outputs())
        if node.get_type_name() != kind or any(port.get_partial_shape().is_dynamic for port in ports):
            continue
        readers, output = list(node.output(0).get_target_inputs()), made(node)
        for reader in readers if output is not None else ():
            reader.replace_source_output(output)


def _squeezed(node: Any) -> Any:
    """The only part along an axis, which only moves values, as a Gather does not."""
    from openvino import opset13 as ops

    source, index, axis = (node.input_value(n) for n in range(3))
    number = _number(axis)
    if number is None or index.get_partial_shape().rank != 0 or list(source.get_shape())[number] != 1:
        return None
    return ops.squeeze(source, np.array([number])).output(0)


def _in_two_steps(node: Any) -> Any:
    """A transposition that folds or unfolds bytes: one step moves runs, the other has a fast kernel."""
    from openvino import Type

    source, order = node.input_value(0), list(_values(node.input_value(1)))
    if source.get_element_type() != Type.u8:
        return None
    shape = list(source.get_shape())
    if order == FOLD and shape[0] == 1:
        _, rows, down, columns, right, colors = shape
        planes = _transposed(source, [1, rows * down, columns, right * colors], [0, 3, 1, 2])
        done = _transposed(planes, [right, colors, rows, down, columns], [1, 3, 0, 2, 4])
    elif order == UNFOLD and shape[0] == 1:
        _, colors, down, right, rows, columns = shape
        runs = _transposed(source, [colors, down, right, rows, columns], [3, 1, 2, 0, 4])
        done = _transposed(runs, [rows * down, right, colors, columns], [0, 3, 1, 2])
    else:
        return None
    return _shaped(done, list(node.output(0).get_shape()))


def _mean_of_parts(node: Any) -> Any:
    """The mean along a short axis of what was bytes, as a sum of its parts."""
    from openvino import opset13 as ops

    source, axis = node.input_value(0), _number(node.input_value(1))
    if axis is None or not _is_short_mean(node) or not _from_bytes(source):
        return None
    shape = list(source.get_shape())
    parts = shape.pop(axis)
    total, *others = _parts(source, axis, parts, shape)
    for part in others:
        total = ops.add(total, part).output(0)
    mean = ops.multiply(total, np.float32(1 / parts)).output(0)
    return _shaped(mean, list(node.output(0).get_shape()))


def _weighed_apart(node: Any) -> Any:
    """A weighed sum of the parts of a difference, from the parts of what is subtracted.

    The difference itself is not written to memory then: what else reads it computes it on its way.
    """
    split = node
    while split.get_type_name() in ("Add", "Multiply"):
        split = split.input_value(0).get_node()
    if split.get_type_name() != "Split" or list(split.output(0).get_shape())[1] != 1:
        return None
    difference, axis = split.input_value(0).get_node(), _number(split.input_value(1))
    if axis != 1 or difference.get_type_name() != "Subtract":
        return None
    shape, sides = list(difference.output(0).get_shape()), [difference.input_value(n) for n in range(2)]
    if any(list(side.get_shape()) != shape for side in sides):
        return None
    flat = [shape[0], *shape[2:]]
    left, right = (_parts(side, axis, shape[axis], flat) for side in sides)
    parts = [(a, b) for a, b in zip(left, right, strict=True)]
    total = _weighed(node.output(0), split, parts)
    return None if total is None else _shaped(total, list(node.output(0).get_shape()))


def _weighed(total: Any, split: Any, parts: list[tuple[Any, Any]]) -> Any:
    """The same sum of parts a - b; None if anything but these and constant weights comes into it."""
    from openvino import opset13 as ops

    node = total.get_node()
    if node.get_friendly_name() == split.get_friendly_name():
        return ops.subtract(*parts[total.get_index()]).output(0)
    if node.get_type_name() not in ("Add", "Multiply"):
        return None
    first = _weighed(node.input_value(0), split, parts)
    if node.get_type_name() == "Multiply":
        weight = _values(node.input_value(1))
        return None if first is None or len(weight) != 1 else ops.multiply(first, weight[0]).output(0)
    second = _weighed(node.input_value(1), split, parts)
    return None if first is None or second is None else ops.add(first, second).output(0)


def _joined_late(node: Any) -> Any:
    """Operands of fewer dimensions, or of one number, reach a sum or a product through a Reshape.

    OpenVINO joins elementwise operators to one pass until a Reshape; so each pass ends where it is cheapest.
    """
    shape = list(node.output(0).get_shape())
    for number in range(2):
        operand = node.input_value(number)
        given = list(operand.get_shape())
        if operand.get_node().get_type_name() in ("Constant", "Parameter") or len(shape) < RANK:
            continue
        if 0 < len(given) < len(shape):
            wide = [1] * (len(shape) - len(given)) + given
            node.set_argument(number, _shaped(operand, wide))
    return None


def _from_bytes(source: Any) -> bool:
    """Whether values are bytes in float32, or means of a few of them, moved about."""
    from openvino import Type

    node = source.get_node()
    while node.get_type_name() in ("Reshape", "Transpose") or _is_short_mean(node):
        node = node.input_value(0).get_node()
    return bool(node.get_type_name() == "Convert" and node.input_value(0).get_element_type() == Type.u8)


def _is_short_mean(node: Any) -> bool:
    if node.get_type_name() != "ReduceMean":
        return False
    axis = _number(node.input_value(1))
    return axis is not None and node.input_value(0).get_shape()[axis] in EXACT_PARTS


def _parts(source: Any, axis: int, count: int, shape: list[int]) -> list[Any]:
    """The parts along an axis, each of `shape`; where they are cast from bytes, the bytes are parted."""
    from openvino import opset13 as ops

    cast = source.get_node()
    casting = cast.get_type_name() == "Convert"
    whole = cast.input_value(0) if casting else source
    parts = [_shaped(part, shape) for part in ops.split(whole, np.int64(axis), count).outputs()]
    return [ops.convert(part, "f32").output(0) for part in parts] if casting else parts


def _transposed(source: Any, shape: list[int], order: list[int]) -> Any:
    from openvino import opset13 as ops

    return ops.transpose(_shaped(source, shape), np.array(order)).output(0)


def _shaped(source: Any, shape: list[int]) -> Any:
    from openvino import opset13 as ops

    return ops.reshape(source, np.array(shape, np.int64), special_zero=False).output(0)


def _number(source: Any) -> int | None:
    """The one whole number, from 0, that a constant holds; None if it is something else."""
    values = _values(source)
    return int(values[0]) if len(values) == 1 and values[0] >= 0 else None


def _values(source: Any) -> Any:
    node = source.get_node()
    return node.get_data().ravel() if node.get_type_name() == "Constant" else np.array([])
