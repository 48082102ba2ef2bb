"""Make a model folder from a trained network: graphs, styles, card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from livestyle.core.frame import Pixels
from livestyle.model.card import CARD_NAME, STYLES_NAME, Card, Model, StyleNote, file_sha256
from livestyle.model.styles import StyleBank
from livestyle.workshop.export.check import check_export, int8_psnr
from livestyle.workshop.export.encoder import EncoderNetwork, check_encoder, export_encoder
from livestyle.workshop.export.enlarge import publish_enlarger
from livestyle.workshop.export.live_transformer import live_graph
from livestyle.workshop.export.onnx import architecture_of, export_onnx
from livestyle.workshop.export.quantize import quantize
from livestyle.workshop.export.steadiness import state_shapes
from livestyle.workshop.networks.adain import PAPER
from livestyle.workshop.networks.choices import Norm
from livestyle.workshop.networks.styled import Styled, StyledTransformer

ANY = "any picture as a style by adaptive instance normalisation; {} come with it"
FLOAT_ALONE = "; no INT8 graph"

GRAPHS = {"float": "model.onnx", "int8": "model-int8.onnx"}

CIN = "CIN: Johnson 2016, Ulyanov 2016, Dumoulin 2017"
METHODS = {
    Norm.INSTANCE: "Johnson 2016, instance-normalised as in Ulyanov 2016",
    Norm.BATCH: "Johnson 2016, its batch normalisation folded",
    Norm.NONE: "Johnson 2016, without normalisation",
}
"""Of a network with one style."""


@dataclass(frozen=True)
class Published:
    """A new model folder and what was found about it."""

    model: Model
    difference: int
    """Largest difference between torch and the graph, of 255."""
    psnr: dict[str, float]
    """INT8 against f32 in dB, by style; empty where no INT8 graph was made."""


def publish(
    trained: Styled,
    folder: Path,
    name: str,
    notes: Sequence[StyleNote],
    training: dict[str, Any],
    frames: Sequence[Pixels],
    int8: bool = True,
    licence: str = "unspecified",
    figures: dict[str, Any] | None = None,
    encoder: EncoderNetwork | None = None,
) -> Published:
    """Write the graphs, styles.npz and card.json into `folder` (made if need be) and check them.

    notes: one for each of `trained.names`. training: its record; a 'method' in it is the card's.
    frames: pictures to check with and to calibrate INT8 with, all of one size. figures: what else was
    found, for the card. encoder: what makes a style of any picture, where there is such a thing. A
    card that is replaced leaves its title and its first style. The card is written last: a folder without
    one is no model. A network that enlarges pictures gets no INT8 graph, nor does Huang's. LivestyleError
    where a graph doesn't do what torch does.
    """
    trained = trained.cpu().eval()
    if isinstance(trained, StyledTransformer) and trained.net.arch.scale > 1:
        made = publish_enlarger(trained.folded(), folder, name, training, frames, licence, figures or {})
        return Published(*made, {})
    description, method = _describe(trained, notes, any_picture=encoder is not None)
    trained, int8 = (trained.folded(), int8) if isinstance(trained, StyledTransformer) else (trained, False)
    with torch.no_grad():
        for weight in trained.net.parameters():
            if weight.ndim == 4:
                weight.copy_(weight.half())  # as the file will hold it
    folder.mkdir(parents=True, exist_ok=True)
    before = Card.load(folder) if (folder / CARD_NAME).is_file() else None
    export_onnx(trained.net, folder / GRAPHS["float"])
    bank = StyleBank(tuple(trained.names), trained.styles.detach().numpy())
    bank.save(folder / STYLES_NAME)
    encoder_graph = export_encoder(encoder.cpu(), folder) if encoder else None
    graphs = dict(GRAPHS) if int8 else {"float": GRAPHS["float"]}
    if int8:
        quantize(folder / GRAPHS["float"], folder / GRAPHS["int8"], frames, bank)
    card = Card(
        name=name,
        description=description,
        method=training.get("method") or method,
        architecture=architecture_of(trained.net),
        style_length=trained.net.style_length,
        size_multiple=live_graph(trained.net).size_multiple,
        graphs=graphs,
        sha256={kind: file_sha256(folder / file) for kind, file in graphs.items()},
        licence=licence,
        state=state_shapes(trained.net.style_length),
        training=training,
        styles=tuple(notes),
        encoder=encoder_graph,
        title=before.title if before else "",
        first_style=before.first_style if before else "",
    )
    draft = Model(folder, card, bank)
    difference = check_export(trained, draft, frames[:8])
    ratios = int8_psnr(draft, frames[:8]) if int8 else {}
    figures = {**(figures or {}), "torch_difference_of_255": difference}
    if encoder and encoder_graph:
        error = check_encoder(encoder, folder, encoder_graph, frames[:2])
        figures["encoder_difference"] = float(f"{error:.1e}")
    if ratios:
        figures["int8_psnr_db"] = {k: round(v, 1) for k, v in ratios.items()}
    card = replace(card, figures=figures)
    card.save(folder)
    return Published(Model(folder, card, bank), difference, ratios)


def _describe(trained: Styled, notes: Sequence[StyleNote], any_picture: bool) -> tuple[str, str]:
    """What the card says of a network: its description and its method."""
    if not isinstance(trained, StyledTransformer):
        return ANY.format(len(notes)) + FLOAT_ALONE, PAPER
    norm = trained.net.arch.norm
    if any_picture:
        return ANY.format(len(notes)), METHODS[norm]
    if len(notes) > 1:
        return f"{len(notes)} styles in one network, chosen by conditional {norm} normalisation", CIN
    about = " by ".join(part for part in (notes[0].title or notes[0].name, notes[0].artist) if part)
    return f"one style: {about}", METHODS[norm]
