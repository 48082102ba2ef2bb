"""How steady the styles of models are: what is painted, its figures, and these as table, JSON and bars."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.progress_bar import plain_bar
from livestyle.core.size import Size
from livestyle.evaluation.films import FlowFilm, load_film
from livestyle.evaluation.plot import Column, draw
from livestyle.evaluation.temporal import Material, measure, summary, warp_error
from livestyle.model.styles import ALL
from livestyle.sources.images import SUFFIXES, load_image, natural_key
from livestyle.sources.synthetic.scene import Scene
from livestyle.stylizer.stylizer import Stylizer

Figures = dict[str, dict[str, dict[str, float]]]
"""By style, then 'plain' or 'steadied', then the figure's name."""


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
    films: dict[str, FlowFilm] = {folder.name: load_film(folder) for folder in flows}
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
