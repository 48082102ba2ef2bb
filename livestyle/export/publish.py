"""Make a model folder from a trained network: graph, styles, card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from livestyle.card import STYLES_NAME, Card, Model, StyleNote, file_sha256
from livestyle.export.onnx import export_onnx
from livestyle.styles import StyleBank
from livestyle.training.feedforward import StyledTransformer

FLOAT_GRAPH = "model.onnx"


def publish(
    trained: StyledTransformer,
    folder: Path,
    name: str,
    notes: Sequence[StyleNote],
    training: dict[str, Any],
    licence: str = "unspecified",
) -> Model:
    """Write model.onnx, styles.npz and card.json into `folder` (made if need be) and load them.

    `notes` tells of each style, in the order of `trained.names`. The graph is not yet checked or
    quantised: see check.py and quantize.py.
    """
    folder.mkdir(parents=True, exist_ok=True)
    export_onnx(trained.net, folder / FLOAT_GRAPH)
    StyleBank(tuple(trained.names), trained.styles.detach().cpu().numpy()).save(folder / STYLES_NAME)
    Card(
        name=name,
        description=f"Conditional instance normalisation, {len(trained.names)} styles",
        method="cin (Johnson 2016, Ulyanov 2016, Dumoulin 2017)",
        architecture=trained.net.arch.to_dict(),
        style_length=trained.net.style_length,
        size_multiple=trained.net.arch.stride,
        graphs={"float": FLOAT_GRAPH},
        sha256={"float": file_sha256(folder / FLOAT_GRAPH)},
        licence=licence,
        training=training,
        styles=tuple(notes),
    ).save(folder)
    return Model.load(folder)
