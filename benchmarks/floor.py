"""How fast could it be? The work in a graph, and the time that a chip needs for it at the least."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from livestyle.core.size import Size
from livestyle.model.card import Model, resolve_shapes
from livestyle.model.frame_style import STYLE_INPUTS, FrameStyle

COUNTED_AT = Size(320, 256)
"""The graph is run once at this size; convolutions and what they read and write grow with the area."""


@dataclass(frozen=True)
class Work:
    """What painting one frame of a size takes.

    flops:         two for each multiply-accumulate of a convolution
    traffic_bytes: each convolution's input read once and its output written once, and all weights
    bus_bytes:     the frame in; the painting out is as much
    """

    flops: float
    traffic_bytes: float
    bus_bytes: float


@dataclass(frozen=True)
class Ceilings:
    """What a chip was measured to do: matrix products, device memory (read + written), the bus each way."""

    matrix_flops_s: float
    memory_bytes_s: float
    upload_bytes_s: float
    download_bytes_s: float


@dataclass(frozen=True)
class Floor:
    """Milliseconds under which a frame can't be painted, by what it would be waiting for."""

    arithmetic_ms: float
    memory_ms: float
    upload_ms: float
    download_ms: float

    @classmethod
    def of(cls, work: Work, ceilings: Ceilings) -> Floor:
        return cls(
            work.flops / ceilings.matrix_flops_s * 1e3,
            work.traffic_bytes / ceilings.memory_bytes_s * 1e3,
            work.bus_bytes / ceilings.upload_bytes_s * 1e3,
            work.bus_bytes / ceilings.download_bytes_s * 1e3,
        )

    @property
    def inference_ms(self) -> float:
        """Arithmetic and memory work side by side; the longer counts."""
        return max(self.arithmetic_ms, self.memory_ms)

    @property
    def latency_ms(self) -> float:
        """In, paint, out: one after the other."""
        return self.upload_ms + self.inference_ms + self.download_ms

    @property
    def frames_per_second(self) -> float:
        """Of many frames in flight: all units work at once, the slowest sets the pace."""
        return 1e3 / max(self.inference_ms, self.upload_ms, self.download_ms)


def work_of(model: Model, size: Size, element_bytes: int, kind: str = "float") -> Work:
    """Count the convolutions of a graph of `model` at `size`, with tensors of `element_bytes` an element.

    Instance normalisation needs its whole input before its first output, so what a convolution
    writes has to go through memory, unless it fits into the cache; all else could be fused.
    """
    graph = onnx.load(str(model.graph(kind)))
    convolutions = [node for node in graph.graph.node if node.op_type in ("Conv", "ConvTranspose")]
    tensors = {name: a.size for name, a in _run_once(graph, model, convolutions).items()}
    area = size.width * size.height / (COUNTED_AT.width * COUNTED_AT.height)
    flops = traffic = 0.0
    for node in convolutions:
        shape, read, written = _weight_shape(node, graph), tensors[node.input[0]], tensors[node.output[0]]
        flops += 2 * area * written * _macs_a_value(node, shape)
        traffic += element_bytes * (area * (read + written) + math.prod(shape))
    return Work(flops, traffic, float(size.width * size.height * 3))


def _macs_a_value(node: onnx.NodeProto, shape: tuple[int, ...]) -> float:
    """Multiply-accumulates for each value that a convolution writes."""
    if node.op_type == "Conv":
        return math.prod(shape[1:])
    strides = next((math.prod(a.ints) for a in node.attribute if a.name == "strides"), 1)
    return shape[0] * math.prod(shape[2:]) / strides


def _weight_shape(node: onnx.NodeProto, graph: onnx.ModelProto) -> tuple[int, ...]:
    """[out, in, height, width]; of a transposed convolution [in, out, height, width]."""
    shapes = {i.name: tuple(i.dims) for i in graph.graph.initializer}
    source = {out: n for n in graph.graph.node for out in n.output}
    name = str(node.input[1])
    while name not in shapes:  # behind Q/DQ or Cast
        name = str(source[name].input[0])
    return shapes[name]


def _run_once(graph: onnx.ModelProto, model: Model, nodes: list[Any]) -> dict[str, NDArray[Any]]:
    """What `nodes` read first and write, at `COUNTED_AT`."""
    exposed = onnx.ModelProto()
    exposed.CopyFrom(graph)
    names = list(dict.fromkeys(name for node in nodes for name in (node.input[0], node.output[0])))
    have = {i.name for i in (*exposed.graph.input, *exposed.graph.output)}
    exposed.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in have)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(
        exposed.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    feed = feed_of(model, np.zeros((COUNTED_AT.height, COUNTED_AT.width, 3), np.uint8))
    wanted = {i.name for i in session.get_inputs()}
    found = session.run(names, {name: array for name, array in feed.items() if name in wanted})
    return dict(zip(names, found, strict=True))


def feed_of(model: Model, pixels: NDArray[np.uint8], style: int = 0) -> dict[str, NDArray[Any]]:
    """A graph's inputs for a frame without a past, uint8 (H, W, 3), in the style of that number."""
    state = resolve_shapes(model.card.state, Size.of(pixels))
    return {
        "frame": pixels[None],
        **FrameStyle.still(model.styles.vectors[style]).tensors(STYLE_INPUTS),
        **{f"state_{name}": np.zeros(shape, np.float32) for name, shape in state.items()},
    }
