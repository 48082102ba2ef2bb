"""`livestyle train cin`: many styles in one network. Imports torch."""

from __future__ import annotations

from livestyle.commands.training.common import (
    Folders,
    console,
    frames_of,
    place_of,
    report_published,
    run_steps,
    style_fields,
)
from livestyle.commands.training.train_methods import CinArguments, PainterArguments
from livestyle.model.card import Model
from livestyle.workshop.export.onnx import restore
from livestyle.workshop.export.publish import publish
from livestyle.workshop.training.cin.train import TrainOptions, train_styles
from livestyle.workshop.training.data import PhotoCrops
from livestyle.workshop.training.paintings import Painting, list_paintings
from livestyle.workshop.training.perceptual import Layers
from livestyle.workshop.training.resuming import check_paints
from livestyle.workshop.training.sheet import painted, pick_photos


def run(given: CinArguments) -> None:
    """Train a network with a style for each painting."""
    train_painters(given, tuple(list_paintings(given.styles, given.notes)), Layers())


def train_painters(given: PainterArguments, paintings: tuple[Painting, ...], layers: Layers) -> None:
    """Train, export, check and quantise; then the model is ready to be shown live."""
    place, folders = place_of(given), Folders.of(given)
    options = TrainOptions(
        **style_fields(given, folders.work),
        paintings=paintings,
        stroke=given.stroke,
        norm=given.norm,
        layers=layers,
        start=given.start,
        teacher=given.teacher,
    )
    origin = restore(Model.load(given.start)) if given.start else None
    teacher = restore(Model.load(given.teacher)) if given.teacher else None
    count = "1 style" if len(paintings) == 1 else f"{len(paintings)} styles"
    console.print(f"{count}, {options.arch} network, on {place}; sheets in {folders.work}")
    training = train_styles(options, place, origin, teacher)
    run_steps(training.notes, options.schedule.steps, training.skipped, training.photos)
    check_paints(painted(training.model, pick_photos(given.content, PhotoCrops([], 0), 1), place))
    record = {**options.record(), "device": str(place)}
    made = publish(
        training.model, folders.out, given.name or folders.out.name, [p.note for p in paintings],
        record, frames_of(given.content), given.int8,
    )  # fmt: skip
    report_published(made)
