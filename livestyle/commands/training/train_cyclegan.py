"""`livestyle train cyclegan`: from a set of photos to a set of paintings. Imports torch."""

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
from livestyle.commands.training.train_methods import CycleganArguments
from livestyle.workshop.export.publish import publish
from livestyle.workshop.training.choices import Direction
from livestyle.workshop.training.cyclegan.objective import CycleWeights
from livestyle.workshop.training.cyclegan.train import CycleOptions, train_cyclegan


def run(given: CycleganArguments) -> None:
    """Train both directions; the one asked for becomes the model, `livestyle export` makes the other."""
    place, folders = place_of(given), Folders.of(given)
    options = CycleOptions(
        **photo_fields(given, folders.work),
        a=tuple(given.a),
        b=tuple(given.b),
        crop_px=given.crop or (128 if given.arch == "lite" else 256),
        weights=CycleWeights(given.cycle_weight, given.identity_weight),
    )
    sets = " and ".join(str(options.note(d).title) for d in reversed(Direction))
    console.print(f"{sets}, {given.arch} networks, on {place}; sheets in {folders.work}")
    training = train_cyclegan(options, place)
    run_steps(training.notes, options.schedule.steps, training.skipped)
    there = given.direction is Direction.AB
    model = training.networks.ab if there else training.networks.ba
    record = {**options.record(), "device": str(place)}
    made = publish(
        model, folders.out, given.name or folders.out.name, [options.note(given.direction)],
        record, frames_of(given.a if there else given.b), given.int8,
    )  # fmt: skip
    report_published(made)
