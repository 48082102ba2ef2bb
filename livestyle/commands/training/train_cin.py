"""`livestyle train --method cin`: many styles in one network, or one more for it. Imports torch."""

from __future__ import annotations

from pathlib import Path

from livestyle.commands.training.common import (
    Folders,
    console,
    place_of,
    report_published,
    run_steps,
    schedule_of,
    weights_of,
)
from livestyle.commands.training.request import Request
from livestyle.core.errors import LivestyleError
from livestyle.model.card import Model, StyleNote, own_styles_dir
from livestyle.model.styles import StyleBank
from livestyle.workshop.export.onnx import restore
from livestyle.workshop.export.publish import publish
from livestyle.workshop.export.quantize import calibration_frames
from livestyle.workshop.networks.choices import Norm
from livestyle.workshop.training.cin.add_style import AddStyleOptions, add_style
from livestyle.workshop.training.cin.train import TrainOptions, train_styles
from livestyle.workshop.training.data import PhotoCrops, list_images, to_tensor
from livestyle.workshop.training.dead_leaves import dead_leaf_photos
from livestyle.workshop.training.paintings import Painting, list_paintings, style_name
from livestyle.workshop.training.perceptual import Layers
from livestyle.workshop.training.resuming import check_paints
from livestyle.workshop.training.sheet import TILE_PX, painted, pick_photos


def run(request: Request) -> None:
    """Train a network or, with --add-style, one style of it."""
    if request.add_style is not None:
        return _add_style(request, request.add_style)
    place_of(request)
    if not (request.styles and request.out and request.content):
        raise LivestyleError(
            "nothing to train; give --styles DIR, --content DIR and --out DIR, or --add-style PAINTING"
        )
    return train_painters(request, tuple(list_paintings(request.styles, request.notes)))


def train_painters(
    request: Request,
    paintings: tuple[Painting, ...],
    crop_px: int = 192,
    rate: float = 2e-3,
    layers: Layers | None = None,
) -> None:
    """Train, export, check and quantise; then the model is ready to be shown live.

    crop_px, rate: where the request says nothing.
    """
    place, folders = place_of(request), Folders.of(request)
    options = TrainOptions(
        paintings=paintings,
        content=request.content,
        work=folders.work,
        arch=request.arch or "lite",
        vgg=request.vgg,
        style_px=request.style_size or 768,
        norm=request.norm or Norm.INSTANCE,
        layers=layers or Layers(),
        crop_px=request.crop or crop_px,
        batch=request.batch or 4,
        weights=weights_of(request),
        style_loss=request.style_loss,
        schedule=schedule_of(request, steps=12000, rate=rate),
        validation=(request.validation,) if request.validation else (),
        start=request.start,
        teacher=request.teacher,
    )
    origin = restore(Model.load(request.start)) if request.start else None
    teacher = restore(Model.load(request.teacher)) if request.teacher else None
    count = "1 style" if len(paintings) == 1 else f"{len(paintings)} styles"
    console.print(f"{count}, {options.arch} network, on {place}; sheets in {folders.work}")
    training = train_styles(options, place, origin, teacher)
    run_steps(training.notes, options.schedule.steps, training.skipped, training.photos)
    check_paints(painted(training.model, pick_photos(request.content, PhotoCrops([], 0), 1), place))
    pictures = [p for folder in request.content for p in list_images(folder)]
    record = {**options.record(), "device": str(place)}
    made = publish(
        training.model, folders.out, request.name or folders.out.name, [p.note for p in paintings],
        record, calibration_frames(pictures), request.int8,
    )  # fmt: skip
    report_published(made)


def _add_style(request: Request, picture: Path) -> None:
    """Train gamma and beta of one painting; keep them among the user's own styles, or in a file."""
    place = place_of(request)
    model = Model.load(request.model)
    note = StyleNote(style_name(Path(request.name) if request.name else picture), picture.stem)
    target = request.out or own_styles_dir(model.card) / f"{note.name}.npz"
    taken = note.name in model.styles.names
    if (taken or target.exists()) and not request.overwrite:
        raise LivestyleError(
            f"{model.card.name} has a style {note.name!r} already; give --name or --overwrite"
        )
    options = AddStyleOptions(
        painting=Painting(picture, note),
        content=request.content,
        vgg=request.vgg,
        style_px=request.style_size or 768,
        crop_px=request.crop or 192,
        batch=request.batch or 4,
        weights=weights_of(request),
        style_loss=request.style_loss,
        schedule=schedule_of(request, steps=600, rate=1e-2),
    )
    training = add_style(restore(model), options, place)
    console.print(f"adding {note.name} to {model.card.name} on {place}; starts from {training.nearest}")
    run_steps(training.notes, options.schedule.steps)
    check_paints(painted(training.model, [to_tensor(dead_leaf_photos(1, TILE_PX, request.seed)[0])], place))
    vector = training.model.styles.detach().cpu().numpy()
    target.parent.mkdir(parents=True, exist_ok=True)
    StyleBank((note.name,), vector).save(target)
    console.print(f"saved {target}")
    console.print(f"paint with it: livestyle live --model {request.model} --style {note.name}")
