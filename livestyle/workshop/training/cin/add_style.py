"""One more style for a trained network, by its gamma and beta alone (Dumoulin 2017, section 3.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from livestyle.workshop.losses.style import parse_style_loss
from livestyle.workshop.networks.styled import StyledTransformer
from livestyle.workshop.networks.vgg import load_vgg19
from livestyle.workshop.training.cin.objective import FeedforwardObjective
from livestyle.workshop.training.data import PhotoCrops, load_style
from livestyle.workshop.training.dead_leaves import dead_leaf_photos
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.loop import Note, Schedule, fit
from livestyle.workshop.training.paintings import Painting
from livestyle.workshop.training.perceptual import BRUSHWORK, Perception, Weights

LEAF_PHOTOS = 96
"""Drawn pictures that stand in for photos."""


@dataclass(frozen=True)
class AddStyleOptions:
    """Few steps at a high rate: two numbers a channel are all that is learned."""

    painting: Painting
    content: tuple[Path, ...] = ()
    """Folders of photos; without any, dead leaves stand in for them."""
    vgg: Path | None = None
    style_px: int = 640
    crop_px: int = 192
    batch: int = 4
    weights: Weights = field(default_factory=Weights)
    style_loss: str = BRUSHWORK
    schedule: Schedule = field(default_factory=lambda: Schedule(steps=600, rate=1e-2))


@dataclass
class StyleTraining:
    """The network with the one new style in it, and the iterator that trains it."""

    model: StyledTransformer
    nearest: str
    """The style whose vector is the start: the one whose pictures are nearest to the painting."""
    notes: Iterator[Note]


def add_style(trained: StyledTransformer, options: AddStyleOptions, place: Place) -> StyleTraining:
    """Set up; nothing is trained until `notes` is drawn from. `trained` itself is not changed:
    its network is frozen, so every other style paints the same bytes as before.
    """
    place.module(trained)
    vgg = load_vgg19(options.vgg)
    place.module(vgg)
    painting = place.images(load_style(options.painting.path, options.style_px))
    if options.content:
        crops = PhotoCrops.load(options.content, options.crop_px)
    else:
        leaves = dead_leaf_photos(LEAF_PHOTOS, options.crop_px * 3 // 2, options.schedule.seed)
        crops = PhotoCrops(leaves, options.crop_px)
    with place.autocast():
        perception = Perception(
            vgg, [painting], parse_style_loss(options.style_loss), weights=options.weights
        )
    batch = place.images(crops.batch(np.random.default_rng(options.schedule.seed), options.batch))
    start = nearest_style(trained, perception, batch, place)
    model = StyledTransformer(trained.net, [options.painting.note.name])
    with torch.no_grad():
        model.styles.copy_(trained.styles[start : start + 1])
    model.net.requires_grad_(False)
    place.module(model)
    objective = FeedforwardObjective(
        perception,
        model,
        options.weights,
        torch.tensor([options.painting.weight]),
        torch.arange(1),
        anneal=False,
    )
    groups = [{"params": [model.styles]}]
    notes = fit(
        model, groups, lambda rng: crops.batch(rng, options.batch), objective, options.schedule, place
    )
    return StyleTraining(model, trained.names[start], notes)


@torch.no_grad()
def nearest_style(trained: StyledTransformer, perception: Perception, photos: Tensor, place: Place) -> int:
    """The index of the style that paints `photos` with the least style loss to the new painting."""
    losses = []
    only = torch.zeros(len(photos), dtype=torch.int64, device=place.device)
    with place.autocast():
        content = perception.content(photos)
        for index in range(len(trained.names)):
            painted = trained(photos, only + index)
            losses.append(float(perception.terms(painted, content, only)[1].mean()))
    return losses.index(min(losses))
