"""The graph as TensorRT takes it: every tensor has the type it is computed in."""

from __future__ import annotations

from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.model.card import Model

KINDS = {Precision.F32: "float", Precision.F16: "float", Precision.INT8: "int8"}
"""Which of a model's graphs a precision is made from."""

RECIPE = 2
"""Is counted up when a model's graph is rewritten differently, so that older engines are built again."""


def graph_kind(precision: Precision) -> str:
    """The kind of graph a precision is made from. LivestyleError where TensorRT has no such precision."""
    if precision not in KINDS:
        raise LivestyleError(f"TensorRT has no {precision} here; use --precision {', '.join(KINDS)}")
    return KINDS[precision]


def typed_graph(model: Model, precision: Precision) -> bytes:
    """The ONNX file to parse: f32 as exported; f16 with half convolutions; int8 with Q/DQ, the rest as f16.

    LivestyleError for another precision, where the model has no such graph or it can't be read, and
    where the package onnx is missing.
    """
    path = model.graph(graph_kind(precision))
    if precision is Precision.F32:
        return path.read_bytes()
    try:
        import onnx

        from livestyle.runtime.tensorrt.half import halved
        from livestyle.runtime.tensorrt.qdq import symmetric
    except ImportError as error:
        raise LivestyleError(f"onnx can't be loaded ({error}); pip install onnx") from error
    try:
        graph = onnx.load(str(path))
    except Exception as error:  # protobuf's DecodeError shares no base class with its others
        raise LivestyleError(f"{path} can't be read: {error}") from error
    if precision is Precision.INT8:
        graph = symmetric(graph)
    return bytes(halved(graph).SerializeToString())
