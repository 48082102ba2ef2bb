"""Make a model folder from a trained network: graphs, styles, card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from livestyle.card import STYLES_NAME, Card, Model, StyleNote, file_sha256
from livestyle.export.check import check_export, int8_psnr
from livestyle.export.graph import LiveGraph
from livestyle.export.onnx import export_onnx
from livestyle.export.quantize import quantize
from livestyle.export.steady import state_shapes
from livestyle.frame import Pixels
from livestyle.networks.styled import StyledTransformer
from livestyle.styles import StyleBank

GRAPHS = {"float": "model.onnx", "int8": "model-int8.onnx"}


@dataclass(frozen=True)
class Published:
    """A new model folder and what was found about it."""

    model: Model
    difference: int
    """Largest difference between torch and the graph, of 255."""
    psnr: dict[str, float]
    """INT8 against f32 in dB, by style; empty where no INT8 graph was made."""


def publish(
    trained: StyledTransformer,
    folder: Path,
    name: str,
    notes: Sequence[StyleNote],
    training: dict[str, Any],
    frames: Sequence[Pixels],
    int8: bool = True,
    licence: str = "unspecified",
) -> Published:
    """Write the graphs, styles.npz and card.json into `folder` (made if need be) and check them.

    notes: one for each of `trained.names`. frames: pictures to check with and to calibrate INT8
    with, all of one size. The card is written last: a folder without one is no model.
    LivestyleError where the graph doesn't do what torch does.
    """
    trained = trained.cpu().eval()
    folder.mkdir(parents=True, exist_ok=True)
    export_onnx(trained.net, folder / GRAPHS["float"])
    bank = StyleBank(tuple(trained.names), trained.styles.detach().numpy())
    bank.save(folder / STYLES_NAME)
    graphs = dict(GRAPHS) if int8 else {"float": GRAPHS["float"]}
    if int8:
        quantize(folder / GRAPHS["float"], folder / GRAPHS["int8"], frames, bank)
    card = Card(
        name=name,
        description=f"{len(bank)} styles in one network, chosen by conditional instance normalisation",
        method="CIN: Johnson 2016, Ulyanov 2016, Dumoulin 2017",
        architecture=trained.net.arch.to_dict(),
        style_length=trained.net.style_length,
        size_multiple=LiveGraph(trained.net.arch).size_multiple,
        graphs=graphs,
        sha256={kind: file_sha256(folder / file) for kind, file in graphs.items()},
        licence=licence,
        state=state_shapes(trained.net.style_length),
        training=training,
        styles=tuple(notes),
    )
    draft = Model(folder, card, bank)
    difference = check_export(trained, draft, frames[:8])
    ratios = int8_psnr(draft, frames[:8]) if int8 else {}
    figures: dict[str, Any] = {"torch_difference_of_255": difference}
    if ratios:
        figures["int8_psnr_db"] = {k: round(v, 1) for k, v in ratios.items()}
    card = replace(card, figures=figures)
    card.save(folder)
    return Published(Model(folder, card, bank), difference, ratios)
