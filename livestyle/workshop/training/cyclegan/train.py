"""Train CycleGAN on two folders: set up, run the loop, leave a checkpoint, a log and sheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from livestyle.core.errors import LivestyleError
from livestyle.model.card import StyleNote
from livestyle.workshop.losses.adversarial import POOL_SIZE
from livestyle.workshop.networks.cyclegan import GENERATORS, CycleNetworks
from livestyle.workshop.networks.transformer import Architecture
from livestyle.workshop.training.choices import Direction
from livestyle.workshop.training.cyclegan.objective import CycleTraining, CycleWeights, fit_cycle
from livestyle.workshop.training.data import PhotoCrops, to_image
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.log import logged
from livestyle.workshop.training.loop import CHECKPOINT, Note, Schedule
from livestyle.workshop.training.options import PhotoOptions
from livestyle.workshop.training.paintings import style_name
from livestyle.workshop.training.sheet import pick_photos, save_sheet

METHOD = "CycleGAN: Zhu 2017"
KEYS = {Direction.AB: ("model", "notes"), Direction.BA: ("back", "notes_back")}
"""Where the checkpoint holds a generator and the notes of its style."""


@dataclass(frozen=True, kw_only=True)
class CycleOptions(PhotoOptions):
    """A training on two sets. a: folders of photos, b: folders of paintings."""

    a: tuple[Path, ...]
    b: tuple[Path, ...]
    crop_px: int = 128
    batch: int = 1
    weights: CycleWeights = field(default_factory=CycleWeights)
    pool: int = POOL_SIZE
    schedule: Schedule = field(default_factory=lambda: Schedule(steps=20000, rate=2e-4, decay=0.5))

    def architecture(self) -> Architecture:
        """LivestyleError for a name that does not exist, or a crop that doesn't fit it."""
        if self.arch not in GENERATORS:
            raise LivestyleError(f"unknown architecture {self.arch!r}; expected {', '.join(GENERATORS)}")
        stride = GENERATORS[self.arch].stride
        if self.crop_px % stride:
            raise LivestyleError(f"bad --crop {self.crop_px}; expected a multiple of {stride}")
        return GENERATORS[self.arch]

    def note(self, direction: Direction) -> StyleNote:
        """The one style of a generator is called as the folder that it leads to."""
        folder = (self.b if direction is Direction.AB else self.a)[0]
        return StyleNote(style_name(folder.resolve()), folder.resolve().name)

    def record(self) -> dict[str, Any]:
        return {"method": METHOD, **super().record(), "weights": asdict(self.weights), "pool": self.pool}


@dataclass
class CycleRun:
    """A training set up: the networks, and an iterator that trains them step by step."""

    networks: CycleNetworks
    notes: Iterator[Note]
    skipped: tuple[Path, ...]


def train_cyclegan(options: CycleOptions, place: Place) -> CycleRun:
    """Set up and return; nothing is trained until `notes` is drawn from.

    `options.work` gets checkpoint.pt, log.jsonl and sheet-N.jpg; a checkpoint that lies there is gone
    on from. LivestyleError for folders without pictures.
    """
    arch = options.architecture()
    note, back = options.note(Direction.AB), options.note(Direction.BA)
    torch.manual_seed(options.schedule.seed)
    networks = CycleNetworks(options.arch, note.name, back.name)
    place.module(networks)
    # The light stays as it is: it is part of what tells the sets apart.
    a, b = (replace(PhotoCrops.load(f, options.crop_px), lit=0.0) for f in (options.a, options.b))
    meta = {
        "arch": arch.to_dict(),
        "notes": [asdict(note)],
        "notes_back": [asdict(back)],
        "training": options.record(),
    }
    steps = fit_cycle(
        CycleTraining.new(networks, options.pool), lambda rng: a.batch(rng, options.batch),
        lambda rng: b.batch(rng, options.batch), options.weights, options.schedule, place,
        options.work / CHECKPOINT, meta,
    )  # fmt: skip
    photos, paintings = pick_photos(options.validation, a), pick_photos((), b)
    notes = logged(
        steps, options.work, options.schedule.steps,
        lambda path: write_cycles(networks, photos, paintings, path, place), options.sheet_every,
    )  # fmt: skip
    return CycleRun(networks, notes, a.skipped + b.skipped)


@torch.no_grad()
def write_cycles(
    networks: CycleNetworks, photos: Sequence[Tensor], paintings: Sequence[Tensor], path: Path, place: Place
) -> None:
    """A JPEG: photos, painted, and back; below them paintings, as photos, and back."""
    rows = []
    ways = ((photos, networks.paint, networks.unpaint), (paintings, networks.unpaint, networks.paint))
    for pictures, there, back in ways:
        with place.autocast():
            first = [place.images(p) for p in pictures]
            second = [there(p) for p in first]
            third = [back(p) for p in second]
        rows += [np.hstack([to_image(p) for p in row]) for row in (first, second, third)]
    width = min(row.shape[1] for row in rows)
    save_sheet(path, np.vstack([row[:, :width] for row in rows]))
