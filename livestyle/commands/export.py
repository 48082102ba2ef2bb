"""The command line of `livestyle export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from livestyle.commands.given import refuse
from livestyle.core.errors import LivestyleError
from livestyle.model.card import CARD_NAME
from livestyle.workshop.training.choices import Direction

NAME = "export"


def main(
    context: typer.Context,
    work: Annotated[Path, typer.Argument(help="The working folder of a training (OUT.training).")],
    out: Annotated[Path, typer.Argument(help="Folder of the model to make.")],
    frames: Annotated[Path, typer.Option(help="Folder of photos: INT8 is calibrated and checked with them.")],
    name: Annotated[str | None, typer.Option(help="Name of the model; default: the folder's.")] = None,
    direction: Annotated[
        Direction,
        typer.Option(help="Which generator of a cyclegan: from the photos to the paintings, or back."),
    ] = Direction.AB,
    int8: Annotated[bool, typer.Option(help="Make the INT8 graph too.")] = True,
    licence: Annotated[str, typer.Option(help="Licence of the weights, for the card.")] = "unspecified",
    overwrite: Annotated[bool, typer.Option(help="Replace the model that is there.")] = False,
) -> None:
    """Make a model from a training's checkpoint, also from one that isn't finished."""
    from livestyle.commands.train import require_torch

    require_torch()
    from livestyle.commands.training.common import report_published
    from livestyle.workshop.export.encoder import EncoderNetwork
    from livestyle.workshop.export.publish import publish
    from livestyle.workshop.export.quantize import calibration_frames
    from livestyle.workshop.networks.adain import StyleOf
    from livestyle.workshop.networks.styled import Styled
    from livestyle.workshop.training.adain import train as train_adain_wide
    from livestyle.workshop.training.adain_lite import train as train_adain
    from livestyle.workshop.training.cin.train import load_checkpoint
    from livestyle.workshop.training.cyclegan.train import KEYS
    from livestyle.workshop.training.cyclegan.train import METHOD as CYCLEGAN
    from livestyle.workshop.training.data import list_images
    from livestyle.workshop.training.loop import method_of

    if (out / CARD_NAME).exists() and not overwrite:
        raise LivestyleError(f"{out} holds a model already; give another folder or --overwrite")
    method = method_of(work)
    if method != CYCLEGAN:
        refuse(context, f"with {work}, which holds no training of a cyclegan", "direction")
    model: Styled
    encoder: EncoderNetwork | None = None
    match method:
        case train_adain.METHOD:
            adain, model, notes, record = train_adain.load_adain(work)
            encoder = adain.encoder
        case train_adain_wide.WIDE:
            model, notes, record = wide = train_adain_wide.load_adain_wide(work)
            encoder = StyleOf(wide[0].net.encoder)
        case _:
            model, notes, record = load_checkpoint(work, *KEYS[direction])
    pictures = calibration_frames(list_images(frames))
    made = publish(model, out, name or out.name, notes, record, pictures, int8, licence, encoder=encoder)
    report_published(made)
