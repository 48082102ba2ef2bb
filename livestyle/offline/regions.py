"""What a picture is painted with: a style, one in the picture's own colours, or several by regions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from livestyle.core.config import Color
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.model.card import Model
from livestyle.model.recolor import RECOLOR
from livestyle.sources.images import load_image
from livestyle.stylizer.loading import add_style_images
from livestyle.stylizer.stylizer import Stylizer


@dataclass(frozen=True)
class Region:
    """A style where `mask`, float32 [h, w] in [0, 1] and of any size, is 1."""

    style: str
    mask: NDArray[np.float32]


@dataclass(frozen=True)
class Brush:
    """How a picture is painted beside its style.

    color:    where it is one of RECOLOR, every style is made of its picture in the photo's colours
    pictures: of the styles that were made of one, by name
    regions:  where other styles are; they mix as their masks do, the rest is the picture's own style
    """

    color: Color = Color.PAINTING
    pictures: Mapping[str, Pixels] = field(default_factory=dict)
    regions: tuple[Region, ...] = ()

    def check(self, styles: Iterable[str], model: Model) -> None:
        """LivestyleError where a model or a style can't be painted with like this."""
        if self.regions:
            model.card.check_paints()
        if self.color not in RECOLOR:
            return
        model.encoder()
        for style in (*styles, *(region.style for region in self.regions)):
            if style not in self.pictures:
                raise LivestyleError(
                    f"--color {self.color} recolours pictures, and {style} is a style without one; "
                    "give --style-image, or --color luminance"
                )

    def paint(self, photo: Pixels, style: str, stylizer: Stylizer) -> Pixels:
        """Paint uint8 BGR (H, W, 3)."""
        if not self.regions:
            return self._paint(photo, style, stylizer)
        masks = self._masks(photo)
        whole = np.zeros(photo.shape, np.float32)
        for name, mask in zip((style, *(r.style for r in self.regions)), masks, strict=True):
            if mask.any():
                whole += mask[..., None] * self._paint(photo, name, stylizer)
        return np.rint(whole).astype(np.uint8)

    def _paint(self, photo: Pixels, style: str, stylizer: Stylizer) -> Pixels:
        stylizer.style = style
        if self.color in RECOLOR:
            stylizer.style_vector = stylizer.encode(RECOLOR[self.color](self.pictures[style], photo))
        return stylizer.stylize(photo)

    def _masks(self, photo: Pixels) -> NDArray[np.float32]:
        """[1 + regions, H, W], the rest first; the sum is 1 at each pixel."""
        size = (photo.shape[1], photo.shape[0])
        masks = np.stack([cv2.resize(r.mask, size, interpolation=cv2.INTER_LINEAR) for r in self.regions])
        masks = masks / np.maximum(masks.sum(0), 1)
        rest = 1 - masks.sum(0, keepdims=True)
        return np.concatenate([rest, masks]).astype(np.float32, copy=False)


def parse_region(text: str, stylizer: Stylizer, pictures: dict[str, Pixels]) -> Region:
    """'mask.png=scream' or 'mask.png=painting.jpg'; such a painting becomes a style and goes to `pictures`.

    LivestyleError for a mask that can't be read, or a style that is none.
    """
    path, _, style = text.rpartition("=")
    if not path or not style:
        raise LivestyleError(f"bad --region {text}; expected MASK=STYLE, as sky.png=great_wave")
    mask = np.multiply(cv2.cvtColor(load_image(Path(path)), cv2.COLOR_BGR2GRAY), 1 / 255, dtype=np.float32)
    if Path(style).is_file():
        added = add_style_images(stylizer, [Path(style)])
        pictures |= added
        return Region(next(iter(added)), mask)
    return Region(stylizer.model.styles.find(style), mask)
