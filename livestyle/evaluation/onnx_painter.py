"""Runs networks of others as painters: any ONNX file that takes a picture and gives one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.runtime.openvino import core

EXPECTED = "expected one input and one output, [1, 3, H, W] or [1, H, W, 3], RGB, of 255"


class OnnxPainter:
    """An ONNX file run by OpenVINO on a CPU, in float32, at one size.

    The picture goes in as RGB of 255, planes or pixels as the input's shape says, and comes out the same.
    """

    def __init__(self, path: Path, size: Size) -> None:
        """LivestyleError where the file can't be read or is no network from picture to picture."""
        try:
            graph = core().read_model(path)
        except RuntimeError as error:
            raise LivestyleError(f"cannot read {path}: {str(error).splitlines()[0]}; {EXPECTED}") from error
        shapes = [str(put.get_partial_shape()) for put in (*graph.inputs, *graph.outputs)]
        shape: Any = graph.inputs[0].get_partial_shape()
        if len(shapes) != 2 or len(shape) != 4:
            raise LivestyleError(f"{path} takes and gives {', '.join(shapes)}; {EXPECTED}")
        self._planes = str(shape[1]) == "3"
        sides = (size.height, size.width)
        graph.reshape([1, 3, *sides] if self._planes else [1, *sides, 3])
        self._bytes = graph.inputs[0].get_element_type().get_type_name() == "u8"
        self._compiled: Any = core().compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})

    def stylize(self, pixels: Pixels) -> Pixels:
        """uint8 BGR (H, W, 3) of this size to the same; scaled back where the network's sides differ."""
        picture = pixels[:, :, ::-1].transpose(2, 0, 1) if self._planes else pixels[:, :, ::-1]
        feed = np.ascontiguousarray(picture[None], np.uint8 if self._bytes else np.float32)
        found = next(iter(self._compiled(feed).values()))[0]
        rgb = found.transpose(1, 2, 0) if self._planes else found
        painted = np.ascontiguousarray(np.clip(np.rint(rgb), 0, 255).astype(np.uint8)[:, :, ::-1])
        if painted.shape != pixels.shape:
            raise LivestyleError(f"the network gives {painted.shape} for {pixels.shape}; expected the same")
        return painted

    def reset(self) -> None:
        """Nothing to do: nothing is carried from frame to frame."""
