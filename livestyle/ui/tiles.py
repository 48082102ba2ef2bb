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
        height, width = picture.shape[0] // self._rows, picture.shape[1] // self._columns
        size = text_size(picture.shape[1], picture.shape[0])
        line = max(2, size // 5)
        for number, name in enumerate(self.names):
            top, left = number // self._columns * height, number % self._columns * width
            badge = badge_panel(shortened(name, size, width - 4 * size), size)
            badge.onto(picture, left + size, top + height - badge.height - size)
            if number == self.selected:
                tile = picture[top : top + height, left : left + width]
                for edge in (tile[:line], tile[-line:], tile[:, :line], tile[:, -line:]):
                    edge[:] = ACCENT
        return picture

    def split(self, left: Pixels, right: Pixels) -> Pixels:
        """Of each picture in the grids the left half of one beside the right half of the other."""
        both, width = right.copy(), right.shape[1] // self._columns
        line = max(1, right.shape[0] // self._rows // 360)
        for start in range(0, self._columns * width, width):
            middle = start + width // 2
            both[:, start:middle] = left[:, start:middle]
            both[:, middle - line : middle + line] = 245
        return both

    @property
    def _columns(self) -> int:
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
