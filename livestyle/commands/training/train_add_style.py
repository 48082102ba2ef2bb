"""`livestyle train add-style`: one more style for a network that is there. Imports torch."""

from __future__ import annotations

from pathlib import Path

from livestyle.commands.training.common import console, place_of, run_steps, schedule_of, weights_of
from livestyle.commands.training.train_methods import AddStyleArguments as Given
from livestyle.core.errors import LivestyleError
from livestyle.model.card import Model, StyleNote, own_styles_dir
from livestyle.model.styles import StyleBank
from livestyle.workshop.export.onnx import restore
from livestyle.workshop.training.cin.add_style import AddStyleOptions, add_style
from livestyle.workshop.training.data import to_tensor
from livestyle.workshop.training.dead_leaves import dead_leaf_photos
from livestyle.workshop.training.paintings import Painting, style_name
from livestyle.workshop.training.resuming import check_paints
from livestyle.workshop.training.sheet import TILE_PX, painted


def run(given: Given) -> None:
    """Train gamma and beta of one painting; keep them among the user's own styles, or in a file."""
    place, picture = place_of(given), given.painting
    model = Model.load(given.model)
    note = StyleNote(style_name(Path(given.name) if given.name else picture), picture.stem)
    target = given.out or own_styles_dir(model.card) / f"{note.name}.npz"
    taken = note.name in model.styles.names
    if (taken or target.exists()) and not given.overwrite:
        raise LivestyleError(
            f"{model.card.name} has a style {note.name!r} already; give --name or --overwrite"
        )
    options = AddStyleOptions(
        painting=Painting(picture, note),
        content=tuple(given.content or ()),
        vgg=given.vgg,
        style_px=round(given.style_size * given.stroke),
        crop_px=given.crop,
        batch=given.batch,
        weights=weights_of(given),
        style_loss=given.style_loss,
        schedule=schedule_of(given),
    )
    training = add_style(restore(model), options, place)
    console.print(f"adding {note.name} to {model.card.name} on {place}; starts from {training.nearest}")
    run_steps(training.notes, options.schedule.steps)
    check_paints(painted(training.model, [to_tensor(dead_leaf_photos(1, TILE_PX, given.seed)[0])], place))
    vector = training.model.styles.detach().cpu().numpy()
    target.parent.mkdir(parents=True, exist_ok=True)
    StyleBank((note.name,), vector).save(target)
    console.print(f"saved {target}")
    console.print(f"paint with it: livestyle live --model {given.model} --style {note.name}")
