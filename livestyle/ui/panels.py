"""The panels: figures, help, toast, badges. Each is rendered once for the same words and size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from livestyle.core.errors import LivestyleError
from livestyle.sources.images import load_image
from livestyle.ui.keys import HELP, HelpLine
from livestyle.ui.overlay import (
    ACCENT,
    BOLD,
    MUTED,
    RED,
    WHITE,
    Dot,
    Line,
    Mark,
    Overlay,
    Text,
    fitting,
    framed,
    panel,
    shortened,
    width_of,
    wrapped,
)

Rows = tuple[tuple[str, str], ...]
"""label and value"""


@dataclass(frozen=True)
class Bar:
    """How far something is turned, from low to high.

    left: what, the longest words first. right: what it is at the other end of, where it is between two
    """

    left: tuple[str, ...]
    value: float
    right: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 1.0

    @property
    def share(self) -> float:
        """The share of the way from low to high, 0 to 1."""
        return (self.value - self.low) / (self.high - self.low)

    @property
    def text(self) -> str:
        return f"{self.value * 100:.0f} %"


TOAST_LINES = 4


@lru_cache(maxsize=4)
def hud_panel(
    titles: tuple[str, ...], counter: str, notes: str, rows: Rows, size: int, max_width: int
) -> Overlay:
    """Style, its longest title first, and its number, what is switched on, and the figures.

    size: of body text, px
    """
    pad, line = size, round(size * 1.55)
    small, large = max(9, round(size * 0.92)), round(size * 1.4)
    label_width = max(width_of(label, small) for label, _ in rows) + size
    free = max_width - 2 * pad - label_width
    values = [shortened(value, small, free) for _, value in rows]
    widest = max(width_of(value, small) for value in values) + label_width
    beside = 2 * size + width_of(counter, size)
    title = fitting(titles, large, max_width - 2 * pad - beside, BOLD)
    heading = width_of(title, large, BOLD) + beside
    width = min(max_width, max(widest, heading, width_of(notes, small)) + 2 * pad)

    y = pad + round(large * 0.8)
    marks = [
        Text(title, pad, y, large, weight=BOLD),
        Text(counter, width - pad - width_of(counter, size), y, size, MUTED),
    ]
    if notes:
        y += line
        marks.append(Text(shortened(notes, small, width - 2 * pad), pad, y, small, ACCENT))
    y += round(line * 0.35)
    for (label, _), value in zip(rows, values, strict=True):
        y += line
        marks += [Text(label, pad, y, small, MUTED), Text(value, pad + label_width, y, small)]
    return panel(width, y + round(pad * 1.2), round(size * 0.7), marks)


def thumbnail(path: Path, size: int) -> Overlay | None:
    """The picture of a file as large as six lines of text of `size` px; None where it can't be read."""
    try:
        return _thumbnail(path, path.stat().st_mtime_ns, 6 * size)
    except (LivestyleError, OSError):
        return None


