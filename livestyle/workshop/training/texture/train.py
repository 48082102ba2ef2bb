"""Trains a texture network: set up, run the loop, leave a checkpoint, a log and sheets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from livestyle.core.errors import LivestyleError
from livestyle.workshop.losses.style import parse_style_loss
from livestyle.workshop.networks.texture import TextureGenerator
from livestyle.workshop.networks.vgg import load_vgg19
from livestyle.workshop.training.data import load_style, to_image
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.log import SHEET_EVERY, logged
from livestyle.workshop.training.loop import CHECKPOINT, Note, Schedule, fit
from livestyle.workshop.training.paintings import Painting
from livestyle.workshop.training.perceptual import Perception
from livestyle.workshop.training.resuming import PICTURES, hashes
from livestyle.workshop.training.sheet import save_sheet
from livestyle.workshop.training.texture.objective import TextureObjective

SHEET_SAMPLES = 8


@dataclass(frozen=True)
class TextureOptions:
    """What a training is made of. side_px: of the textures, a multiple of 16."""

    painting: Painting
    work: Path
    vgg: Path | None = None
    style_px: int = 256
    side_px: int = 256
    batch: int = 4
    style_loss: str = "gram"
    diversity_weight: float = 0.1
    schedule: Schedule = field(default_factory=lambda: Schedule(steps=2000, rate=1e-2))
    sheet_every: int = SHEET_EVERY

    def check(self, model: TextureGenerator) -> None:
        """LivestyleError for a side that can't be halved often enough, or a batch without a neighbour."""
        multiple = 1 << (model.scales - 1)
        if self.side_px % multiple:
            raise LivestyleError(f"bad --crop {self.side_px}; expected a multiple of {multiple}")
        if self.batch < 2:
            raise LivestyleError(f"bad --batch {self.batch}; expected 2 or more, for textures to differ in")

    def record(self) -> dict[str, Any]:
        """What the checkpoint tells of the training."""
        return {
            "painting": asdict(self.painting.note),
            "style_px": self.style_px,
            "side_px": self.side_px,
            "batch": self.batch,
            "style_loss": self.style_loss,
            "diversity_weight": self.diversity_weight,
            "steps": self.schedule.steps,
            "rate": self.schedule.rate,
            "seed": self.schedule.seed,
        }


@dataclass
class TextureTraining:
    """A generator, and the iterator that trains it."""

    model: TextureGenerator
    notes: Iterator[Note]


def train_texture(options: TextureOptions, place: Place) -> TextureTraining:
    """Set up and return; nothing is trained until `notes` is drawn from.

    `options.work` gets checkpoint.pt, log.jsonl and sheet-N.jpg; a checkpoint that lies there is gone
    on from. LivestyleError for a bad painting, bad sizes or unreadable weights.
    """
    torch.manual_seed(options.schedule.seed)
    model = TextureGenerator()
    options.check(model)
    place.module(model)
    vgg = load_vgg19(options.vgg)
    place.module(vgg)
    painting = place.images(load_style(options.painting.path, options.style_px))
    with place.autocast():
        perception = Perception(vgg, [painting], parse_style_loss(options.style_loss))
    objective = TextureObjective(perception, model, options.diversity_weight)
    like = torch.zeros(options.batch, 3, options.side_px, options.side_px)
    steps = fit(
        model, [{"params": list(model.parameters())}], lambda rng: like, objective, options.schedule,
        place, options.work / CHECKPOINT, _meta(options),
    )  # fmt: skip
    sheet_seed = options.schedule.seed

    def sheet(path: Path) -> None:
        pictures = draw_textures(model, SHEET_SAMPLES, options.side_px, sheet_seed, place)
        rows = [np.hstack([to_image(p) for p in row]) for row in pictures.chunk(2)]
        save_sheet(path, np.vstack(rows))

    notes = logged(steps, options.work, options.schedule.steps, sheet, options.sheet_every)
    return TextureTraining(model, notes)


def _meta(options: TextureOptions) -> dict[str, Any]:
    note, picture = options.painting.note, options.painting.path
    return {"notes": [asdict(note)], PICTURES: hashes([picture]), "training": options.record()}


@torch.no_grad()
def draw_textures(model: TextureGenerator, count: int, side_px: int, seed: int, place: Place) -> Tensor:
    """`count` textures, float [count, 3, side, side] in [0, 1], one after the other from one seed."""
    generator = torch.Generator().manual_seed(seed)
    made = []
    for _ in range(count):
        noise = model.noise(1, side_px, generator)
        with place.autocast():
            made.append(model([z.to(place.device) for z in noise]).float().cpu())
    return torch.cat(made)
