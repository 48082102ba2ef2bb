"""The gallery as it is drawn: thumbnails over the live picture, dim and soft as through frosted glass."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from livestyle.core.bars import Box
from livestyle.core.frame import Bgr, Pixels
from livestyle.core.size import Size
from livestyle.pipeline.gallery import THUMBNAIL
from livestyle.ui.frost import frost
from livestyle.ui.gallery_layout import chip_size
from livestyle.ui.gallery_view import GalleryView, Offer
from livestyle.ui.overlay import (
    ACCENT,
    BOLD,
    MUTED,
    PANEL,
    WHITE,
    Line,
    Overlay,
    Text,
    panel,
    plate,
    shortened,
    width_of,
)
from livestyle.ui.panels import hint_panel

HINTS = (
    "click or enter: take   ·   click again or shift+enter: blend   ·   tab: models   ·   esc: back",
    "enter: take   ·   shift+enter: blend   ·   tab: models   ·   esc: back",
    "enter   ·   shift+enter: blend   ·   esc",
)
"""The longest that fits is shown."""

SMALLER = (1.0, 0.88, 0.77)
"""The factors by which the letters of a name are made smaller, tried in turn until it fits."""


def draw_gallery(canvas: Pixels, view: GalleryView, camera: Pixels) -> None:
    """Over the canvas, in place. camera: a thumbnail of it, for styles that are not painted yet."""
    offer, layout = view.offer, view.layout
    frost(canvas)
    for number, (name, box) in enumerate(zip(offer.models, layout.models, strict=True)):
        color = ACCENT if number == offer.coming else WHITE
        chip = _chip(name, chip_size(layout.size), box.size, number == offer.model, color)
        chip.onto(canvas, box.left, box.top)
    dim = cv2.convertScaleAbs(camera, alpha=0.3).astype(np.uint8, copy=False)
    for number, box in enumerate(layout.tiles[: offer.count - view.first], view.first):
        _tile(canvas, box, offer, number, number == view.mark, dim, layout.label)
    _foot(canvas, view)


def _tile(canvas: Pixels, box: Box, offer: Offer, number: int, marked: bool, dim: Pixels, label: int) -> None:
    """A thumbnail with its frame and its name."""
    radius, line = max(3, box.size.width // 18), max(2, box.size.width // 48)
    small = offer.thumbnails[number] if number < len(offer.thumbnails) else None
    on = small is not None and small.style in (offer.style, offer.second)
    if marked or on:
        around = Size(box.size.width + 2 * line, box.size.height + 2 * line)
        color = ACCENT if marked else WHITE
        plate(around, radius + line, color).onto(canvas, box.left - line, box.top - line)
    if small is None:
        _adder(box.size, radius, ACCENT if marked else MUTED).onto(canvas, box.left, box.top)
    else:
        _picture(dim if small.pixels is None else small.pixels, box.size, radius).onto(
            canvas, box.left, box.top
        )
    color = ACCENT if marked else WHITE if on else MUTED
    size = round(label * 0.6)
    titles = offer.titles[number] if small else ("Your picture",)
    words = _label(titles, size, Size(box.size.width, label), color, BOLD if marked or on else 500)
    words.onto(canvas, box.left, box.top + box.size.height)
    if small is not None:
        badge = _number(str(number + 1), max(8, round(size * 0.85)))
        badge.onto(canvas, box.left + 2 * line, box.top + 2 * line)


def _picture(pixels: Pixels, size: Size, radius: int) -> Overlay:
    """A thumbnail of this size with round corners."""
    method = cv2.INTER_AREA if size.width < THUMBNAIL.width else cv2.INTER_CUBIC
    scaled = cv2.resize(pixels, (size.width, size.height), interpolation=method)
    corners = plate(size, radius, (255, 255, 255))
    light = cv2.multiply(scaled, corners.light, scale=1 / 255)
    return Overlay(light.astype(np.uint8, copy=False), corners.shade)


@lru_cache(maxsize=4)
def _adder(size: Size, radius: int, color: Bgr) -> Overlay:
    """A place with a plus in it."""
    arm, thick = size.height / 7, max(2.0, size.height / 30)
    x, y = size.width / 2, size.height / 2
    lines = Line((x - arm, y), (x + arm, y), thick, color), Line((x, y - arm), (x, y + arm), thick, color)
    return panel(size.width, size.height, radius, lines, opacity=0.55)


@lru_cache(maxsize=128)
def _label(texts: tuple[str, ...], size: int, box: Size, color: Bgr, weight: int) -> Overlay:
    """The longest of these texts that fits, be it in smaller letters; the same whether it is bold or not."""
    sizes = [round(size * share) for share in SMALLER]
    fit = ((text, px) for px in sizes for text in texts if width_of(text, px, BOLD) <= box.width)
    text, px = next(fit, (shortened(texts[-1], sizes[-1], box.width, BOLD), sizes[-1]))
    marks = [Text(text, 0, round(box.height * 0.72), px, color, weight)]
    return panel(box.width, box.height, 1, marks, opacity=0)


@lru_cache(maxsize=64)
def _number(text: str, size: int) -> Overlay:
    """By which the thumbnail can be marked."""
    width, height = width_of(text, size, BOLD) + size, round(size * 1.5)
    words = Text(text, size // 2, round(height / 2 + size * 0.36), size, WHITE, BOLD)
    return panel(width, height, height // 3, [words], opacity=0.5)


@lru_cache(maxsize=32)
def _chip(name: str, size: int, box: Size, on: bool, color: Bgr) -> Overlay:
    """The title of a model in a pill."""
    weight = BOLD if on else 500
    name = shortened(name, size, box.width - size, weight)
    x = (box.width - width_of(name, size, weight)) // 2
    words = Text(name, x, round(box.height / 2 + size * 0.36), size, PANEL if on else color, weight)
    if not on:
        return panel(box.width, box.height, box.height // 2, [words], opacity=0.55)
    return plate(box, box.height // 2, ACCENT, (words,))


def _foot(canvas: Pixels, view: GalleryView) -> None:
    """What is marked and what the keys do, or why there is nothing to choose from; and which part is seen."""
    layout, offer = view.layout, view.offer
    width = canvas.shape[1] - 4 * layout.size
    size = max(9, round(layout.size * 0.85))
    seen = ""
    if offer.count > layout.page:
        seen = f"{view.first + 1}–{min(view.first + layout.page, offer.count)} of {offer.count}   ·   "
    special = offer.problem or offer.busy
    if not special and view.pointed is not None and view.pointed < len(offer.about):
        special = offer.about[view.pointed]
    texts = (special,) if special else tuple(seen + hint for hint in HINTS)
    y = layout.footer - round(size * 1.1)
    words = hint_panel(texts, size, width)
    free = width - words.width - size
    titles = offer.titles[view.mark] if view.marked and not special else ()
    title = next((title for title in titles if width_of(title, size, BOLD) <= free), "")
    if not title:
        words.onto(canvas, (canvas.shape[1] - words.width) // 2, y)
        return
    marked = _label((title,), size, Size(free, 2 * size), ACCENT, BOLD)
    marked.onto(canvas, 2 * layout.size, y - round(size * 0.34))
    words.onto(canvas, canvas.shape[1] - 2 * layout.size - words.width, y)
