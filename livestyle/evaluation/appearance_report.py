"""What was found of the appearance of paintings, for people and for programs: table, JSON, sheets."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rich.table import Table

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.output_file import write_text
from livestyle.core.size import Size
from livestyle.evaluation.appearance import Appearance, Own, appearance
from livestyle.evaluation.films import covering
from livestyle.sinks.images import save_image
from livestyle.sources.images import SUFFIXES, load_image, natural_key

Paint = Callable[[Pixels], Pixels]

REPORT = "appearance.json"
SHEET_PHOTOS, TILE_PX = 6, (320, 240)


@dataclass(frozen=True)
class Judged:
    """A style of a painter: its figures, its painting's own, and the pictures for the sheet."""

    painter: str
    style: str
    figures: Appearance
    own: Own
    painting: Pixels
    painted: tuple[Pixels, ...]


def load_photos(folder: Path, limit: int | None, size: Size) -> list[Pixels]:
    """Photos spread over a folder, cut to `size`. LivestyleError where there is none."""
    paths = sorted((p for p in folder.glob("*") if p.suffix.lower() in SUFFIXES), key=natural_key)
    if not paths:
        raise LivestyleError(f"no pictures in {folder}; expected {', '.join(sorted(SUFFIXES))}")
    step = max(1, len(paths) // (limit or len(paths)))
    return [covering(load_image(path), size) for path in paths[::step][:limit]]


def painting_paths(folder: Path, notes: Path | None) -> dict[str, Path]:
    """The artist's painting of each style, by the names of files or by `notes` (columns file and name).

    LivestyleError where notes can't be read or lack a column.
    """
    if notes is None:
        return {path.stem: path for path in folder.glob("*") if path.suffix.lower() in SUFFIXES}
    try:
        with notes.open(encoding="utf-8", newline="") as file:
            return {row["name"]: folder / row["file"] for row in csv.DictReader(file)}
    except (OSError, KeyError) as error:
        raise LivestyleError(f"cannot read {notes}: {error}; expected the columns file and name") from error


def judge(
    painters: Mapping[str, Iterator[tuple[str, Paint]]],
    photos: Sequence[Pixels],
    paintings: Mapping[str, Path],
) -> Iterator[Judged]:
    """The figures of each style of each painter. LivestyleError for a style whose painting isn't there."""
    for painter, styles in painters.items():
        for style, paint in styles:
            if style not in paintings:
                raise LivestyleError(
                    f"no painting for {style}; found {', '.join(sorted(paintings)) or 'none'}"
                )
            painting = load_image(paintings[style])
            own, painted = Own.of(painting), [paint(photo) for photo in photos]
            figures = appearance(list(zip(photos, painted, strict=True)), own)
            yield Judged(painter, style, figures, own, painting, tuple(painted[:SHEET_PHOTOS]))


def report(found: Sequence[Judged], photos: int, size: Size, engine: str) -> dict[str, Any]:
    """As JSON takes it: by painter its styles, and their mean."""
    painters: dict[str, Any] = {}
    for one in found:
        painters.setdefault(one.painter, {"styles": {}})["styles"][one.style] = {
            **_numbers(asdict(one.figures)), "painting_contrast": [round(q, 2) for q in one.own.contrast]
        }  # fmt: skip
    for name, record in painters.items():
        record["mean"] = _numbers(_mean([one.figures for one in found if one.painter == name]))
    return {"photos": photos, "size": str(size), "engine": engine, "painters": painters}


def table_of(found: Sequence[Judged]) -> Table:
    """A row a style, and the mean of each painter."""
    table = Table(box=None, pad_edge=False)
    for title in ("painter", "style", "brushwork", "covered", "lattice (painting's)", "halo", "palette"):
        table.add_column(title, justify="left" if title in ("painter", "style") else "right", no_wrap=True)
    for painter in dict.fromkeys(one.painter for one in found):
        own = [one for one in found if one.painter == painter]
        for one in own:
            table.add_row(painter, one.style, *_cells(asdict(one.figures)))
        table.add_row(painter, "mean", *_cells(_mean([one.figures for one in own])), style="bold")
    return table


def write_report(
    out: Path, found: Sequence[Judged], photos: Sequence[Pixels], record: dict[str, Any], overwrite: bool
) -> None:
    """sheet-PAINTER.jpg for each painter, then appearance.json, into a folder that is there."""
    for painter in dict.fromkeys(one.painter for one in found):
        rows = [_row([np.full_like(photos[0], 255), *photos[:SHEET_PHOTOS]], "")]
        rows += [_row([one.painting, *one.painted], one.style) for one in found if one.painter == painter]
        save_image(out / f"sheet-{Path(painter).stem}.jpg", np.vstack(rows), overwrite)
    write_text(out / REPORT, json.dumps(record, indent=1) + "\n")


def _row(pictures: Sequence[Pixels], name: str) -> Pixels:
    tiles = [covering(picture, Size(*TILE_PX)) for picture in pictures]
    row = np.ascontiguousarray(np.hstack(tiles))
    for color, width in (((0, 0, 0), 4), ((255, 255, 255), 1)):
        cv2.putText(row, name, (8, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.6, color, width, cv2.LINE_AA)
    return row


def _cells(figures: Mapping[str, float]) -> list[str]:
    text = {name: "–" if math.isnan(value) else f"{value:.2f}" for name, value in figures.items()}
    lattice = f"{text['lattice']} ({text['lattice_own']})"
    return [text["brushwork"], text["covered"], lattice, text["halo"], text["palette"]]


def _mean(found: Sequence[Appearance]) -> dict[str, float]:
    columns = {field.name: [getattr(one, field.name) for one in found] for field in fields(Appearance)}
    return {
        name: float(np.nanmean(values)) if np.isfinite(values).any() else math.nan
        for name, values in columns.items()
    }


def _numbers(figures: Mapping[str, float]) -> dict[str, float | None]:
    """Rounded; None where there is no number, which JSON has no word for."""
    return {name: None if math.isnan(value) else round(value, 3) for name, value in figures.items()}
