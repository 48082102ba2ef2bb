"""`livestyle train --method cyclegan`: from a set of photos to a set of paintings. Imports torch."""

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
from livestyle.workshop.training.choices import Direction
from livestyle.workshop.training.cyclegan.objective import CycleWeights
from livestyle.workshop.training.cyclegan.train import CycleOptions, train_cyclegan
from livestyle.workshop.training.data import list_images


def run(request: Request) -> None:
    """Train both directions; the one asked for becomes the model, `livestyle export` makes the other."""
    request.need("a", "b", "out")
    place, folders = place_of(request), Folders.of(request)
    arch = request.arch or "lite"
    options = CycleOptions(
        a=request.a,
        b=request.b,
        work=folders.work,
        arch=arch,
        crop_px=request.crop or (128 if arch == "lite" else 256),
        batch=request.batch or 1,
        weights=CycleWeights(request.cycle_weight, request.identity_weight),
        schedule=schedule_of(request, steps=20000, rate=2e-4, decay=0.5),
        validation=(request.validation,) if request.validation else (),
    )
    sets = " and ".join(str(options.note(d).title) for d in reversed(Direction))
    console.print(f"{sets}, {arch} networks, on {place}; sheets in {folders.work}")
    training = train_cyclegan(options, place)
    run_steps(training.notes, options.schedule.steps, training.skipped)
    there = request.direction is Direction.AB
    model = training.networks.ab if there else training.networks.ba
    pictures = [p for folder in (request.a if there else request.b) for p in list_images(folder)]
    record = {**options.record(), "device": str(place)}
    made = publish(
        model, folders.out, request.name or folders.out.name, [options.note(request.direction)],
        record, calibration_frames(pictures), request.int8,
    )  # fmt: skip
    report_published(made)
