"""What `livestyle train` does, and shows while it does it. Imports torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console

from livestyle.apps.progress import follow
from livestyle.card import CARD_NAME, Model, StyleNote, own_styles_dir
from livestyle.errors import LivestyleError
from livestyle.export.onnx import restore
from livestyle.export.publish import Published, publish
from livestyle.export.quantize import calibration_frames
from livestyle.styles import StyleBank
from livestyle.training.add_style import AddStyleOptions, add_style
from livestyle.training.data import list_images
from livestyle.training.device import Place
from livestyle.training.feedforward import Weights
from livestyle.training.loop import Schedule
from livestyle.training.paintings import Painting, list_paintings, style_name
from livestyle.training.train_styles import CHECKPOINT, TrainOptions, train_styles

console = Console(stderr=True, highlight=False)


@dataclass(frozen=True)
class Shared:
    """The options of both kinds of training."""

    content: tuple[Path, ...]
    vgg: Path | None
    style_px: int
    crop_px: int
    batch: int
    weights: Weights
    style_loss: str
    schedule: Schedule
    place: Place


@dataclass(frozen=True)
class Folders:
    """Where a training leaves its model and its working files."""

    out: Path
    work: Path
    resume: bool
    overwrite: bool

    def check(self) -> None:
        """LivestyleError where something would be overwritten, or nothing is there to resume."""
        if (self.out / CARD_NAME).exists() and not self.overwrite:
            raise LivestyleError(f"{self.out} holds a model already; give another --out or --overwrite")
        checkpoint = self.work / CHECKPOINT
        if self.resume and not checkpoint.exists():
            raise LivestyleError(f"nothing to resume: {checkpoint} does not exist")
        if checkpoint.exists() and not self.resume:
            if not self.overwrite:
                raise LivestyleError(f"{self.work} holds a training; go on with --resume or give --overwrite")
            checkpoint.unlink()


def run_train(
    shared: Shared,
    folders: Folders,
    styles: Path,
    notes: Path | None,
    name: str,
    arch: str,
    start: str | None,
    validation: Path | None,
    int8: bool,
) -> None:
    """Train, export, check and quantise; then the model is ready to be shown live."""
    folders.check()
    paintings = tuple(list_paintings(styles, notes))
    options = TrainOptions(
        paintings=paintings,
        content=shared.content,
        work=folders.work,
        arch=arch,
        vgg=shared.vgg,
        style_px=shared.style_px,
        crop_px=shared.crop_px,
        batch=shared.batch,
        weights=shared.weights,
        style_loss=shared.style_loss,
        schedule=shared.schedule,
        validation=(validation,) if validation else (),
        start=start,
    )
    origin = restore(Model.load(start)) if start else None
    console.print(f"{len(paintings)} styles, {arch} network, on {shared.place}; sheets in {folders.work}")
    training = train_styles(options, shared.place, origin)
    if training.skipped:
        console.print(
            f"[yellow]{len(training.skipped)} unreadable pictures skipped, first: {training.skipped[0]}"
        )
    for _ in follow(training.notes, shared.schedule.steps, console, "training", memory=0.98):
        pass
    pictures = [p for folder in shared.content for p in list_images(folder)]
    record = {**options.record(), "device": str(shared.place)}
    made = publish(
        training.model, folders.out, name, [p.note for p in paintings], record,
        calibration_frames(pictures), int8,
    )  # fmt: skip
    report_published(made)


def report_published(made: Published) -> None:
    """Say what was made and how exact it is."""
    text = f"{made.model.folder}: graph matches torch to {made.difference} of 255"
    if made.psnr:
        text += f"; INT8 {np.mean(list(made.psnr.values())):.1f} dB, worst {min(made.psnr.values()):.1f} dB"
    console.print(text)
    console.print(f"paint with it: livestyle live --model {made.model.folder}")


def run_add_style(
    shared: Shared, picture: Path, model_name: str, name: str | None, out: Path | None, overwrite: bool
) -> None:
    """Train gamma and beta of one painting; keep them among the user's own styles, or in a file."""
    model = Model.load(model_name)
    note = StyleNote(style_name(Path(name) if name else picture), picture.stem)
    target = out or own_styles_dir(model.card) / f"{note.name}.npz"
    taken = note.name in model.styles.names
    if (taken or target.exists()) and not overwrite:
        raise LivestyleError(
            f"{model.card.name} has a style {note.name!r} already; give --name or --overwrite"
        )
    options = AddStyleOptions(
        painting=Painting(picture, note),
        content=shared.content,
        vgg=shared.vgg,
        style_px=shared.style_px,
        crop_px=shared.crop_px,
        batch=shared.batch,
        weights=shared.weights,
        style_loss=shared.style_loss,
        schedule=shared.schedule,
    )
    training = add_style(restore(model), options, shared.place)
    console.print(
        f"adding {note.name} to {model.card.name} on {shared.place}; starts from {training.nearest}"
    )
    for _ in follow(training.notes, shared.schedule.steps, console, "training", memory=0.98):
        pass
    vector = training.model.styles.detach().cpu().numpy()
    target.parent.mkdir(parents=True, exist_ok=True)
    StyleBank((note.name,), vector).save(target)
    console.print(f"saved {target}")
    console.print(f"paint with it: livestyle live --model {model_name} --style {note.name}")
