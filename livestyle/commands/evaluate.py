"""Measure what a model paints: how good it is, or how steady."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from livestyle.commands.given import refuse
from livestyle.commands.options import Arithmetic, AsJson, Device, Threads, Vgg
from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.output_file import check_target, make_folder
from livestyle.core.parse import split_styles
from livestyle.core.progress_bar import plain_bar
from livestyle.core.size import Size
from livestyle.evaluation.appearance_report import Paint, judge, load_photos, painting_paths, write_report
from livestyle.evaluation.appearance_report import report as appearance_record
from livestyle.evaluation.appearance_report import table_of as appearance_table
from livestyle.evaluation.films import Film, load_film
from livestyle.evaluation.onnx_painter import OnnxPainter
from livestyle.evaluation.plot import Column, draw
from livestyle.evaluation.temporal import Material, measure, summary, warp_error
from livestyle.model.controls import STEADINESS
from livestyle.offline.style_schedule import ALL
from livestyle.sinks.images import save_image
from livestyle.sources.images import SUFFIXES, load_image, natural_key
from livestyle.sources.synthetic.scene import Scene
from livestyle.stylizer.stylizer import Stylizer

NAME = "evaluate"
QUALITY_ONLY = ("paintings", "notes", "lbfgs", "lbfgs_photos", "style_size", "vgg", "out")
TEMPORAL_ONLY = ("compare", "steadiness", "flow", "size", "plot")
Figures = dict[str, dict[str, dict[str, float]]]
"""By style, then 'plain' or 'steadied', then the figure's name."""


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
    steadiness: Annotated[float, typer.Option(help="Beside 0.", min=0, max=1)] = STEADINESS.default,
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
        str, typer.Option(help="Of the photos, with --temporal or --appearance.", metavar="WxH")
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

    What the eye sees, at 640x480: livestyle evaluate MODEL --appearance --photos DIR --paintings DIR

    How steady its paintings are: livestyle evaluate MODEL --temporal
    """
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    # Every size of film opens an engine; what was passed over is said once.
    report_once = cache(console.print)
    opened = partial(Stylizer, device=device, precision=precision, threads=threads, report=report_once)
    styles = split_styles(style)
    if temporal:
        refuse(context, "with --temporal", *QUALITY_ONLY)
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
            Console(highlight=False).print(table_of(found, steadiness, material))
    elif appearance and photos and paintings:
        with opened(model) as stylizer:
            _appearance(
                stylizer, styles, onnx or (), load_photos(photos, limit, Size.parse(size)),
                painting_paths(paintings, notes), out, overwrite, as_json,
            )  # fmt: skip
    elif photos and paintings:
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
        check_target(out / "appearance.json", overwrite)
    size = Size.of(photos[0])
    painters = {stylizer.model.card.name: _painters(stylizer, styles)}
    painters |= {text.rpartition("=")[0] or text: _other(text, size) for text in others}
    found = list(judge(painters, photos, paintings))
    record = appearance_record(found, len(photos), size, str(stylizer.info))
    if out:
        write_report(out, found, photos, record)
    if as_json:
        sys.stdout.write(json.dumps(record) + "\n")
    else:
        Console(highlight=False).print(appearance_table(found))


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


def load_material(photos: Path | None, limit: int, size: Size, flows: Sequence[Path]) -> Material:
    """What is painted, from folders or drawn. LivestyleError where a folder holds nothing that fits."""
    if photos is None:
        scene = Scene(size)
        pictures: list[Pixels] = [scene.at(1.0), scene.at(4.0)]
    else:
        paths = [p for p in photos.glob("*") if p.suffix.lower() in SUFFIXES]
        if not paths:
            raise LivestyleError(f"no pictures in {photos}; expected {', '.join(sorted(SUFFIXES))}")
        paths = sorted(paths, key=natural_key)
        pictures = [load_image(p) for p in paths[:: max(1, len(paths) // limit)][:limit]]
    films: dict[str, Film] = {folder.name: load_film(folder) for folder in flows}
    return Material.of(pictures, size, films)


class _At:
    """A stylizer at a steadiness of its own."""

    def __init__(self, stylizer: Stylizer, steadiness: float) -> None:
        self._stylizer = stylizer
        self._steadiness = steadiness

    def stylize(self, pixels: Pixels) -> Pixels:
        self._stylizer.steadiness = self._steadiness
        return self._stylizer.stylize(pixels)

    def reset(self) -> None:
        self._stylizer.reset()


def evaluate(
    stylizer: Stylizer, styles: Sequence[str], steadiness: float, material: Material, console: Console
) -> Figures:
    """The figures of each style, with a progress bar."""
    bank = stylizer.model.styles
    names = [n for style in styles for n in (bank.names if style == ALL else (bank.find(style),))]
    found: Figures = {}
    with plain_bar(console) as bar:
        for name in bar.track(names, description=stylizer.model.card.name):
            stylizer.style = name
            found[name] = measure(_At(stylizer, 0.0), _At(stylizer, steadiness), material)
    return found


def report(found: dict[str, Figures], steadiness: float, material: Material) -> dict[str, Any]:
    """As JSON takes it: by model the styles, their mean and worst; and the films' own errors."""
    return {
        "steadiness": steadiness,
        "photos": len(material.stills),
        "size": str(Size.of(material.stills[0])),
        "input": {f"warp {name}": warp_error(f.frames, f) for name, f in material.films.items()},
        "models": {name: {"summary": summary(f), "styles": f} for name, f in found.items()},
    }


