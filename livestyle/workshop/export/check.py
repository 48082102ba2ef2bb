"""Checks that the exported graph is the trained network, and measures how far INT8 is from float."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.card import Model, resolve_shapes
from livestyle.model.frame_style import STYLE_INPUTS, FrameStyle
from livestyle.runtime.engine import Engine
from livestyle.runtime.openvino import OpenVinoEngine
from livestyle.workshop.export.live_transformer import live_graph
from livestyle.workshop.networks.styled import Styled

TOLERANCE = 2
"""Largest allowed difference between torch and OpenVINO, both f32, of 255."""


def check_export(trained: Styled, model: Model, frames: Sequence[Pixels]) -> int:
    """The largest pixel difference between torch and the exported graph over all styles, of 255.

    frames: uint8 BGR of one size that fits the model. LivestyleError above 2.
    """
    live = live_graph(trained.net)
    shapes = resolve_shapes(model.card.state, Size.of(frames[0]))
    no_past = [torch.zeros(shape) for shape in shapes.values()]
    worst = 0
    with _engine(model, Precision.F32, frames[0]) as engine, torch.no_grad():
        for index, vector in enumerate(trained.styles.detach().numpy()):
            frame, style = frames[index % len(frames)], FrameStyle.still(vector)
            look = map(torch.from_numpy, style.tensors(STYLE_INPUTS).values())
            expected = live(torch.from_numpy(frame[None]), *look, *no_past)[0][0].numpy()
            found = engine.infer(frame, style)
            worst = max(worst, int(np.abs(expected.astype(int) - found).max()))
    if worst > TOLERANCE:
        raise LivestyleError(f"the graph differs from torch by {worst} of 255; expected <= {TOLERANCE}")
    return worst


def int8_psnr(model: Model, frames: Sequence[Pixels]) -> dict[str, float]:
    """PSNR in dB of INT8 against f32, by style, the mean over `frames` (one size)."""
    result = {}
    with _engine(model, Precision.INT8, frames[0]) as int8, _engine(model, Precision.F32, frames[0]) as f32:
        for name in model.styles:
            style = FrameStyle.still(model.styles.vector(name))
            pairs = ((int8.infer(f, style), f32.infer(f, style)) for f in frames)
            result[name] = float(np.mean([psnr(a, b) for a, b in pairs]))
    return result


def psnr(first: Pixels, second: Pixels) -> float:
    """Peak signal-to-noise ratio in dB, 99 for equal pictures."""
    error = float(np.square(first.astype(np.float32) - second).mean())
    return min(99.0, 10 * np.log10(255**2 / error)) if error else 99.0


def _engine(model: Model, precision: Precision, frame: Pixels) -> Engine:
    return OpenVinoEngine(model, Size.of(frame), precision, threads=0)
