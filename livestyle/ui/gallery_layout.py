"""Where everything lies in the gallery: models above, thumbnails in a grid, a line of help below."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from livestyle.core.bars import Box
from livestyle.core.size import Size
from livestyle.pipeline.gallery import THUMBNAIL
from livestyle.ui.overlay import BOLD, text_size, width_of

SMALLEST, LARGEST = 6.0, 22.0
"""Width of a thumbnail in letters of body text, about."""

ALIKE = 0.93
"""Thumbnails of this share of the largest are taken where they stand in fewer rows, with more room around."""


@dataclass(frozen=True)
class GalleryLayout:
    """Boxes in pixels of a canvas.

    size:   of body text
    models: of the title of each model
    tiles:  of each thumbnail from `first` on, row by row, in so many columns
    label:  height of the name below a thumbnail
    footer: baseline of the line of help
    """

    size: int
    models: tuple[Box, ...]
    tiles: tuple[Box, ...]
    columns: int
    rows: int
    label: int
    footer: int

    def model_at(self, x: int, y: int) -> int | None:
        """The number of the model whose name is there."""
        return next((n for n, box in enumerate(self.models) if _holds(box, x, y)), None)

    def tile_at(self, x: int, y: int) -> int | None:
        """The place in the grid that is there, its name with it."""
        return next((n for n, box in enumerate(self.tiles) if _holds(box, x, y, self.label)), None)

    @property
    def page(self) -> int:
        """How many thumbnails are seen at a time."""
        return self.rows * self.columns


@lru_cache(maxsize=8)
def layout_of(count: int, models: tuple[str, ...], canvas: Size) -> GalleryLayout:
    """For `count` thumbnails: as large as they fit all at once, else small ones in rows to be scrolled."""
    size = text_size(canvas.width, canvas.height)
    margin, gap, label, below = 2 * size, round(0.75 * size), round(1.4 * size), size // 2
    names = _models(models, size, margin, canvas.width)
    top = names[-1].top + names[-1].size.height + round(0.7 * size) if names else margin
    footer = canvas.height - round(1.2 * size)
    free = Size(canvas.width - 2 * margin, footer - round(1.5 * size) - top)
    shape = THUMBNAIL.height / THUMBNAIL.width

    def widest(columns: int) -> int:
        """As wide as that many stand side by side."""
        return min((free.width - (columns - 1) * gap) // columns, round(LARGEST * size))

    def wide(columns: int) -> int:
        """As wide as all have room."""
        rows = -(-count // columns)
        return min(widest(columns), int(((free.height + below) / rows - label - below) / shape))

    most = max(1, int((free.width + gap) // (SMALLEST * size + gap)))
    possible = range(1, min(most, count) + 1)
    largest = max(map(wide, possible))
    columns = max((c for c in possible if wide(c) >= ALIKE * largest), default=most)
    width = wide(columns)
    if width < SMALLEST * size:
        columns, width = most, widest(most)
    one = Size(width, round(width * shape))
    step = one.height + label + below
    rows = min(max(1, (free.height + below) // step), -(-count // columns))
    left = (canvas.width - columns * width - (columns - 1) * gap) // 2
    above = top + max(0, free.height + below - rows * step) // 2
    tiles = tuple(
        Box(left + place % columns * (width + gap), above + place // columns * step, one)
        for place in range(rows * columns)
    )
    return GalleryLayout(size, names, tiles, columns, rows, label, footer)


def chip_size(size: int) -> int:
    """Height of the text of a model's title, px."""
    return max(9, round(0.85 * size))


def _models(names: tuple[str, ...], size: int, margin: int, width: int) -> tuple[Box, ...]:
    """In lines from the top left on."""
    boxes: list[Box] = []
    x, y, height = margin, size, round(2 * size)
    for name in names:
        wide = min(width_of(name, chip_size(size), BOLD) + round(1.4 * size), width - 2 * margin)
        if x + wide > width - margin and x > margin:
            x, y = margin, y + height + size // 2
        boxes.append(Box(x, y, Size(wide, height)))
        x += wide + size // 2
    return tuple(boxes)


def _holds(box: Box, x: int, y: int, below: int = 0) -> bool:
    return box.left <= x < box.left + box.size.width and box.top <= y < box.top + box.size.height + below
