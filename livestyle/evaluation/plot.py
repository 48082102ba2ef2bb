"""Draws a table of figures as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from livestyle.core.frame import Pixels

INK, MUTED, PAPER, LINE = (40, 36, 34), (140, 134, 130), (255, 255, 255), (232, 228, 226)
COLORS = ((206, 198, 190), (150, 98, 38), (150, 190, 236), (40, 110, 214))
"""BGR of each series in turn: pale and full blue, pale and full orange."""

LABEL_PX, COLUMN_PX, GAP_PX, BAR_PX, PAD_PX = 210, 300, 36, 9, 24
TEXT_PX = 15


@dataclass(frozen=True)
class Column:
    """One figure. values[row][series]"""

    title: str
    values: Sequence[Sequence[float]]


def draw(title: str, rows: Sequence[str], series: Sequence[str], columns: Sequence[Column]) -> Pixels:
    """uint8 BGR: a row of bars for each name, a column for each figure, each with a scale of its own."""
    row_px = max(24, len(series) * BAR_PX + 10)
    head_px = 110
    width = PAD_PX * 2 + LABEL_PX + len(columns) * (COLUMN_PX + GAP_PX)
    canvas = np.full((head_px + row_px * len(rows) + PAD_PX, width, 3), PAPER, np.uint8)
    write(canvas, title, PAD_PX, 34, 20, weight=600)
    x = PAD_PX
    for number, name in enumerate(series):
        cv2.rectangle(canvas, (x, 52), (x + 12, 64), COLORS[number % len(COLORS)], -1)
        x = write(canvas, name, x + 20, 64, TEXT_PX) + 24
    for number, row in enumerate(rows):
        y = head_px + number * row_px
        cv2.line(canvas, (PAD_PX, y), (width - PAD_PX, y), LINE, 1)
        write(canvas, row, PAD_PX, y + row_px // 2 + 5, TEXT_PX)
    for number, column in enumerate(columns):
        left = PAD_PX + LABEL_PX + number * (COLUMN_PX + GAP_PX)
        write(canvas, column.title, left, head_px - 12, TEXT_PX, weight=600)
        _bars(canvas, column, left, head_px, row_px)
    return canvas


def _bars(canvas: Pixels, column: Column, left: int, top: int, row_px: int) -> None:
    text_px = 46
    highest = max((value for row in column.values for value in row), default=0.0)
    scale = (COLUMN_PX - text_px) / max(highest, 1e-9)
    for number, values in enumerate(column.values):
        y = top + number * row_px + (row_px - len(values) * BAR_PX) // 2
        for place, value in enumerate(values):
            end = left + max(1, round(value * scale))
            color = COLORS[place % len(COLORS)]
            cv2.rectangle(canvas, (left, y + 1), (end, y + BAR_PX - 1), color, -1)
            write(canvas, f"{value:.3g}", end + 5, y + BAR_PX, 10, MUTED)
            y += BAR_PX


def write(
    canvas: Pixels,
    text: str,
    x: int,
    y: int,
    size: int,
    color: tuple[int, int, int] = INK,
    weight: int = 400,
) -> int:
    """Write text with its baseline at y; returns the x where it ends."""
    face = cv2.FontFace("sans")
    cv2.putText(canvas, text, (x, y), color, face, size, weight)
    _, _, width, _ = cv2.getTextSize((0, 0), text, (0, 0), face, size, weight)
    return x + int(width)
