"""Train Huang's own AdaIN: VGG-19 to relu4_1, frozen, and a decoder that learns to mirror it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from livestyle.networks.adain import LAYER, AdaIN
from livestyle.networks.vgg import load_vgg19
from livestyle.networks.vgg_normal import normalize
from livestyle.training.adain import AdaINObjective
from livestyle.training.data import PhotoCrops, to_image
from livestyle.training.device import Place
from livestyle.training.log import logged
from livestyle.training.loop import CHECKPOINT, fit
from livestyle.training.sheet import pick_photos, save_sheet
from livestyle.training.style_pictures import StylePictures
from livestyle.training.train_adain import NORMALIZED, AdaINOptions, AdaINTraining, encoder_picture


def train_adain_wide(options: AdaINOptions, place: Place) -> AdaINTraining[AdaIN]:
    """Set up and return; nothing is trained until `notes` is drawn from.

    `options.work` gets checkpoint.pt with the decoder, log.jsonl and sheet-N.jpg; a checkpoint that
    lies there is gone on from. Paintings are cropped to the size of the photos (Huang 2017,
    section 6). Of the weights only that of style counts.
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

    objective = AdaINObjective(model, draw_styles, options.weights.style)
    groups = [{"params": list(model.decoder.parameters())}]
    steps = fit(
        model.decoder, groups, lambda rng: photos.batch(rng, options.batch), objective,
        options.schedule, place, options.work / CHECKPOINT,
        {"method": "adain-wide", "training": options.record()},
    )  # fmt: skip
    paintings = [encoder_picture(p.path) for p in options.shown()]
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
