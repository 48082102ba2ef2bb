"""Moving bytes instead of floats changes no byte."""

from __future__ import annotations

import numpy as np
import openvino
from openvino import opset13

from livestyle.runtime.openvino_uint8 import MOVES, move_bytes


def between_casts(graph: openvino.Model) -> list[str]:
    """Types of the nodes that work on floats."""
    return [
        n.get_type_name()
        for n in graph.get_ordered_ops()
        if n.get_type_name() in MOVES and n.get_output_element_type(0) == openvino.Type.f32
    ]


def test_moves_change_places_with_the_casts() -> None:
    frame = opset13.parameter([1, 4, 6, 3], np.uint8)
    floats = opset13.convert(frame, "f32")
    planes = opset13.transpose(floats, [0, 3, 1, 2])
    pads = np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1])
    padded = opset13.pad(planes, *pads, "reflect")
    twice = opset13.multiply(padded, np.float32(0.5))
    back = opset13.convert(opset13.transpose(twice, [0, 2, 3, 1]), "u8")
    graph = openvino.Model([back], [frame])
    given = np.random.default_rng(0).integers(0, 256, (1, 4, 6, 3), dtype=np.uint8)
    before = openvino.compile_model(graph.clone(), "CPU")(given)[0]
    assert len(between_casts(graph)) == 3
    move_bytes(graph)
    assert between_casts(graph) == []
    assert np.array_equal(openvino.compile_model(graph, "CPU")(given)[0], before)
