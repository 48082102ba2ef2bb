"""`livestyle train --method superres`: a network that enlarges pictures four times. Imports torch."""

from __future__ import annotations

from livestyle.commands.training.common import (
    Folders,
    console,
    place_of,
    report_published,
    run_steps,
    schedule_of,
)
from livestyle.commands.training.request import Request
from livestyle.workshop.export.publish import publish
from livestyle.workshop.export.quantize import calibration_frames
from livestyle.workshop.networks.choices import Norm
from livestyle.workshop.networks.vgg import load_vgg19
from livestyle.workshop.training.data import PhotoCrops, list_images
from livestyle.workshop.training.sheet import pick_photos
from livestyle.workshop.training.superres import LAYER, SuperresOptions, measure, train_superres

MEASURED = 16
"""Photos that the figures on the card are the means of."""


def run(request: Request) -> None:
    """Train, measure beside bicubic enlargement, export and check."""
    request.need("content", "out")
    place, folders = place_of(request), Folders.of(request)
    options = SuperresOptions(
        content=request.content,
        work=folders.work,
        loss=request.loss,
        arch=request.arch or "lite",
        norm=request.norm or Norm.BATCH,
        vgg=request.vgg,
        crop_px=request.crop or 288,
        batch=request.batch or 4,
        schedule=schedule_of(request, steps=20000, rate=1e-3),
        validation=(request.validation,) if request.validation else (),
    )
    console.print(f"x4, {options.arch} network, {options.loss} loss, on {place}; sheets in {folders.work}")
    training = train_superres(options, place)
    run_steps(training.notes, options.schedule.steps, training.skipped, training.photos)
    vgg = load_vgg19(request.vgg, LAYER)
    place.module(vgg)
    photos = pick_photos(options.validation or options.content, PhotoCrops([], options.crop_px), MEASURED)
    figures = measure(training.model, vgg, photos, place)
    console.print("  ".join(f"{name} {value:g}" for name, value in figures.items()))
    pictures = [p for folder in request.content for p in list_images(folder)]
    measured_on = f"{len(photos)} {'validation' if options.validation else 'training'} photos"
    record = {**options.record(), "device": str(place), "measured_on": measured_on}
    made = publish(
        training.model, folders.out, request.name or folders.out.name, [], record,
        calibration_frames(pictures), figures=figures,
    )  # fmt: skip
    report_published(made)
