"""Reports what `livestyle evaluate` found, for people and for programs: table, JSON, CSV, sheets, bars."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from livestyle.core.frame import Pixels
from livestyle.core.output_file import check_target, make_folder, write_text
from livestyle.evaluation.plot import Column, draw
from livestyle.sinks.images import save_image
from livestyle.stylizer.stylizer import Stylizer
from livestyle.workshop.quality.judge import FIGURES, mean_of, reached
from livestyle.workshop.quality.run import Measured, Quality, QualityOptions
from livestyle.workshop.training.data import middle_square
from livestyle.workshop.training.sheet import named_rows

SHEET_PHOTOS = 6
"""Photos on a sheet, beside the painting."""

BARS = 3
"""Bars of L-BFGS beside the network's; there are colours for no more."""


def run(
    options: QualityOptions,
    stylizer: Stylizer,
    console: Console,
    out: Path | None,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Measure every style, print what was found, and leave it in the folder `out` where one is given.

    LivestyleError, before anything is measured, for bad input or an `out` that holds figures already.
    """
    if out:
        make_folder(out)
        check_target(out / "quality.json", overwrite)
    quality = Quality(options, stylizer, console)
    found = []
    for measured in quality.run():
        found.append(measured)
        console.print(f"{measured.name}: {measured.record(options.lbfgs)}", soft_wrap=True)
    engine = str(stylizer.info)
    if out:
        write(out, quality, found, engine)
    if as_json:
        sys.stdout.write(json.dumps(report(quality, found, engine)) + "\n")
    else:
        Console(highlight=False, markup=False).print(*tables_of(found, options.lbfgs), sep="\n")


def report(quality: Quality, found: Sequence[Measured], engine: str) -> dict[str, Any]:
    """As JSON takes it: what was measured, the summary, the figures by style."""
    options = quality.options
    return {
        "model": quality.card.name,
        "engine": engine,
        "side_px": options.side_px,
        "style_px": options.style_px,
        "photos": len(quality.photos),
        "photos_skipped": len(quality.skipped),
        "weights": {name: getattr(quality.weights, name) for name in ("content", "style", "tv")},
        "summary": summary(found, options.lbfgs),
        "styles": {m.name: m.record(options.lbfgs) for m in found},
    }


def summary(found: Sequence[Measured], lbfgs: Sequence[int]) -> dict[str, Any]:
    """Means over the styles; and where L-BFGS ran, how far it is behind or ahead."""
    means: dict[str, Any] = {k: round(v, 4) for k, v in mean_of([m.figures for m in found]).items()}
    if lbfgs:
        means["objective_same_photos"] = round(float(np.mean([m.same_photos for m in found])), 4)
        means["lbfgs"] = {str(i): round(float(np.mean([m.curve[i] for m in found])), 4) for i in lbfgs}
        means["at_least_as_good"] = {str(i): sum(m.same_photos <= m.curve[i] for m in found) for i in lbfgs}
        past = lbfgs[-1] + 1
        iterations = [past if r is None else r for r in (reached(m.curve, m.same_photos) for m in found)]
        means["median_iteration"], means["worst_iteration"] = float(np.median(iterations)), min(iterations)
    return means


def tables_of(found: Sequence[Measured], lbfgs: Sequence[int]) -> list[Table]:
    """The figures, and the comparison with L-BFGS where it ran; a row a style, and their means."""
    means = summary(found, lbfgs)
    figures = _table([name.replace("_", "\n") for name in FIGURES])
    for m in found:
        figures.add_row(m.name, *_cells(m.figures))
    figures.add_row("mean", *_cells(means), style="bold")
    if not lbfgs:
        return [figures]
    compared = _table(["same\nphotos", *(f"L-BFGS\n{i}" for i in lbfgs), "equals\niteration"])
    for m in found:
        values = [m.same_photos, *(m.curve[i] for i in lbfgs)]
        iteration = reached(m.curve, m.same_photos)
        last = f"> {lbfgs[-1]}" if iteration is None else str(iteration)
        compared.add_row(m.name, *(f"{value:.3f}" for value in values), last)
    values = [means["objective_same_photos"], *means["lbfgs"].values()]
    compared.add_row("mean", *(f"{value:.3f}" for value in values), style="bold")
    return [figures, compared]


def _table(columns: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _cells(figures: dict[str, Any]) -> list[str]:
    return [f"{figures[name]:.{1 if name.startswith('color') else 3}f}" for name in FIGURES]


def write(folder: Path, quality: Quality, found: Sequence[Measured], engine: str) -> None:
    """Leave quality.json, quality.csv, sheet-1.jpg, … and quality.png in `folder`, replacing them."""
    write_text(folder / "quality.json", json.dumps(report(quality, found, engine), indent=2) + "\n")
    write_text(folder / "quality.csv", csv_of(found, quality.options.lbfgs))
    for number, start in enumerate(range(0, len(quality.photos), SHEET_PHOTOS), 1):
        sheet = sheet_of(quality, found, slice(start, start + SHEET_PHOTOS))
        save_image(folder / f"sheet-{number}.jpg", sheet, overwrite=True)
    save_image(folder / "quality.png", bars_of(found, quality.options.lbfgs), overwrite=True)


def csv_of(found: Sequence[Measured], lbfgs: Sequence[int]) -> str:
    """A line a style under a line of names."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    compared = ["objective_same_photos", *(f"lbfgs_{i}" for i in lbfgs), "equals_lbfgs_iteration"]
    writer.writerow(["name", *FIGURES, *(compared if lbfgs else [])])
    for m in found:
        record = m.record(lbfgs)
        more = [record[compared[0]], *record["lbfgs"].values(), record[compared[-1]]] if lbfgs else []
        writer.writerow([m.name, *(record[name] for name in FIGURES), *more])
    return text.getvalue()


def sheet_of(quality: Quality, found: Sequence[Measured], part: slice) -> Pixels:
    """uint8 BGR: the photos in the first row, then a row a style, its painting in front."""
    photos = quality.photos[part]
    rows: list[tuple[str, Sequence[Pixels]]] = [("", [np.full_like(photos[0], 255), *photos])]
    for subject, measured in zip(quality.subjects, found, strict=True):
        painting = middle_square(subject.painting, quality.options.side_px)
        rows.append((subject.name, [painting, *measured.painted[part]]))
    return np.ascontiguousarray(named_rows(rows)[:, :, ::-1])


def bars_of(found: Sequence[Measured], lbfgs: Sequence[int]) -> Pixels:
    """The objective of each style, and L-BFGS's on the same photos where it ran, uint8 BGR."""
    if lbfgs:
        shown = lbfgs[-BARS:]
        series = ["network", *(f"L-BFGS {i}" for i in shown)]
        columns = [Column("objective", [[m.same_photos, *(m.curve[i] for i in shown)] for m in found])]
    else:
        series = ["network"]
        columns = [
            Column(name, [[m.figures[name]] for m in found]) for name in ("objective", "ssim", "color")
        ]
    title = "Content + style loss: lower is better"
    return draw(title, [m.name for m in found], series, columns)
