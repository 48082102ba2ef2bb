"""`livestyle train cyclegan`: from a set of photos to a set of paintings. Imports torch."""

from __future__ import annotations

from livestyle.commands.training.common import (
    Folders,
    console,
    place_of,
    report_published,
    run_steps,
    schedule_of,
)
from livestyle.commands.training.train_methods import CycleganOptions
from livestyle.workshop.export.publish import publish
from livestyle.workshop.export.quantize import calibration_frames
from livestyle.workshop.training.choices import Direction
from livestyle.workshop.training.cyclegan.objective import CycleWeights
from livestyle.workshop.training.cyclegan.train import CycleOptions, train_cyclegan
from livestyle.workshop.training.data import list_images


def run(given: CycleganOptions) -> None:
    """Train both directions; the one asked for becomes the model, `livestyle export` makes the other."""
    place, folders = place_of(given), Folders.of(given)
    options = CycleOptions(
        a=tuple(given.a),
        b=tuple(given.b),
        work=folders.work,
        arch=given.arch,
        crop_px=given.crop or (128 if given.arch == "lite" else 256),
        batch=given.batch,
        weights=CycleWeights(given.cycle_weight, given.identity_weight),
        schedule=schedule_of(given),
        validation=(given.validation,) if given.validation else (),
    )
    sets = " and ".join(str(options.note(d).title) for d in reversed(Direction))
    console.print(f"{sets}, {given.arch} networks, on {place}; sheets in {folders.work}")
    training = train_cyclegan(options, place)
    run_steps(training.notes, options.schedule.steps, training.skipped)
    there = given.direction is Direction.AB
    model = training.networks.ab if there else training.networks.ba
    pictures = [p for folder in (given.a if there else given.b) for p in list_images(folder)]
    record = {**options.record(), "device": str(place)}
    made = publish(
        model, folders.out, given.name or folders.out.name, [options.note(given.direction)],
        record, calibration_frames(pictures), given.int8,
    )  # fmt: skip
    report_published(made)
