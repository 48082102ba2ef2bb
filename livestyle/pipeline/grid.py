"""Several sources as one picture: their paintings side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from livestyle.core.bars import contain
from livestyle.core.frame import Frame, Pixels
from livestyle.core.size import Size
from livestyle.pipeline.governor import Governor
from livestyle.pipeline.lane import PaintedFrame
from livestyle.pipeline.live import LivePipeline
from livestyle.pipeline.look import Look
from livestyle.pipeline.multi import ManyPipeline
from livestyle.sources.source import Source
from livestyle.stylizer.stylizer import Stylizer


class GridPipeline(ManyPipeline):
    """Is a LivePipeline of several sources: a painting is the newest of all of them in a grid.

    The first source is at the top left, the next to the right of it; black where none has come yet.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        stylizer: Stylizer,
        looks: Sequence[Look],
        governor: Governor | None = None,
    ) -> None:
        super().__init__(sources, stylizer, looks, governor)
        self._size = sources[0].info.size
        self._newest: dict[int, PaintedFrame] = {}
        self._fresh: dict[int, PaintedFrame] = {}
        self._count = 0
        self._captured_ns = 0

    def next(self, timeout_s: float) -> PaintedFrame | None:
        """The newest paintings in their grid, or None where none came within `timeout_s` or all have ended.

        Its name is the selected source's style, its number counts grids, its time is the newest of the
        paintings' in it. A thread's exception is raised here, once.
        """
        self._fresh = {}
        found = self.take(timeout_s)
        while found is not None and found[0] not in self._fresh:
            self._fresh[found[0]] = found[1]
            found = self.take(0)
        if found is not None:
            self._fresh[found[0]] = found[1]
        if not self._fresh:
            return None
        self._newest |= self._fresh
        return self._whole()

    def shown(self, painting: PaintedFrame) -> None:
        """Tell the statistics of the sources that this painting, the last of `next`, is on the screen."""
        for number, part in self._fresh.items():
            self.count_shown(number, part)
        self._fresh = {}

    def _whole(self) -> PaintedFrame:
        newest = max(painting.painted.captured_ns for painting in self._newest.values())
        self._captured_ns = max(self._captured_ns, newest)
        originals = {number: painting.original.pixels for number, painting in self._newest.items()}
        paintings = {number: painting.painted.pixels for number, painting in self._newest.items()}
        count = len(self.lanes)
        original = Frame(side_by_side(originals, count, self._size), self._count, self._captured_ns)
        self._count += 1
        return PaintedFrame(
            original, original.with_pixels(side_by_side(paintings, count, self._size)), self.look.style
        )


AnyPipeline: TypeAlias = LivePipeline | GridPipeline
"""What a live session shows."""


def layout(count: int) -> tuple[int, int]:
    """Columns and rows of a grid of so many pictures."""
    columns = math.ceil(math.sqrt(count))
    return columns, math.ceil(count / columns)


def grid_size(count: int, size: Size) -> Size:
    """The size of a grid of `count` pictures of `size`."""
    columns, rows = layout(count)
    return Size(columns * size.width, rows * size.height)


def side_by_side(pictures: dict[int, Pixels], count: int, size: Size) -> Pixels:
    """Pictures by number, uint8 BGR of `size`, in a grid of `count`; black where one is missing."""
    whole = grid_size(count, size)
    columns, _ = layout(count)
    grid: Pixels = np.zeros((whole.height, whole.width, 3), np.uint8)
    for number, pixels in pictures.items():
        top, left = number // columns * size.height, number % columns * size.width
        grid[top : top + size.height, left : left + size.width] = contain(pixels, size)
    return grid
