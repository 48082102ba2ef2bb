"""`livestyle train --method adain`: a network that takes any picture as a style. Imports torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

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
from livestyle.model.card import Model, StyleNote
from livestyle.workshop.export.encoder import PictureEncoder
from livestyle.workshop.export.onnx import restore
from livestyle.workshop.export.publish import publish
from livestyle.workshop.export.quantize import calibration_frames
from livestyle.workshop.networks.adain import StyleOf
from livestyle.workshop.networks.styled import Styled
from livestyle.workshop.training.adain.train import load_adain_wide, train_adain_wide
from livestyle.workshop.training.adain_lite.train import AdaINOptions, load_adain, train_adain
from livestyle.workshop.training.data import list_images
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.paintings import list_paintings

WIDE = "wide"
"""VGG-19 to relu4_1 and its mirror; every other architecture is a transformer with AdaIN in each layer."""


def run(request: Request) -> None:
    """Train, export and check; what is light is quantised too; then it is ready to be shown live."""
    request.need("styles", "content", "out")
    assert request.styles is not None
    place, folders = place_of(request), Folders.of(request)
    origin = Model.load(request.start) if request.start else None
    options = _options(request, request.styles, folders.work, origin)
    if options.arch == WIDE:
        _run_wide(options, place, request, folders)
    else:
        _run_lite(options, place, request, folders, origin)


def _run_lite(
    options: AdaINOptions, place: Place, request: Request, folders: Folders, origin: Model | None
) -> None:
    console.print(
        f"any picture as a style, {options.arch} network, on {place}; sheets in {folders.work}; "
        f"{options.pool} style pictures are looked at first"
    )
    training = train_adain(options, place, restore(origin) if origin else None)
    run_steps(training.notes, options.schedule.steps, training.skipped)
    model, styled, notes, record = load_adain(folders.work)
    _publish(styled, notes, {**record, "device": str(place)}, model.encoder, request, folders)


def _run_wide(options: AdaINOptions, place: Place, request: Request, folders: Folders) -> None:
    console.print(f"Huang's own network, on {place}; sheets in {options.work}; no INT8 is made of it")
    training = train_adain_wide(options, place)
    run_steps(training.notes, options.schedule.steps, training.skipped)
    styled, notes, record = load_adain_wide(folders.work)
    _publish(styled, notes, {**record, "device": str(place)}, StyleOf(styled.net.encoder), request, folders)


def _publish(
    styled: Styled,
    notes: Sequence[StyleNote],
    record: dict[str, Any],
    encoder: PictureEncoder,
    request: Request,
    folders: Folders,
) -> None:
    pictures = [p for folder in request.content for p in list_images(folder)]
    name, frames = request.name or folders.out.name, calibration_frames(pictures)
    made = publish(styled, folders.out, name, notes, record, frames, request.int8, encoder=encoder)
    report_published(made)


def _options(request: Request, styles: Path, work: Path, origin: Model | None) -> AdaINOptions:
    return AdaINOptions(
        paintings=tuple(list_paintings(styles, request.notes)),
        styles=(styles, *request.more_styles),
        content=request.content,
        work=work,
        held_out=request.held_out,
        arch=request.arch or "lite",
        vgg=request.vgg,
        style_px=request.style_size or 768,
        crop_px=request.crop or 192,
        batch=request.batch or 4,
        pool=request.pool,
        weights=replace(weights_of(request), peaks=0.0),
        style_loss=request.style_loss or "gram",
        canvas=request.canvas,
        schedule=schedule_of(request, steps=12000, rate=1e-3),
        validation=(request.validation,) if request.validation else (),
        start=origin.card.name if origin else None,
    )
