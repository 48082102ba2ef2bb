"""Trains a network to enlarge pictures four times (Johnson 2016, section 4.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from livestyle.core.errors import LivestyleError
from livestyle.model.card import StyleNote
from livestyle.workshop.networks.choices import Norm
from livestyle.workshop.networks.styled import StyledTransformer
from livestyle.workshop.networks.transformer import ENLARGERS, Architecture, Transformer
from livestyle.workshop.networks.vgg import VGG19, load_vgg19
from livestyle.workshop.training.choices import Fidelity
from livestyle.workshop.training.cin.train import Training
from livestyle.workshop.training.data import PhotoCrops, to_image
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.log import logged
from livestyle.workshop.training.loop import CHECKPOINT, Schedule, fit
from livestyle.workshop.training.options import PhotoOptions
from livestyle.workshop.training.sheet import pick_photos, save_sheet
from livestyle.workshop.training.superres.objective import (
    LAYER,
    SCALE,
    SuperresObjective,
    bicubic,
    enlarge,
    feature_distance,
    reduce,
)


@dataclass(frozen=True, kw_only=True)
class SuperresOptions(PhotoOptions):
    """A training of an enlarger. crop_px is a multiple of 4: the size of what is to be made."""

    content: tuple[Path, ...]
    loss: Fidelity = Fidelity.PERCEPTUAL
    norm: Norm = Norm.BATCH
    vgg: Path | None = None
    crop_px: int = 288
    schedule: Schedule = field(default_factory=lambda: Schedule(steps=20000, rate=1e-3))

    def architecture(self) -> Architecture:
        """LivestyleError for a name that does not exist, or a crop that can't be had from a quarter."""
        if self.arch not in ENLARGERS:
            raise LivestyleError(f"unknown architecture {self.arch!r}; expected {', '.join(ENLARGERS)}")
        if self.crop_px % SCALE:
            raise LivestyleError(f"bad --crop {self.crop_px}; expected a multiple of {SCALE}")
        return replace(ENLARGERS[self.arch], norm=self.norm)

    def record(self) -> dict[str, Any]:
        return {"loss": str(self.loss), **super().record(), "norm": str(self.norm)}


def train_superres(options: SuperresOptions, place: Place) -> Training:
    """Set up and return; nothing is trained until `notes` is drawn from.

    `options.work` gets checkpoint.pt, log.jsonl and sheet-N.jpg; a checkpoint that lies there is gone
    on from. LivestyleError for bad pictures or unreadable weights.
    """
    note = StyleNote(f"x{SCALE}", f"{SCALE} times as large")
    arch = options.architecture()
    torch.manual_seed(options.schedule.seed)
    model = StyledTransformer(Transformer(arch), [note.name])
    place.module(model)
    vgg = None
    if options.loss is Fidelity.PERCEPTUAL:
        vgg = load_vgg19(options.vgg, LAYER)
        place.module(vgg)
    crops = PhotoCrops.load(options.content, options.crop_px)
    objective = SuperresObjective(model, vgg)
    meta = {"arch": arch.to_dict(), "notes": [asdict(note)], "training": options.record()}
    steps = fit(
        model, [{"params": list(model.parameters())}], lambda rng: crops.batch(rng, options.batch),
        objective, options.schedule, place, options.work / CHECKPOINT, meta,
    )  # fmt: skip
    photos = pick_photos(options.validation, crops)
    notes = logged(
        steps, options.work, options.schedule.steps,
        lambda path: write_enlarged(model, photos, path, place), options.sheet_every,
    )  # fmt: skip
    return Training(model, notes, crops.skipped, len(crops.photos))


@torch.no_grad()
def measure(
    model: StyledTransformer, vgg: VGG19 | None, photos: Sequence[Tensor], place: Place
) -> dict[str, float]:
    """PSNR in dB (RGB) and, where there is a VGG, relu2_2 distance: means over `photos`, beside bicubic's."""
    model.eval()
    sums: dict[str, float] = {}
    for photo in (place.images(p) for p in photos):
        low = reduce(photo)
        for name, enlarged in (("", enlarge(model, low).clamp(0, 1)), ("bicubic_", bicubic(low))):
            error = float((enlarged - photo).square().mean())
            figures = {f"{name}psnr_db": -10 * np.log10(max(error, 1e-10))}
            if vgg is not None:
                figures[f"{name}relu2_2"] = float(feature_distance(vgg, enlarged, photo))
            sums = {**sums, **{k: sums.get(k, 0.0) + v / len(photos) for k, v in figures.items()}}
    return {name: round(float(value), 4) for name, value in sums.items()}


@torch.no_grad()
def write_enlarged(model: StyledTransformer, photos: Sequence[Tensor], path: Path, place: Place) -> None:
    """A JPEG: a row for each photo: bicubic, the network's, the photo itself. The model is as it was."""
    training = model.training
    model.eval()
    rows = []
    for photo in (place.images(p) for p in photos):
        low = reduce(photo)
        with place.autocast():
            made = enlarge(model, low)
        rows.append(np.hstack([to_image(x) for x in (bicubic(low), made, photo)]))
    model.train(training)
    save_sheet(path, np.vstack(rows))
