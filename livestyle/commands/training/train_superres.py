"""`livestyle train superres`: a network that enlarges pictures four times. Imports torch."""

from __future__ import annotations

from livestyle.commands.training.common import (
    Folders,
    console,
    place_of,
    report_published,
    run_steps,
    schedule_of,
)
from livestyle.commands.training.train_methods import SuperresOptions as Given
from livestyle.workshop.export.publish import publish
from livestyle.workshop.export.quantize import calibration_frames
from livestyle.workshop.networks.vgg import load_vgg19
from livestyle.workshop.training.data import PhotoCrops, list_images
from livestyle.workshop.training.sheet import pick_photos
from livestyle.workshop.training.superres import LAYER, SuperresOptions, measure, train_superres

MEASURED = 16
"""Photos that the figures on the card are the means of."""


def run(given: Given) -> None:
    """Train, measure beside bicubic enlargement, export and check."""
    place, folders = place_of(given), Folders.of(given)
    options = SuperresOptions(
        content=tuple(given.content),
        work=folders.work,
        loss=given.loss,
        arch=given.arch,
        norm=given.norm,
        vgg=given.vgg,
        crop_px=given.crop,
        batch=given.batch,
        schedule=schedule_of(given),
        validation=(given.validation,) if given.validation else (),
    )
    console.print(f"x4, {options.arch} network, {options.loss} loss, on {place}; sheets in {folders.work}")
    training = train_superres(options, place)
    run_steps(training.notes, options.schedule.steps, training.skipped, training.photos)
    vgg = load_vgg19(given.vgg, LAYER)
    place.module(vgg)
    photos = pick_photos(options.validation or options.content, PhotoCrops([], options.crop_px), MEASURED)
    figures = measure(training.model, vgg, photos, place)
    console.print("  ".join(f"{name} {value:g}" for name, value in figures.items()))
    pictures = [p for folder in given.content for p in list_images(folder)]
    measured_on = f"{len(photos)} {'validation' if options.validation else 'training'} photos"
    record = {**options.record(), "device": str(place), "measured_on": measured_on}
    made = publish(
        training.model, folders.out, given.name or folders.out.name, [], record,
        calibration_frames(pictures), figures=figures,
    )  # fmt: skip
    report_published(made)