def table_of(found: dict[str, Figures], steadiness: float, material: Material) -> Table:
    """A row a style; each figure at steadiness 0 and at the one asked for, of each model."""
    first = next(iter(found.values()))
    figures = list(next(iter(first.values()))["plain"])
    table = Table(title=f"steadiness 0 → {steadiness:g}", box=None, pad_edge=False)
    table.add_column("style", no_wrap=True)
    for figure in figures:
        for name in found:
            label = f"{figure}\n{Path(name).name}" if len(found) > 1 else figure
            table.add_column(label, justify="right", no_wrap=True)

    def cells(modes: Sequence[dict[str, dict[str, float]]], figure: str) -> list[str]:
        return [_pair(m["plain"][figure], m["steadied"][figure], figure) for m in modes]

    for style in first:
        modes = [models.get(style, {}) for models in found.values()]
        row = [c for figure in figures for c in (cells(modes, figure) if all(modes) else [""] * len(modes))]
        table.add_row(style, *row)
    totals = [summary(models) for models in found.values()]
    for kind in ("mean", "worst"):
        row = [
            _pair(t["plain"][figure][kind], t["steadied"][figure][kind], figure)
            for figure in figures
            for t in totals
        ]
        table.add_row(kind, *row, style="bold")
    own = {f"warp {name}": f"{warp_error(f.frames, f):.2f}" for name, f in material.films.items()}
    table.add_row("the film itself", *(own.get(f, "") for f in figures for _ in found), style="dim")
    return table


def _pair(plain: float, steadied: float, figure: str) -> str:
    return f"{steadied:.2f}" if figure == "ghost" else f"{plain:.2f} → {steadied:.2f}"


def picture_of(found: dict[str, Figures], steadiness: float) -> Pixels:
    """Bars for every style that all models have, uint8 BGR."""
    styles = [s for s in next(iter(found.values())) if all(s in models for models in found.values())]
    series = [f"{Path(name).name}, steadiness {s:g}" for name in found for s in (0.0, steadiness)]
    figures = list(next(iter(next(iter(found.values())).values()))["plain"])
    columns = [
        Column(
            figure,
            [
                [m[style][mode][figure] for m in found.values() for mode in ("plain", "steadied")]
                for style in styles
            ],
        )
        for figure in figures
    ]
    return draw("How steady the paintings are: lower is better", styles, series, columns)
