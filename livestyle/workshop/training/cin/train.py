"""Train one network for N paintings: set up, run the loop, leave a checkpoint, a log and sheets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from livestyle.core.errors import LivestyleError
from livestyle.model.card import StyleNote
from livestyle.workshop.losses.style import parse_style_loss
from livestyle.workshop.networks.choices import Norm
from livestyle.workshop.networks.styled import StyledTransformer
from livestyle.workshop.networks.transformer import Architecture, Transformer
from livestyle.workshop.networks.vgg import load_vgg19
from livestyle.workshop.training.cin.distillation import TeacherObjective
from livestyle.workshop.training.cin.objective import FeedforwardObjective
from livestyle.workshop.training.data import PhotoCrops, load_style
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.log import logged
from livestyle.workshop.training.loop import CHECKPOINT, Note, Objective, fit
from livestyle.workshop.training.options import StyleOptions
from livestyle.workshop.training.perceptual import Layers, Perception
from livestyle.workshop.training.resuming import PICTURES, hashes
from livestyle.workshop.training.sheet import pick_photos, write_sheet

STYLE_RATE = 2.0
"""Style vectors learn at this multiple of the rate: each one sees only 1/N of the images."""


@dataclass(frozen=True, kw_only=True)
class TrainOptions(StyleOptions):
    """A training of a network with its own style for each painting."""

    norm: Norm = Norm.INSTANCE
    stroke: float = 1.0
    """A factor on the size of strokes."""
    layers: Layers = field(default_factory=Layers)
    teacher: str | None = None
    """The name of the model whose pictures are learned in place of the paintings, for the record."""

    def architecture(self) -> Architecture:
        return replace(super().architecture(), norm=self.norm)

    def record(self) -> dict[str, Any]:
        return {
            **super().record(),
            "norm": str(self.norm),
            "stroke": self.stroke,
            "layers": asdict(self.layers),
            **self._teacher(),
        }

    def _teacher(self) -> dict[str, Any]:
        return {"teacher": self.teacher} if self.teacher else {}


@dataclass
class Training:
    """A training set up: the model, and an iterator that trains it step by step."""

    model: StyledTransformer
    notes: Iterator[Note]
    skipped: tuple[Path, ...]
    photos: int = 0
    """How many are learned on."""


def train_styles(
    options: TrainOptions,
    place: Place,
    start: StyledTransformer | None = None,
    teacher: StyledTransformer | None = None,
) -> Training:
    """Set up and return; nothing is trained until `notes` is drawn from.

    `options.work` gets checkpoint.pt, log.jsonl and sheet-N.jpg. Where a checkpoint lies there
    already, the training goes on from it; else from `start`, whose styles of the same names are
    taken over, or from nothing. With a `teacher` its pictures are learned, see `TeacherObjective`, and
    the paintings are not looked at. LivestyleError for bad pictures or unreadable weights.
    """
    names = [p.note.name for p in options.paintings]
    torch.manual_seed(options.schedule.seed)
    model = StyledTransformer(Transformer(options.architecture()), names)
    if start is not None:
        model.net.start_from(start.net, options.start or "the start")
        known = dict(zip(start.names, start.styles.detach(), strict=True))
        model.set_styles(known, start.styles.detach().mean(0))
    place.module(model)
    crops = PhotoCrops.load(options.content, options.crop_px)
    objective: Objective
    kept: dict[str, torch.Tensor] = {}
    if teacher is not None:
        place.module(teacher)
        objective = TeacherObjective(model, teacher)
    else:
        objective = _objective(options, model, place, anneal=start is None)
        kept = objective.perception.loss.kept
    groups: list[dict[str, Any]] = [
        {"params": list(model.net.parameters())},
        {"params": [model.styles], "scale": STYLE_RATE},
    ]
    checkpoint = options.work / CHECKPOINT
    meta = _meta(options)
    steps = fit(
        model, groups, lambda rng: crops.batch(rng, options.batch), objective, options.schedule,
        place, checkpoint, meta, kept,
    )  # fmt: skip
    photos = pick_photos(options.validation, crops)
    notes = logged(
        steps, options.work, options.schedule.steps,
        lambda path: write_sheet(model, photos, path, place), options.sheet_every,
    )  # fmt: skip
    return Training(model, notes, crops.skipped, len(crops.photos))


def _objective(
    options: TrainOptions, model: StyledTransformer, place: Place, anneal: bool
) -> FeedforwardObjective:
    """The perceptual losses to the paintings."""
    vgg = load_vgg19(options.vgg, options.layers.last)
    place.module(vgg)
    images = [
        place.images(load_style(p.path, round(options.style_px * options.stroke * p.stroke)))
        for p in options.paintings
    ]
    with place.autocast():
        loss = parse_style_loss(options.style_loss)
        perception = Perception(
            vgg, images, loss, options.layers.style, options.layers.content, options.weights
        )
    shares = torch.tensor([p.share for p in options.paintings])
    return FeedforwardObjective(
        perception,
        model,
        options.weights,
        torch.tensor([p.weight for p in options.paintings]),
        torch.arange(len(shares)).repeat_interleave(shares),
        anneal,
    )


def _meta(options: TrainOptions) -> dict[str, Any]:
    notes = [asdict(p.note) for p in options.paintings]
    pictures = hashes(p.path for p in options.paintings)
    return {
        "arch": options.architecture().to_dict(), "notes": notes, "training": options.record(),
        PICTURES: pictures,
    }  # fmt: skip


def load_checkpoint(
    work: Path, model_key: str = "model", notes_key: str = "notes"
) -> tuple[StyledTransformer, list[StyleNote], dict[str, Any]]:
    """The model in a training's folder, the notes of its styles and the record of the training.

    The keys are for a training of more than one model. LivestyleError where there is none.
    """
    path = work / CHECKPOINT
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        meta = state["meta"]
        notes = [StyleNote(**n) for n in meta[notes_key]]
        model = StyledTransformer(Transformer(Architecture(**meta["arch"])), [n.name for n in notes])
        model.load_state_dict(state[model_key])
    except (OSError, KeyError, RuntimeError, TypeError, EOFError, UnpicklingError) as error:
        raise LivestyleError(f"{path} holds no training of livestyle: {error}") from error
    return model.eval(), notes, {**meta["training"], "steps_done": state["step"]}
