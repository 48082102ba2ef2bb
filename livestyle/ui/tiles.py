"""The pictures of several cameras in one: which is which, and which one the keys are for."""

from __future__ import annotations

from dataclasses import dataclass

from livestyle.core.frame import Pixels
from livestyle.pipeline.grid import AnyPipeline, layout
from livestyle.ui.overlay import ACCENT, shortened, text_size
from livestyle.ui.panels import badge_panel, pretty


@dataclass(frozen=True)
class Tiles:
    """Names of the pictures from the top left on; `selected` is the number of the marked one."""

    names: tuple[str, ...]
    selected: int = 0

    def marked(self, picture: Pixels) -> Pixels:
        """The grid with each name on its picture and a frame around the selected one; one alone as it is."""
        if len(self.names) == 1:
            return picture
        picture = picture.copy()
        height, width = picture.shape[0] // self._rows, picture.shape[1] // self.columns
        size = text_size(picture.shape[1], picture.shape[0])
        line = max(2, size // 5)
        for number, name in enumerate(self.names):
            top, left = number // self.columns * height, number % self.columns * width
            badge = badge_panel(shortened(name, size, width - 4 * size), size)
            badge.onto(picture, left + size, top + height - badge.height - size)
            if number == self.selected:
                tile = picture[top : top + height, left : left + width]
                for edge in (tile[:line], tile[-line:], tile[:, :line], tile[:, -line:]):
                    edge[:] = ACCENT
        return picture

    def split(self, left: Pixels, right: Pixels, share: float = 0.5) -> Pixels:
        """Of each picture in the grids the left part of one, this share, beside the rest of the other."""
        both, width = right.copy(), right.shape[1] // self.columns
        line = max(1, right.shape[0] // self._rows // 360)
        for start in range(0, self.columns * width, width):
            middle = start + round(width * share)
            both[:, start:middle] = left[:, start:middle]
            both[:, max(start, middle - line) : min(middle + line, start + width)] = 245
        return both

    def chosen(self, picture: Pixels) -> Pixels:
        """Of a grid the selected picture; a view."""
        height, width = picture.shape[0] // self._rows, picture.shape[1] // self.columns
        top, left = self.selected // self.columns * height, self.selected % self.columns * width
        return picture[top : top + height, left : left + width]

    @property
    def columns(self) -> int:
        return layout(len(self.names))[0]

    @property
    def _rows(self) -> int:
        return layout(len(self.names))[1]


ONE = Tiles(("",))
"""One picture, which needs no name."""


def tiles_of(pipeline: AnyPipeline) -> Tiles:
    """What a pipeline shows now."""
    if len(pipeline.lanes) == 1:
        return ONE
    names = [f"{lane.source.info.name}  ·  {pretty(lane.look.style)}" for lane in pipeline.lanes]
    return Tiles(tuple(names), pipeline.selected)
