"""The graph of a network that enlarges pictures: a frame in, a larger one out, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.card import STYLES_NAME, Card, Model, StyleNote, file_sha256
from livestyle.model.frame_style import FrameStyle
from livestyle.model.styles import StyleBank
from livestyle.runtime.openvino import OpenVinoEngine
from livestyle.workshop.export.onnx import EXAMPLE
from livestyle.workshop.export.write_onnx import write_onnx
from livestyle.workshop.networks.styled import StyledTransformer
from livestyle.workshop.networks.transformer import Transformer

GRAPH = "model.onnx"
TOLERANCE = 2
CHECKED = 2
"""Frames that torch and the graph are compared on: the large ones take seconds each."""


class EnlargeGraph(nn.Module):
    """frame uint8 [1, H, W, 3] to stylized uint8 [1, scale·H, scale·W, 3], both BGR."""

    style: Tensor

    def __init__(self, net: Transformer, style: Tensor) -> None:
        """style: float32 [1, D], which becomes part of the graph."""
        super().__init__()
        self.net = net
        self.register_buffer("style", style)

    def forward(self, frame: Tensor) -> Tensor:
        image = frame.float().permute(0, 3, 1, 2).flip(1) / 255
        stylized = torch.clamp(torch.round(self.net(image, self.style).flip(1) * 255), 0, 255)
        return stylized.permute(0, 2, 3, 1).to(torch.uint8)


def export_enlarger(trained: StyledTransformer, path: Path) -> None:
    """Write the graph with free height and width; `trained` is folded."""
    graph = EnlargeGraph(trained.net, trained.styles.detach()[:1]).eval()
    height, width = (torch.export.Dim(name, min=32, max=8192) for name in ("height", "width"))
    example = torch.zeros(1, *EXAMPLE, 3, dtype=torch.uint8)
    write_onnx(graph, (example,), path, ["frame"], ["stylized"], [{1: height, 2: width}])


def publish_enlarger(
    trained: StyledTransformer,
    folder: Path,
    name: str,
    training: dict[str, Any],
    frames: Sequence[Pixels],
    licence: str,
    figures: dict[str, Any],
) -> tuple[Model, int]:
    """The model in `folder`, and its largest difference from torch, of 255; the card is written last.

    No INT8: what is enlarged shows it. LivestyleError where the graph doesn't do what torch does.
    """
    arch = trained.net.arch
    folder.mkdir(parents=True, exist_ok=True)
    export_enlarger(trained, folder / GRAPH)
    bank = StyleBank(tuple(trained.names), np.zeros((1, 0), np.float32))
    bank.save(folder / STYLES_NAME)
    card = Card(
        name=name,
        description=f"enlarges pictures {arch.scale} times",
        method="super-resolution: Johnson 2016, section 4.2",
        architecture=arch.to_dict(),
        style_length=0,
        size_multiple=arch.stride,
        graphs={"float": GRAPH},
        sha256={"float": file_sha256(folder / GRAPH)},
        licence=licence,
        scale=arch.scale,
        training=training,
        styles=tuple(StyleNote(name) for name in bank),
    )
    difference = _difference(trained, Model(folder, card, bank), frames[:CHECKED])
    card = replace(card, figures={**figures, "torch_difference_of_255": difference})
    card.save(folder)
    return Model(folder, card, bank), difference


@torch.no_grad()
def _difference(trained: StyledTransformer, model: Model, frames: Sequence[Pixels]) -> int:
    graph = EnlargeGraph(trained.net, trained.styles.detach()[:1]).eval()
    worst = 0
    with OpenVinoEngine(model, Size.of(frames[0]), Precision.F32, threads=0) as engine:
        for frame in frames:
            expected = graph(torch.from_numpy(frame[None])).numpy()[0]
            found = engine.infer(frame, FrameStyle.still(model.styles.vectors[0]))
            worst = max(worst, int(np.abs(expected.astype(int) - found).max()))
    if worst > TOLERANCE:
        raise LivestyleError(f"the graph differs from torch by {worst} of 255; expected <= {TOLERANCE}")
    return worst
