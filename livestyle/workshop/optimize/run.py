"""What `livestyle optimize` does, and shows while it does it. Imports torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rich.console import Console

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.output_file import check_target
from livestyle.core.progress_bar import follow
from livestyle.sinks.images import KINDS, save_image
from livestyle.workshop.optimize.picture import PictureOptimizer, PictureOptions
from livestyle.workshop.training.device import Place


def preview_of(path: Path) -> Path:
    """Where the picture is shown while it is painted: 'out.preview.png' beside 'out.png'."""
    return path.with_name(f"{path.stem}.preview{path.suffix}")


def optimize(options: PictureOptions, place: Place, out: Path, preview_every: int, overwrite: bool) -> None:
    """Paint, with a preview beside `out` every so many iterations (0 = none), and write `out`.

    Ctrl+C writes the picture so far to `out`, if a first iteration is done, and goes on as
    KeyboardInterrupt. LivestyleError for bad input, before anything is painted.
    """
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    if out.suffix.lower() not in KINDS:
        raise LivestyleError(f"cannot write {out}: expected one of {', '.join(KINDS)}")
    check_target(out, overwrite, options.photo)
    preview = preview_of(out)
    if preview_every:
        check_target(preview, overwrite, options.photo)
    painter = PictureOptimizer(options, place)
    console.print(
        f"{painter.optimizer.value}, {options.style_loss}, on {place}; {_watch(preview, preview_every)}"
    )
    steps, done = sum(options.stage_iterations()), 0
    try:
        for note in follow(painter.run(), steps, console, "painting"):
            done = note.step
            if preview_every and done and done % preview_every == 0:
                save_image(preview, _pixels(painter), overwrite=True)
    except KeyboardInterrupt:
        if done:
            save_image(out, _pixels(painter), overwrite)
            console.print(f"{out}: stopped after {done} of {steps} iterations")
        raise
    else:
        save_image(out, _pixels(painter), overwrite)
        console.print(f"{out}: {done} iterations")
    finally:
        if preview_every:
            preview.unlink(missing_ok=True)


def _watch(preview: Path, every: int) -> str:
    return f"watch {preview}, Ctrl+C keeps the picture so far" if every else "Ctrl+C keeps the picture so far"


def _pixels(painter: PictureOptimizer) -> Pixels:
    return np.ascontiguousarray(painter.image()[:, :, ::-1])
