"""Measure what a model paints: how good it is, or how steady."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from livestyle.commands.given import refuse
from livestyle.commands.options import Arithmetic, AsJson, Device, StyleImages, Threads, Vgg
from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.output_file import check_target, make_folder
from livestyle.core.parse import split_styles
from livestyle.core.size import Size
from livestyle.evaluation.appearance_report import (
    REPORT,
    Paint,
    judge,
    load_photos,
    painting_paths,
    write_report,
)
from livestyle.evaluation.appearance_report import report as appearance_record
from livestyle.evaluation.appearance_report import table_of as appearance_table
from livestyle.evaluation.onnx_painter import OnnxPainter
from livestyle.evaluation.temporal_report import (
    Figures,
    evaluate,
    load_material,
    picture_of,
    report,
    table_of,
)
from livestyle.model.controls import STEADINESS
from livestyle.model.styles import ALL
from livestyle.sinks.images import save_image
from livestyle.stylizer.loading import add_style_images
from livestyle.stylizer.stylizer import Stylizer

NAME = "evaluate"
QUALITY_ONLY = ("paintings", "notes", "lbfgs", "lbfgs_photos", "style_size", "vgg", "out")
TEMPORAL_ONLY = ("compare", "steadiness", "flow", "size", "plot")
APPEARANCE_ONLY = ("onnx", "style_image")
LBFGS_ONLY = ("lbfgs", "lbfgs_photos", "style_size", "vgg")


def main(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="Name or folder of a model.")] = "cin-lite",
    temporal: Annotated[
        bool, typer.Option("--temporal", help="Noise amplification, warp error, ghosting.")
    ] = False,
    appearance: Annotated[
        bool,
        typer.Option("--appearance", help="What the eye sees: brushwork, lattice, halo, palette."),
    ] = False,
    onnx: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE=STYLE",
            help="With --appearance: another's network, RGB of 255, and its painting; may be repeated.",
        ),
    ] = None,
    compare: Annotated[
        str | None, typer.Option(help="With --temporal: another model, measured beside it.")
    ] = None,
    style: Annotated[str, typer.Option(help="Styles as a,b,c, or all.")] = ALL,
    style_image: StyleImages = None,
    steadiness: Annotated[
        float,
        typer.Option(help="Steadiness that is measured beside 0.", min=STEADINESS.low, max=STEADINESS.high),
    ] = STEADINESS.default,
    photos: Annotated[
        Path | None, typer.Option(help="Folder of photos; with --temporal, drawn scenes will do.")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(help="How many photos, spread over the folder; default all, 3 with --temporal.", min=1),
    ] = None,
    paintings: Annotated[
        Path | None, typer.Option(help="Folder of the paintings, named as the styles.")
    ] = None,
    notes: Annotated[
        Path | None, typer.Option(help="CSV as of `train`: which painting is which style, and its weight.")
    ] = None,
    lbfgs: Annotated[
        str, typer.Option(help="Iterations of L-BFGS to compare with, as 20,50,100,200. Minutes a picture.")
    ] = "",
    lbfgs_photos: Annotated[int, typer.Option(help="On how many of the photos.", min=1)] = 2,
    style_size: Annotated[int, typer.Option(help="Long side of the paintings, px.", min=64)] = 768,
    vgg: Vgg = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the figures as JSON and CSV, sheets and bars.")
    ] = None,
    flow: Annotated[
        list[Path] | None, typer.Option(help="Folder of frames with their flow as .npz; may be repeated.")
    ] = None,
    size: Annotated[
        str, typer.Option(help="Size of the photos, with --temporal or --appearance.", metavar="WxH")
    ] = "640x480",
    device: Device = "auto",
    precision: Arithmetic = Precision.AUTO,
    threads: Threads = 0,
    plot: Annotated[Path | None, typer.Option(help="With --temporal: draw the table into this.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure a model, style by style.

    Content and style loss, structure and colours, on the middle squares of photos, 256 px:
    livestyle evaluate MODEL --photos DIR --paintings DIR

    What the eye sees, at 640x480: livestyle evaluate MODEL --appearance --photos DIR --paintings DIR;
    with --style-image, of paintings that the model never saw.

    How steady its paintings are: livestyle evaluate MODEL --temporal
    """
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    # Every size of film opens an engine; what was passed over is said once.
    report_once = cache(console.print)
    opened = partial(Stylizer, device=device, precision=precision, threads=threads, report=report_once)
    styles = split_styles(style)
    if temporal:
        refuse(context, "with --temporal", "appearance", *APPEARANCE_ONLY, *QUALITY_ONLY)
        if plot is None:
            refuse(context, "with --temporal and without --plot", "overwrite")
        if plot:
            check_target(plot, overwrite)
        material = load_material(photos, limit or 3, Size.parse(size), flow or ())
        found: dict[str, Figures] = {}
        for name in [model, *([compare] if compare else [])]:
            with opened(name) as stylizer:
                stylizer.model.card.check_paints()
                found[name] = evaluate(stylizer, styles, steadiness, material, console)
        if plot:
            save_image(plot, picture_of(found, steadiness), overwrite)
        if as_json:
            sys.stdout.write(json.dumps(report(found, steadiness, material)) + "\n")
        else:
            Console(highlight=False, markup=False).print(table_of(found, steadiness, material))
    elif appearance and photos and (paintings or style_image):
        refuse(context, "with --appearance", *LBFGS_ONLY, *(name for name in TEMPORAL_ONLY if name != "size"))
        if out is None:
            refuse(context, "without --out", "overwrite")
        originals = painting_paths(paintings, notes) if paintings else {}
        with opened(model) as stylizer:
            if style_image:
                refuse(context, "with --style-image", "style")
                styles = tuple(add_style_images(stylizer, style_image))
                originals |= dict(zip(styles, style_image, strict=True))
            _appearance(
                stylizer, styles, onnx or (), load_photos(photos, limit, Size.parse(size)),
                originals, out, overwrite, as_json,
            )  # fmt: skip
    elif photos and paintings:
        refuse(context, "without --appearance", *APPEARANCE_ONLY)
        refuse(context, "without --temporal", *TEMPORAL_ONLY)
        if out is None:
            refuse(context, "without --out", "overwrite")
        if not lbfgs:
            refuse(context, "without --lbfgs", "lbfgs_photos")
        from livestyle.commands.train import require_torch

        require_torch(("torch", "safetensors", "torchmetrics"))
        from livestyle.workshop.quality.report import run
        from livestyle.workshop.quality.run import QualityOptions, parse_iterations

        options = QualityOptions(
            photos, paintings, notes, vgg, styles, limit, style_px=style_size,
            lbfgs=parse_iterations(lbfgs), lbfgs_photos=lbfgs_photos,
        )  # fmt: skip
        with opened(model) as stylizer:
            stylizer.model.card.check_paints()
            run(options, stylizer, console, out, overwrite, as_json)
    else:
        raise LivestyleError("nothing to measure; give --photos DIR and --paintings DIR, or --temporal")


