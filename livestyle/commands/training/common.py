"""What every method of `livestyle train` shares: its folders, where it runs, what is said. Imports torch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from livestyle.commands.training.train_methods import (
    AdainArguments,
    CycleganArguments,
    PainterArguments,
    SuperresArguments,
)
from livestyle.commands.training.train_options import Course, Kept, Perceived, Weighted
from livestyle.core.ending import uninterrupted
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.progress_bar import follow
from livestyle.model.card import CARD_NAME
from livestyle.workshop.export.publish import Published
from livestyle.workshop.export.quantize import calibration_frames
from livestyle.workshop.losses.style import parse_style_loss
from livestyle.workshop.training.data import MIN_PHOTO_SIDE_PX, list_images
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.loop import CHECKPOINT, Note, Schedule
from livestyle.workshop.training.perceptual import Weights

NAMED = 20
"""So many pictures that are left out are named."""

WARM = 100
"""Steps in which the rate grows at the start of a training; a tenth of one of less than 1000."""

console = Console(stderr=True, highlight=False, markup=False)


@dataclass(frozen=True)
class Folders:
    """Where a training leaves its model and its working files."""

    out: Path
    work: Path
    resume: bool
    overwrite: bool

    @classmethod
    def of(cls, options: Kept) -> Folders:
        """Checked as `check` says."""
        work = options.work or options.out.with_name(options.out.name + ".training")
        folders = cls(options.out, work, options.resume, options.overwrite)
        folders.check()
        return folders

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


def place_of(options: Course) -> Place:
    """LivestyleError for a device or a style loss that does not exist, before anything is read."""
    if isinstance(options, Perceived):
        parse_style_loss(options.style_loss)
    return Place.choose(options.device)


def weights_of(options: Weighted) -> Weights:
    """Of a feed-forward training."""
    names = [field.name for field in fields(options) if field.name.endswith("_weight")]
    return Weights(**{name.removesuffix("_weight"): getattr(options, name) for name in names})


def schedule_of(options: Course) -> Schedule:
    """The rate grows over the first steps."""
    return Schedule(
        steps=options.steps,
        rate=options.rate,
        decay=options.decay,
        seed=options.seed,
        warm=min(WARM, options.steps // 10),
    )


def photo_fields(
    given: PainterArguments | AdainArguments | CycleganArguments | SuperresArguments, work: Path
) -> dict[str, Any]:
    """What the command line says of every training on photos, as fields of its PhotoOptions."""
    return {
        "work": work,
        "arch": given.arch,
        "batch": given.batch,
        "schedule": schedule_of(given),
        "validation": (given.validation,) if given.validation else (),
    }


def style_fields(given: PainterArguments | AdainArguments, work: Path) -> dict[str, Any]:
    """The same of a training on photos and paintings, as fields of its StyleOptions, save the paintings."""
    return {
        **photo_fields(given, work),
        "content": tuple(given.content),
        "crop_px": given.crop,
        "vgg": given.vgg,
        "style_px": given.style_size,
        "style_loss": given.style_loss,
        "weights": weights_of(given),
        "canvas": given.canvas,
    }


def frames_of(folders: Sequence[Path]) -> list[Pixels]:
    """What INT8 is calibrated on and the graph is checked with: photos that were learned on."""
    return calibration_frames([picture for folder in folders for picture in list_images(folder)])


def run_steps(notes: Iterable[Note], steps: int, skipped: Sequence[Path] = (), photos: int = 0) -> None:
    """Train to the end behind a progress bar; say first how many photos there are, and which are left out.

    What is interrupted finishes the step it is at, saves, and says how to go on.
    """
    if photos:
        console.print(f"{photos} photo{'s' * (photos != 1)}")
    if skipped:
        names = ", ".join(str(path) for path in skipped[:NAMED])
        more = f" and {len(skipped) - NAMED} more" if len(skipped) > NAMED else ""
        why = f"broken, cut off or under {MIN_PHOTO_SIDE_PX} px"
        said = f"{len(skipped)} unreadable pictures skipped, {why}: {names}{more}"
        console.print(said, style="yellow", markup=False, soft_wrap=True)
    done = 0
    try:
        with uninterrupted():
            for note in follow(notes, steps, console, "training", memory=0.98):
                done = note.step
    except KeyboardInterrupt:
        console.print(f"stopped after step {done} of {steps}; what there is was saved, --resume goes on")
        raise


def report_published(made: Published) -> None:
    """Say what was made and how exact it is."""
    text = f"{made.model.folder}: graph matches torch to {made.difference} of 255"
    if made.psnr:
        text += f"; INT8 {np.mean(list(made.psnr.values())):.1f} dB, worst {min(made.psnr.values()):.1f} dB"
    console.print(text)
    command = "live" if made.model.card.scale == 1 else "image IN OUT"
    console.print(f"paint with it: livestyle {command} --model {made.model.folder}")
