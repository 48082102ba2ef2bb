"""`livestyle train texture`: a generator of textures from noise. Imports torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from livestyle.commands.training.common import Folders, console, place_of, run_steps, schedule_of
from livestyle.commands.training.train_methods import TextureArguments as Given
from livestyle.core.errors import LivestyleError
from livestyle.core.output_file import make_folder
from livestyle.sinks.images import save_image
from livestyle.workshop.training.data import to_image
from livestyle.workshop.training.paintings import one_painting
from livestyle.workshop.training.texture.train import TextureOptions, draw_textures, train_texture


def run(given: Given) -> None:
    """Train, then draw samples into OUT; with --resume after the last step they are drawn alone."""
    place, folders = place_of(given), Folders.of(given)
    targets = [folders.out / f"texture-{number + 1:03d}.png" for number in range(given.samples)]
    _check(targets, given.overwrite)
    options = TextureOptions(
        painting=one_painting(given.style, given.notes),
        work=folders.work,
        vgg=given.vgg,
        style_px=given.style_size,
        side_px=given.crop,
        batch=given.batch,
        style_loss=given.style_loss,
        diversity_weight=given.diversity,
        schedule=schedule_of(given),
    )
    console.print(f"textures of {options.painting.note.name}, on {place}; sheets in {folders.work}")
    training = train_texture(options, place)
    run_steps(training.notes, options.schedule.steps)
    make_folder(folders.out)
    textures = draw_textures(training.model, given.samples, options.side_px, given.seed, place)
    for target, texture in zip(targets, textures, strict=True):
        pixels = np.ascontiguousarray(to_image(texture)[:, :, ::-1])
        save_image(target, pixels, given.overwrite)
    console.print(f"{len(targets)} textures are in {folders.out}")


def _check(targets: list[Path], overwrite: bool) -> None:
    there = [path for path in targets if path.exists()]
    if there and not overwrite:
        raise LivestyleError(f"{there[0]} exists already; give another --out or --overwrite")
