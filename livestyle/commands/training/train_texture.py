"""`livestyle train --method texture`: a generator of textures from noise. Imports torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from livestyle.commands.training.common import Folders, console, place_of, run_steps, schedule_of
from livestyle.commands.training.request import Request
from livestyle.core.errors import LivestyleError
from livestyle.core.output_file import make_folder
from livestyle.sinks.images import save_image
from livestyle.workshop.training.data import to_image
from livestyle.workshop.training.paintings import one_painting
from livestyle.workshop.training.texture import TextureOptions, draw_textures, train_texture


def run(request: Request) -> None:
    """Train, then draw samples into OUT; with --resume after the last step they are drawn alone."""
    request.need("style", "out")
    assert request.style is not None
    place, folders = place_of(request), Folders.of(request)
    targets = [folders.out / f"texture-{number + 1:03d}.png" for number in range(request.samples)]
    _check(targets, request.overwrite)
    options = TextureOptions(
        painting=one_painting(request.style, request.notes),
        work=folders.work,
        vgg=request.vgg,
        style_px=request.style_size or 256,
        side_px=request.crop or 256,
        batch=request.batch or 4,
        style_loss=request.style_loss,
        diversity_weight=request.diversity,
        schedule=schedule_of(request, steps=2000, rate=1e-2),
    )
    console.print(f"textures of {options.painting.note.name}, on {place}; sheets in {folders.work}")
    training = train_texture(options, place)
    run_steps(training.notes, options.schedule.steps)
    make_folder(folders.out)
    textures = draw_textures(training.model, request.samples, options.side_px, request.seed, place)
    for target, texture in zip(targets, textures, strict=True):
        pixels = np.ascontiguousarray(to_image(texture)[:, :, ::-1])
        save_image(target, pixels, request.overwrite)
    console.print(f"{len(targets)} textures are in {folders.out}")


def _check(targets: list[Path], overwrite: bool) -> None:
    there = [path for path in targets if path.exists()]
    if there and not overwrite:
        raise LivestyleError(f"{there[0]} exists already; give another --out or --overwrite")