def _appearance(
    stylizer: Stylizer,
    styles: Sequence[str],
    others: Sequence[str],
    photos: Sequence[Pixels],
    paintings: Mapping[str, Path],
    out: Path | None,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Measure the styles of a model and the networks of others, and say, print or write what was found."""
    stylizer.model.card.check_paints()
    if out:
        make_folder(out)
        check_target(out / REPORT, overwrite)
    size = Size.of(photos[0])
    painters = {stylizer.model.card.name: _painters(stylizer, styles)}
    painters |= {text.rpartition("=")[0] or text: _other(text, size) for text in others}
    found = list(judge(painters, photos, paintings))
    record = appearance_record(found, len(photos), size, str(stylizer.info))
    if out:
        write_report(out, found, photos, record, overwrite)
    if as_json:
        sys.stdout.write(json.dumps(record) + "\n")
    else:
        Console(highlight=False, markup=False).print(appearance_table(found))


def _painters(stylizer: Stylizer, styles: Sequence[str]) -> Iterator[tuple[str, Paint]]:
    """Each style of a model, every photo by itself."""
    bank = stylizer.model.styles
    stylizer.steadiness = 0.0
    for name in (n for style in styles for n in (bank.names if style == ALL else (bank.find(style),))):
        stylizer.style = name
        yield name, stylizer.stylize


def _other(text: str, size: Size) -> Iterator[tuple[str, Paint]]:
    """FILE=STYLE; without a style it is the file's name."""
    path, _, style = text.rpartition("=")
    yield style if path else Path(text).stem, OnnxPainter(Path(path or text), size).stylize
