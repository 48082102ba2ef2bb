"""Weights in files: float16, and what does not fit into it."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from livestyle.core.errors import LivestyleError
from livestyle.runtime.tensorrt.half import restore_floats
from livestyle.workshop.export.float16_weights import store_halves


def convolution(weight: float) -> onnx.ModelProto:
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["y"]),
        helper.make_node("Add", ["y", "b"], ["z"]),
    ]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, 4, 4]) for name in "xz"]
    given = {"w": np.full((1, 1, 1, 1), weight, np.float32), "b": np.full(1, 1 / 3, np.float32)}
    tensors = [numpy_helper.from_array(value, name) for name, value in given.items()]
    return helper.make_model(helper.make_graph(nodes, "g", ends[:1], ends[1:], tensors))


def test_weights_are_rounded_and_all_else_is_not() -> None:
    model = convolution(1 / 3)
    store_halves(model)
    kinds = {t.name: t.data_type for t in model.graph.initializer}
    assert kinds == {"w": TensorProto.FLOAT16, "b": TensorProto.FLOAT}
    once = model.SerializeToString()
    store_halves(model)
    assert model.SerializeToString() == once
    restore_floats(model)
    values = {t.name: numpy_helper.to_array(t).item() for t in model.graph.initializer}
    assert values == {"w": float(np.float16(1 / 3)), "b": float(np.float32(1 / 3))}
    onnx.checker.check_model(model)


def test_weights_beyond_float16_are_refused() -> None:
    with pytest.raises(LivestyleError, match=r"w holds 100000; float16 ends at 65504; train with a lower"):
        store_halves(convolution(1e5))
