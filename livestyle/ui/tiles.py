"""The pictures of several cameras in one: what each is, and which one the keys are for."""

from __future__ import annotations

import time
from dataclasses import dataclass

from livestyle.core.bars import Box
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.controls import FREEZE
from livestyle.pipeline.grid import AnyPipeline, layout
from livestyle.pipeline.lane import Lane
from livestyle.ui.overlay import ACCENT, text_size
from livestyle.ui.panels import badge_panel, tile_panel

FIGURES_EVERY_S = 0.5


@dataclass(frozen=True)
class Tile:
    """What stands on the picture of one camera.

    name: of the camera. style: its titles, the longest first. figures: empty = none are shown.
    badge: what goes on there, such as 'Frozen'; empty = nothing
    """

    name: str
    style: tuple[str, ...] = ()
    figures: str = ""
    badge: str = ""


@dataclass(frozen=True)
class Tiles:
    """The pictures from the top left on; `selected` is the number of the marked one."""

    tiles: tuple[Tile, ...]
    selected: int = 0

    def mark(self, canvas: Pixels, grid: Size) -> None:
        """Write on each picture what it is, and frame the selected one, in place; nothing where it is alone.

        canvas: shows a grid of the size `grid` whole, in its middle.
        """
        if len(self.tiles) == 1:
            return
        whole = Box.of(grid, Size.of(canvas))
        width, height = whole.size.width // self.columns, whole.size.height // self._rows
        size = text_size(width, height)
        line = max(2, size // 5)
        for number, tile in enumerate(self.tiles):
            left = whole.left + number % self.columns * width
            top = whole.top + number // self.columns * height
            lines = tuple(texts for texts in (tile.style, (tile.figures,)) if any(texts))
            label = tile_panel(f"{number + 1}   {tile.name}", lines, size, width - 2 * size)
            label.onto(canvas, left + size, top + height - label.height - size)
            if tile.badge:
                badge = badge_panel(tile.badge, size)
                badge.onto(canvas, left + width - badge.width - size, top + size)
            if number == self.selected:
                part = canvas[top : top + height, left : left + width]
                for edge in (part[:line], part[-line:], part[:, :line], part[:, -line:]):
                    edge[:] = ACCENT

    def split(self, left: Pixels, right: Pixels, share: float = 0.5) -> Pixels:
        """Two grids in one: the left `share` of each picture is from one, the rest from the other."""
        both = right.copy()
        height, width = right.shape[0] // self._rows, right.shape[1] // self.columns
        line = max(1, height // 360)
        for number in range(len(self.tiles)):
            top, start = number // self.columns * height, number % self.columns * width
            rows, middle = slice(top, top + height), start + round(width * share)
            both[rows, start:middle] = left[rows, start:middle]
            both[rows, max(start, middle - line) : min(middle + line, start + width)] = 245
        return both

    def chosen(self, picture: Pixels) -> Pixels:
        """The selected picture of a grid; a view."""
        height, width = picture.shape[0] // self._rows, picture.shape[1] // self.columns
        top, left = self.selected // self.columns * height, self.selected % self.columns * width
        return picture[top : top + height, left : left + width]

    @property
    def columns(self) -> int:
        return layout(len(self.tiles))[0]

    @property
    def _rows(self) -> int:
        return layout(len(self.tiles))[1]


ONE = Tiles((Tile(""),))
"""One picture, which needs no name."""


class Labels:
    """Says what a pipeline shows now, with figures that can be read before they change."""

    def __init__(self, pipeline: AnyPipeline) -> None:
        self._pipeline = pipeline
        self._figures: list[str] = []
        self._until = 0.0

    def tiles(self, figures: bool) -> Tiles:
        """figures: whether each tile has its own."""
        lanes = self._pipeline.lanes
        if len(lanes) == 1:
            return ONE
        now = time.monotonic()
        if now >= self._until:
            self._figures, self._until = [_figures(lane) for lane in lanes], now + FIGURES_EVERY_S
        told = self._figures if figures else [""] * len(lanes)
        tiles = [_tile(lane, text) for lane, text in zip(lanes, told, strict=True)]
        return Tiles(tuple(tiles), self._pipeline.selected)


def _tile(lane: Lane, figures: str) -> Tile:
    look = lane.look
    titles, badge = look.bank.titles_of(look.style), FREEZE.on if look.frozen else ""
    return Tile(lane.source.info.name, titles, figures, badge)


def _figures(lane: Lane) -> str:
    stats = lane.stats
    delay_ms, lost = stats.latency_ms.recent(50), stats.dropped
    return f"{stats.display.recent():.1f} fps  ·  {delay_ms:.0f} ms  ·  {lost} dropped"
