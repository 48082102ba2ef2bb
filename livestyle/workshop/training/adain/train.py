"""Train Huang's own AdaIN: VGG-19 to relu4_1, frozen, and a decoder that learns to mirror it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from livestyle.core.errors import LivestyleError
from livestyle.model.card import StyleNote
from livestyle.workshop.networks.adain import LAYER, PAPER, SIDE_PX, STRIDE, AdaIN
from livestyle.workshop.networks.styled import StyledAdaIN
from livestyle.workshop.networks.vgg import VGG19, load_vgg19
from livestyle.workshop.networks.vgg_normal import normalize
from livestyle.workshop.training.adain.objective import AdaINObjective
from livestyle.workshop.training.adain_lite.style_crops import StylePictures
from livestyle.workshop.training.adain_lite.train import (
    NORMALIZED,
    AdaINOptions,
    AdaINTraining,
    encoder_picture,
)
from livestyle.workshop.training.data import PhotoCrops, to_image
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.log import logged
from livestyle.workshop.training.loop import CHECKPOINT, fit
from livestyle.workshop.training.paintings import Painting
from livestyle.workshop.training.resuming import PICTURES, hashes
from livestyle.workshop.training.sheet import pick_photos, save_sheet

WIDE = "adain-wide"
"""The method of its checkpoints."""


def train_adain_wide(options: AdaINOptions, place: Place) -> AdaINTraining[AdaIN]:
    """Set up and return; nothing is trained until `notes` is drawn from.

    `options.work` gets checkpoint.pt, log.jsonl and sheet-N.jpg; a checkpoint that lies there is gone
    on from. Paintings are cropped to the size of the photos (Huang 2017,
    section 6). Of the weights those of style, stability and noise count.
    """
    torch.manual_seed(options.schedule.seed)
    model = AdaIN(load_vgg19(options.vgg, LAYER, "max", "reflect"))
    photos = PhotoCrops.load(options.content, options.crop_px)
    pictures = StylePictures.load(options.styles, options.crop_px)
    some = pictures.draw(np.random.default_rng(options.schedule.seed), NORMALIZED)
    normalize(model.encoder, [picture[None].float() / 255 for picture in some])
    place.module(model)

    def draw_styles(rng: np.random.Generator, count: int) -> Tensor:
        return place.images(pictures.draw(rng, count).float() / 255)

    objective = AdaINObjective(model, draw_styles, options.weights)
    groups = [{"params": list(model.decoder.parameters())}]
    steps = fit(
        model, groups, lambda rng: photos.batch(rng, options.batch), objective,
        options.schedule, place, options.work / CHECKPOINT, _meta(options),
    )  # fmt: skip
    paintings = [encoder_picture(p.path, SIDE_PX, STRIDE) for p in options.shown()]
    squares = pick_photos(options.validation, photos)

    def sheet(path: Path) -> None:
        save_sheet(path, draw_sheet(model, squares, paintings, place))

    notes = logged(steps, options.work, options.schedule.steps, sheet, options.sheet_every)
    return AdaINTraining(model, notes, (*photos.skipped, *pictures.skipped))


@torch.no_grad()
def draw_sheet(
    model: AdaIN, photos: Sequence[Tensor], paintings: Sequence[Tensor], place: Place
) -> NDArray[np.uint8]:
    """Photos across, then a row for each painting; uint8 RGB."""
    rows = [np.hstack([to_image(photo) for photo in photos])]
    for painting in paintings:
        with place.autocast():
            style = model.style(place.images(painting))
            rows.append(np.hstack([to_image(model(place.images(photo), style)) for photo in photos]))
    return np.vstack(rows)


def _meta(options: AdaINOptions) -> dict[str, Any]:
    """What `load_adain_wide` needs, and the record."""
    shipped = _shipped(options)
    record = options.record()
    for foreign in ("style_px", "pool", "style_loss", "start"):
        del record[foreign]
    record["weights"] = {name: record["weights"][name] for name in ("style", "stability", "noise")}
    return {
        "method": WIDE,
        "notes": [asdict(p.note) for p in shipped],
        PICTURES: hashes(p.path for p in shipped),
        "paintings": [str(p.path.resolve()) for p in shipped],
        "training": {**record, "method": PAPER},
    }


def _shipped(options: AdaINOptions) -> Sequence[Painting]:
    """The styles that come with the model: the paintings, then those held out."""
    names = {painting.note.name for painting in options.paintings}
    return *options.paintings, *(p for p in options.shown() if p.note.name not in names)


@torch.no_grad()
def load_adain_wide(work: Path) -> tuple[StyledAdaIN, list[StyleNote], dict[str, Any]]:
    """The model in a training's folder with its styles, their notes, and the record."""
    path = work / CHECKPOINT
    model = AdaIN(VGG19(LAYER, "max", "reflect"))
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        meta = state["meta"]
        model.load_state_dict(state["model"])
        notes = [StyleNote(**n) for n in meta["notes"]]
    except (OSError, KeyError, RuntimeError, TypeError, EOFError, UnpicklingError) as error:
        raise LivestyleError(f"{path} holds no wide AdaIN training of livestyle: {error}") from error
    styled = StyledAdaIN(model, [note.name for note in notes])
    for row, picture in zip(styled.styles, meta["paintings"], strict=True):
        row.copy_(model.style(encoder_picture(Path(picture), SIDE_PX, STRIDE))[0])
    return styled.eval(), notes, {**meta["training"], "steps_done": state["step"]}
