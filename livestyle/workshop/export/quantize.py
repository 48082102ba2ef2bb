"""Makes an INT8 graph with Q/DQ nodes by NNCF's post-training quantisation."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from livestyle.core.errors import LivestyleError
from livestyle.core.fit import cover
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.card import resolve_shapes
from livestyle.model.frame_style import STYLE_INPUTS, FrameStyle
from livestyle.model.styles import StyleBank, Vector
from livestyle.runtime.tensorrt.half import restore_floats
from livestyle.sources.images import load_image
from livestyle.workshop.calibration.farthest_point import FrameChooser
from livestyle.workshop.calibration.frames import SIZE
from livestyle.workshop.export.float16_weights import store_canvas
from livestyle.workshop.export.steadiness import state_shapes

FRAMES = 120
"""The most pictures that are calibrated with."""


def calibration_frames(pictures: Sequence[Path], count: int = FRAMES) -> list[Pixels]:
    """Up to `count` pictures, as different as they come, at 320x240; unreadable ones are left out.

    LivestyleError if none is left.
    """
    chooser = FrameChooser(count)
    for path in pictures:
        with contextlib.suppress(LivestyleError):
            chooser.add(cover(load_image(path), SIZE))
    frames = chooser.chosen()
    if not frames:
        raise LivestyleError(
            f"none of {len(pictures)} calibration pictures can be read; give a folder of photos"
        )
    return frames


def quantize(graph: Path, out: Path, frames: Sequence[Pixels], styles: StyleBank) -> None:
    """Write `graph` with INT8 convolutions to `out`; each frame is calibrated in a style of its own.

    Symmetric weights and activations: with a zero point OpenVINO keeps transposed convolutions in
    float, and TensorRT takes none. Normalisation and pixel handling stay in float32. The last
    convolution is quantised too: 0.3 dB for 8 % of the time.
    """
    import nncf

    nncf.set_log_level(logging.ERROR)
    items = [_feed(frame, styles.vectors[i % len(styles)]) for i, frame in enumerate(frames)]
    model = onnx.load(str(graph))
    restore_floats(model)  # NNCF takes no weights behind a Cast
    quantized = nncf.quantize(
        model,
        nncf.Dataset(items),
        preset=nncf.QuantizationPreset.PERFORMANCE,
        subset_size=len(items),
        fast_bias_correction=True,
        ignored_scope=nncf.IgnoredScope(names=_kept_in_float(model)),
    )
    store_canvas(quantized)
    onnx.save(quantized, str(out))


def _feed(frame: Pixels, style: Vector) -> dict[str, NDArray[Any]]:
    """The graph's inputs for a frame without a past."""
    shapes = resolve_shapes(state_shapes(len(style)), Size.of(frame))
    state = {f"state_{name}": np.zeros(shape, np.float32) for name, shape in shapes.items()}
    return {"frame": frame[None], **FrameStyle.still(style).tensors(STYLE_INPUTS), **state}


def _kept_in_float(model: onnx.ModelProto) -> list[str]:
    """All nodes before the first convolution and all behind the last.

    NNCF would quantise the pixel handling too. Its ranges would be those seen at keep_color 0 and without a
    past, and other values would be clipped to them.
    """
    nodes = [(str(node.name), node.op_type == "Conv") for node in model.graph.node]
    convolutions = [index for index, (_, is_convolution) in enumerate(nodes) if is_convolution]
    return [name for name, _ in nodes[: convolutions[0]] + nodes[convolutions[-1] + 1 :]]
