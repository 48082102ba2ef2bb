"""`livestyle train adain`: a network that takes any picture as a style. Imports torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from livestyle.commands.training.common import (
    Folders,
    console,
    frames_of,
    place_of,
    report_published,
    run_steps,
    style_fields,
)
from livestyle.commands.training.train_methods import WIDE
from livestyle.commands.training.train_methods import AdainArguments as Given
from livestyle.model.card import Model, StyleNote
from livestyle.workshop.export.encoder import EncoderNetwork
from livestyle.workshop.export.onnx import restore
from livestyle.workshop.export.publish import publish
from livestyle.workshop.networks.adain import StyleOf
from livestyle.workshop.networks.styled import Styled
from livestyle.workshop.training.adain.train import load_adain_wide, train_adain_wide
from livestyle.workshop.training.adain_lite.train import AdaINOptions, load_adain, train_adain
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.paintings import list_paintings


def run(given: Given) -> None:
    """Train, export and check; what is light is quantised too; then it is ready to be shown live."""
    place, folders = place_of(given), Folders.of(given)
    origin = Model.load(given.start) if given.start else None
    options = _options(given, folders.work, origin)
    if options.arch == WIDE:
        _run_wide(options, place, given, folders)
    else:
        _run_lite(options, place, given, folders, origin)


def _run_lite(
    options: AdaINOptions, place: Place, given: Given, folders: Folders, origin: Model | None
) -> None:
    console.print(
        f"any picture as a style, {options.arch} network, on {place}; sheets in {folders.work}; "
        f"{options.pool} style pictures are looked at first"
    )
    training = train_adain(options, place, restore(origin) if origin else None)
    run_steps(training.notes, options.schedule.steps, training.skipped)
    model, styled, notes, record = load_adain(folders.work)
    _publish(styled, notes, {**record, "device": str(place)}, model.encoder, given, folders)


def _run_wide(options: AdaINOptions, place: Place, given: Given, folders: Folders) -> None:
    console.print(f"Huang's own network, on {place}; sheets in {options.work}; no INT8 is made of it")
    training = train_adain_wide(options, place)
    run_steps(training.notes, options.schedule.steps, training.skipped)
    styled, notes, record = load_adain_wide(folders.work)
    _publish(styled, notes, {**record, "device": str(place)}, StyleOf(styled.net.encoder), given, folders)


def _publish(
    styled: Styled,
    notes: Sequence[StyleNote],
    record: dict[str, Any],
    encoder: EncoderNetwork,
    given: Given,
    folders: Folders,
) -> None:
    name, frames = given.name or folders.out.name, frames_of(given.content)
    made = publish(styled, folders.out, name, notes, record, frames, given.int8, encoder=encoder)
    report_published(made)


def _options(given: Given, work: Path, origin: Model | None) -> AdaINOptions:
    return AdaINOptions(
        **style_fields(given, work),
        paintings=tuple(list_paintings(given.styles, given.notes)),
        styles=(given.styles, *(given.more_styles or ())),
        held_out=given.held_out,
        pool=given.pool,
        start=origin.card.name if origin else None,
    )
