"""The graph that makes a style vector of a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor, nn

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.model.card import EncoderGraph, file_sha256
from livestyle.runtime.openvino import core
from livestyle.workshop.export.write_onnx import write_onnx
from livestyle.workshop.networks.adain import StyleOf
from livestyle.workshop.networks.adain_lite import Encoder

FILE = "encoder.onnx"
TOLERANCE = 5e-3
"""Largest allowed difference of torch and the graph, whose weights are rounded, to a vector's largest."""

EncoderNetwork: TypeAlias = Encoder | StyleOf


class PictureGraph(nn.Module):
    """An encoder with its pixel handling: `picture` uint8 [1, h, w, 3] BGR to `style` float32 [1, D]."""

    def __init__(self, encoder: nn.Module) -> None:
        """encoder: float [1, 3, h, w] RGB in [0, 1] to float32 [1, D]."""
        super().__init__()
        self.encoder = encoder

    def forward(self, picture: Tensor) -> Tensor:
        style: Tensor = self.encoder((picture.float().permute(0, 3, 1, 2) / 255).flip(1))
        return style


def export_encoder(encoder: EncoderNetwork, folder: Path) -> EncoderGraph:
    """Write encoder.onnx into `folder`, with free sides that are multiples of its stride."""
    multiple = encoder.stride
    height, width = (torch.export.Dim(name, min=2, max=1024) for name in ("h", "w"))
    example = torch.zeros(1, 4 * multiple, 5 * multiple, 3, dtype=torch.uint8)
    sides = {1: multiple * height, 2: multiple * width}
    write_onnx(PictureGraph(encoder).eval(), (example,), folder / FILE, ["picture"], ["style"], [sides])
    return EncoderGraph(FILE, file_sha256(folder / FILE), encoder.side_px, encoder.stride)


@torch.no_grad()
def check_encoder(encoder: nn.Module, folder: Path, graph: EncoderGraph, pictures: Sequence[Pixels]) -> float:
    """The largest difference of a style value between torch and the graph, relative to its vector's largest.

    pictures: uint8 BGR; of each the part that is whole multiples. LivestyleError above TOLERANCE.
    """
    torch_graph = PictureGraph(encoder).eval()
    compiled = core().compile_model(folder / graph.file, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    worst, step = 0.0, graph.size_multiple
    for whole in pictures:
        height, width = (side // step * step for side in whole.shape[:2])
        picture = np.ascontiguousarray(whole[:height, :width])
        expected = torch_graph(torch.from_numpy(picture[None])).numpy()
        found = compiled({"picture": picture[None]})["style"]
        worst = max(worst, float(np.abs(expected - found).max() / np.abs(expected).max()))
    if worst > TOLERANCE:
        raise LivestyleError(f"the encoder differs from torch by {worst:.1e}; expected <= {TOLERANCE}")
    return worst
