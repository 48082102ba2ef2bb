"""Picture sizes, and the one rule for sizes a network can't take as they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

import cv2

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels

MIN_SIDE_PX = 64
MAX_SIDE_PX = 8192


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    @classmethod
    def parse(cls, text: str) -> Size:
        """'640x480' to Size(640, 480); LivestyleError for anything else."""
        match = re.fullmatch(r"(\d+)[x×](\d+)", text.strip().lower())
        if match is None:
            raise LivestyleError(f"bad size {text!r}; expected WIDTHxHEIGHT, for example 640x480")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, pixels: Pixels) -> Size:
        return cls(pixels.shape[1], pixels.shape[0])

    def paintable(self) -> Size:
        """The nearest size that can be painted, which has 64 to 8192 px a side."""
        return Size(*(min(max(side, MIN_SIDE_PX), MAX_SIDE_PX) for side in (self.width, self.height)))

    def times(self, scale: int) -> Size:
        return Size(self.width * scale, self.height * scale)

    def even(self) -> Size:
        """As 4:2:0 video can hold it: an odd side is one pixel shorter. A side of one, too small, stays."""
        return Size(self.width & ~1 or 1, self.height & ~1 or 1)

    def squared(self, aspect: Fraction) -> Size:
        """The size in square pixels that shows pixels of another `aspect`, width to height: never smaller."""
        if aspect >= 1:
            return Size(round(self.width * aspect), self.height)
        return Size(self.width, round(self.height / aspect))

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, slots=True)
class SizeRule:
    """Sides are padded to multiples of `multiple` by reflection, right and below, and cropped again."""

    multiple: int

    def padded(self, size: Size) -> Size:
        """The size the network sees. LivestyleError under 64 or over 8192 px a side."""
        if size != size.paintable():
            raise LivestyleError(
                f"a picture of {size} can't be painted; expected {MIN_SIDE_PX} to {MAX_SIDE_PX} px a side"
            )
        return Size(*(-(-n // self.multiple) * self.multiple for n in (size.width, size.height)))

    def pad(self, pixels: Pixels) -> Pixels:
        """The same array where it fits already, else a padded copy."""
        size = Size.of(pixels)
        target = self.padded(size)
        if target == size:
            return pixels
        below, right = target.height - size.height, target.width - size.width
        padded = cv2.copyMakeBorder(pixels, 0, below, 0, right, cv2.BORDER_REFLECT_101)
        return padded.astype(pixels.dtype, copy=False)

    @staticmethod
    def crop(pixels: Pixels, size: Size) -> Pixels:
        """The upper left `size` of `pixels`, a view."""
        return pixels[: size.height, : size.width]


@dataclass(frozen=True, slots=True)
class Span:
    """A tile along one side: it begins at `start`, and keep_from … keep_to of it is used; all in pixels."""

    start: int
    keep_from: int
    keep_to: int


def tile(length: int, tile_px: int, margin_px: int) -> list[Span]:
    """Tiles inside the picture whose kept parts cover `length`; one tile if it is short.

    A kept part lies `margin_px` inside its tile, except at a border of the picture.
    """
    if length <= tile_px:
        return [Span(0, 0, length)]
    last = length - tile_px
    starts = [*range(0, last, tile_px - 2 * margin_px), last]
    ends = [start + tile_px - margin_px for start in starts[:-1]] + [length]
    return [
        Span(start, before, end) for start, before, end in zip(starts, [0, *ends[:-1]], ends, strict=True)
    ]
