"""`livestyle train superres`: a network that enlarges pictures four times. Imports torch."""

from __future__ import annotations

from livestyle.commands.training.common import (
    Folders,
    console,
    frames_of,
    photo_fields,
    place_of,
    report_published,
    run_steps,
)
from livestyle.commands.training.train_methods import SuperresArguments as Given
from livestyle.workshop.export.publish import publish
from livestyle.workshop.networks.vgg import load_vgg19
from livestyle.workshop.training.choices import Fidelity
from livestyle.workshop.training.data import PhotoCrops
from livestyle.workshop.training.sheet import pick_photos
from livestyle.workshop.training.superres.objective import LAYER
from livestyle.workshop.training.superres.train import SuperresOptions, measure, train_superres

MEASURED = 16
"""Photos that the figures on the card are the means of."""


def run(given: Given) -> None:
    """Train, measure beside bicubic enlargement, export and check.

    A loss in pixels needs no VGG; where weights are given all the same, they are measured with.
    """
    place, folders = place_of(given), Folders.of(given)
    options = SuperresOptions(
        **photo_fields(given, folders.work),
        content=tuple(given.content),
        loss=given.loss,
        norm=given.norm,
        vgg=given.vgg,
        crop_px=given.crop,
    )
    console.print(f"x4, {options.arch} network, {options.loss} loss, on {place}; sheets in {folders.work}")
    vgg = None
    if given.vgg is not None or given.loss is Fidelity.PERCEPTUAL:
        vgg = load_vgg19(given.vgg, LAYER)
        place.module(vgg)
    training = train_superres(options, place)
    run_steps(training.notes, options.schedule.steps, training.skipped, training.photos)
    photos = pick_photos(options.validation or options.content, PhotoCrops([], options.crop_px), MEASURED)
    figures = measure(training.model, vgg, photos, place)
    console.print("  ".join(f"{name} {value:g}" for name, value in figures.items()))
    measured_on = f"{len(photos)} {'validation' if options.validation else 'training'} photos"
    record = {**options.record(), "device": str(place), "measured_on": measured_on}
    made = publish(
        training.model, folders.out, given.name or folders.out.name, [], record,
        frames_of(given.content), figures=figures,
    )  # fmt: skip
    report_published(made)