@lru_cache(maxsize=4)
def _thumbnail(path: Path, changed_ns: int, side_px: int) -> Overlay:
    picture = load_image(path)
    scale = side_px / max(picture.shape)
    width, height = (max(1, round(side * scale)) for side in (picture.shape[1], picture.shape[0]))
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return framed(small.astype(np.uint8, copy=False), side_px // 12)


@lru_cache(maxsize=2)
def help_panel(size: int, max_width: int, max_height: int) -> Overlay:
    """Every key in two columns. Set smaller where so many px are too few."""
    widths = [_column_width(column, size) for column in HELP]
    line, pad = round(size * 1.8), 2 * size
    top = pad + round(size * 1.1)
    total = sum(widths) + 6 * size
    height = top + round(line * 1.1) + (max(map(len, HELP)) - 1) * line + pad
    if (total > max_width or height > max_height) and size > 6:
        return help_panel(size - 1, max_width, max_height)
    marks = [Text("Keys", pad, top, round(size * 1.4), weight=BOLD)]
    x = pad
    for column, width in zip(HELP, widths, strict=True):
        for row, entry in enumerate(column):
            y = top + round(line * 1.1) + row * line
            marks += _help_line(entry, x, y, size, _keys_width(column, size))
        x += width + 2 * size
    return panel(total, height, size, marks, opacity=0.84)


@lru_cache(maxsize=8)
def toast_panel(text: str, size: int, max_width: int) -> Overlay:
    """A few words in a pill, or up to TOAST_LINES lines."""
    size = round(size * 1.15)
    lines = wrapped(text, size, max_width - 3 * size)[:TOAST_LINES]
    line = round(size * 1.4)
    height = round(size * 2.2) + (len(lines) - 1) * line
    first = round(size * 1.1 + size * 0.36)
    marks = [Text(words, round(size * 1.5), first + n * line, size) for n, words in enumerate(lines)]
    width = max(width_of(words, size) for words in lines) + 3 * size
    return panel(width, height, round(size * 1.1), marks)


@lru_cache(maxsize=8)
def hint_panel(texts: tuple[str, ...], size: int, width: int) -> Overlay:
    """What the keys do, on no panel: the first of these texts that fits."""
    text = fitting(texts, size, width)
    words = Text(text, 0, round(1.1 * size), size, MUTED)
    return panel(width_of(text, size), 2 * size, 1, [words], opacity=0)


@lru_cache(maxsize=8)
def bar_panel(bar: Bar, size: int, max_width: int) -> Overlay:
    """How far something is turned: its words above a track that is filled so far."""
    size = round(size * 1.15)
    pad, width = round(1.5 * size), min(max_width, 24 * size)
    inside = width - 2 * pad
    half = (inside - 4 * size) // 2 if bar.right else inside - 4 * size
    left, right = (fitting(texts or ("",), size, half) for texts in (bar.left, bar.right))
    y, track = round(1.75 * size), round(2.65 * size)
    at = width // 2 if right else width - pad
    share = width_of(bar.text, size, BOLD)
    marks: list[Mark] = [
        Text(left, pad, y, size),
        Text(right, width - pad - width_of(right, size), y, size),
        Text(bar.text, at - (share // 2 if right else share), y, size, ACCENT, BOLD),
        Line((pad, track), (width - pad, track), size / 4, (84, 80, 78)),
    ]
    end = pad + inside * bar.share
    if bar.right:
        marks.append(Dot(end, track, size * 0.42, ACCENT))
    elif bar.share > 0:
        marks.append(Line((pad, track), (end, track), size / 4, ACCENT))
    return panel(width, round(3.7 * size), round(size * 1.1), marks)


@lru_cache(maxsize=16)
def tile_panel(title: str, lines: tuple[tuple[str, ...], ...], size: int, max_width: int) -> Overlay:
    """What stands on the picture of one of several cameras: a title, and smaller lines below it.

    lines: for each, texts that say the same, the longest first
    """
    small, step = max(9, round(size * 0.92)), round(size * 1.45)
    pad = round(size * 0.8)
    title = shortened(title, size, max_width - 2 * pad, BOLD)
    shown = [fitting(texts, small, max_width - 2 * pad) for texts in lines]
    width = max(width_of(title, size, BOLD), *(width_of(text, small) for text in shown), 1) + 2 * pad
    marks = [Text(title, pad, pad + round(size * 0.75), size, weight=BOLD)]
    for number, text in enumerate(shown, 1):
        marks.append(Text(text, pad, pad + round(size * 0.75) + number * step, small, MUTED))
    return panel(width, 2 * pad + round(size * 0.85) + len(lines) * step, round(size * 0.7), marks)


@lru_cache(maxsize=16)
def badge_panel(text: str, size: int, dot: bool = False) -> Overlay:
    """A small pill for what goes on all the time; `dot`: with the red dot of a recording."""
    height = round(size * 1.9)
    lead = round(size * 1.1) if dot else 0
    marks: list[Mark] = [Text(text, size + lead, round(height / 2 + size * 0.36), size, weight=500)]
    if dot:
        marks.append(Dot(size * 1.2, height / 2 - 0.5, size * 0.36, RED))
    return panel(width_of(text, size, 500) + lead + 2 * size, height, height // 2, marks)


def _help_line(entry: HelpLine, x: int, y: int, size: int, keys_width: int) -> list[Text]:
    marks = []
    at = x
    for key in entry.keys:
        marks.append(Text(key, at, y, size, ACCENT, BOLD))
        at += width_of(key, size, BOLD) + size
    return [*marks, Text(entry.does, x + keys_width + size, y, size, WHITE)]


def _keys_width(column: Sequence[HelpLine], size: int) -> int:
    return max(
        sum(width_of(key, size, BOLD) for key in entry.keys) + size * (len(entry.keys) - 1)
        for entry in column
    )


def _column_width(column: Sequence[HelpLine], size: int) -> int:
    return _keys_width(column, size) + size + max(width_of(entry.does, size) for entry in column)
