"""The picture as it is shown: fitted to the window, with panels laid over it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.controls import CONTROLS, STYLE
from livestyle.pipeline.gallery import thumbnail as thumbnail_of
from livestyle.pipeline.grid import AnyPipeline
from livestyle.pipeline.lane import PaintedFrame
from livestyle.sources.source import SourceInfo
from livestyle.ui.capture_files import Recording
from livestyle.ui.gallery_panel import draw_gallery
from livestyle.ui.gallery_view import GalleryView
from livestyle.ui.overlay import text_size
from livestyle.ui.panels import (
    Bar,
    Rows,
    badge_panel,
    bar_panel,
    help_panel,
    hud_panel,
    thumbnail,
    toast_panel,
)
from livestyle.ui.picker import Picker
from livestyle.ui.picker_panel import draw_picker
from livestyle.ui.streaming import Streaming
from livestyle.ui.tiles import ONE, Tiles
from livestyle.ui.turning import note_of
from livestyle.ui.virtual_camera import VirtualCamera

MAX_ENLARGED_HEIGHT_PX = 1080
"""Pictures are not made larger than this before the window takes them; the rest is the window's."""

TOAST_S = 1.8
TOAST_LETTERS = 40
"""How many letters can be read in TOAST_S."""

TOAST_FADE_S = 0.3
FIGURES_EVERY_S = 0.5


@dataclass
class Screen:
    """What is shown beside the picture. Used by the display thread alone."""

    hud: bool = False
    help: bool = False
    compare: bool = False
    recording: Recording | None = None
    """the one that goes on, or is paused"""
    on_air: bool = False
    """the virtual camera is on"""
    streaming: str = ""
    """of the stream, such as 'Streaming'; empty = there is none"""
    badge: str = ""
    """what goes on all the time, such as 'Frozen'; empty = nothing"""
    busy: str = ""
    """what goes on beside the painting, such as 'Preparing cin'; empty = nothing"""
    picker: Picker | None = None
    gallery: GalleryView | None = None
    tiles: Tiles = ONE
    """what the pictures in the picture are"""
    painting: PaintedFrame | None = None
    """the newest one; `take` sets it"""
    toasts: int = 0
    """how many lines were shown"""
    split: float = 0.5
    """where the compare line stands, 0 = left, 1 = right"""
    canvas: Size = field(default=Size(640, 480))
    """of what was composed last"""
    _toast: str = ""
    _bar: Bar | None = None
    _toast_until: float = 0.0
    _rows: Rows = field(default=())
    _rows_until: float = 0.0

    @property
    def said(self) -> str:
        """The line that is shown; empty = there is none."""
        return self._toast

    def toast(self, text: str, seconds: float | None = None, bar: Bar | None = None) -> None:
        """Show a line in place of the one before; for a moment, a long one for longer, or so long.

        bar: shown instead of the line, which says the same.
        """
        self._toast, self._bar, self.toasts = text, bar, self.toasts + 1
        seconds = TOAST_S * (1 + len(text) / TOAST_LETTERS) if seconds is None else seconds
        self._toast_until = time.monotonic() + seconds

    def take(self, painting: PaintedFrame) -> None:
        """Show this one from now on; says it where the camera gives another size than before."""
        before, self.painting = self.painting, painting
        size = Size.of(painting.original.pixels)
        if before is not None and size != Size.of(before.original.pixels):
            self.toast(f"The camera gives {size} now".replace("x", "×"))

    def picture(self, painting: PaintedFrame) -> Pixels:
        """What a recording gets: the painting, or half of it beside half of the camera's."""
        painted = painting.painted.pixels
        if not self.compare:
            return painted
        return self.tiles.split(painting.original.pixels, painted, self.split)

    def compose(self, picture: Pixels, window: Size, hud: Hud) -> Pixels:
        """A canvas of the caller's own: `picture` fitted to the window under the panels."""
        canvas = fitted(picture, window)
        self.tiles.mark(canvas, Size.of(picture))
        height, width = canvas.shape[:2]
        self.canvas = Size(width, height)
        size = text_size(width, height)
        if self.gallery is not None and self.painting is not None:
            draw_gallery(canvas, self.gallery, thumbnail_of(self.tiles.chosen(self.painting.original.pixels)))
        elif self.hud and not self.help and self.picker is None:
            now = time.monotonic()
            if now >= self._rows_until:
                self._rows, self._rows_until = hud.rows(), now + FIGURES_EVERY_S
            panel = hud_panel(hud.titles, hud.counter, hud.notes, self._rows, size, width - 2 * size)
            panel.onto(canvas, size, size)
            below = thumbnail(hud.picture, size) if hud.picture else None
            if below is not None:
                below.onto(canvas, size, 3 * size // 2 + panel.height)
        if self.picker is None and self.gallery is None:
            self._badges(canvas, size)
        if self.help:
            panel = help_panel(round(size * 1.1), width - 2 * size, height - 2 * size)
            panel.onto(canvas, (width - panel.width) // 2, (height - panel.height) // 2)
        if self.picker is not None:
            draw_picker(canvas, self.picker)
        self._draw_toast(canvas, size)
        return canvas

    def _badges(self, canvas: Pixels, size: int) -> None:
        y, right = size, canvas.shape[1] - size
        texts = ("Virtual camera" if self.on_air else "", self.streaming, self.badge, self.busy)
        badges = [badge_panel(text, size) for text in texts if text]
        if self.recording is not None:
            badges.insert(0, badge_panel(self.recording.clock, size, dot=not self.recording.paused))
        for badge in badges:
            badge.onto(canvas, right - badge.width, y)
            y += badge.height + size // 2

    def _draw_toast(self, canvas: Pixels, size: int) -> None:
        left = self._toast_until - time.monotonic()
        if left <= 0:
            return
        height, width = canvas.shape[:2]
        wide = width - 2 * size
        panel = bar_panel(self._bar, size, wide) if self._bar else toast_panel(self._toast, size, wide)
        if left < TOAST_FADE_S:
            panel = panel.faded(left / TOAST_FADE_S)
        panel.onto(canvas, (width - panel.width) // 2, height - panel.height - 2 * size)


class Hud:
    """The words and figures of the panel, read from what runs."""

    def __init__(
        self,
        pipeline: AnyPipeline,
        virtual_camera: VirtualCamera | None = None,
        stream: Streaming | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._outputs = {"Virtual camera": virtual_camera, "Stream": stream}

    @property
    def titles(self) -> tuple[str, ...]:
        """The titles of the style, the longest first."""
        look = self._pipeline.look
        return look.bank.titles_of(look.style)

    @property
    def counter(self) -> str:
        look = self._pipeline.look
        return f"{look.index + 1} / {len(look.bank)}"

    @property
    def picture(self) -> Path | None:
        """The file with the picture that the style was made of, where that is kept."""
        return self._pipeline.picture

    @property
    def notes(self) -> str:
        """What differs from plain painting."""
        look = self._pipeline.look
        notes = (note_of(look, control) for control in CONTROLS if control is not STYLE)
        return "  ·  ".join(note for note in notes if note)

    def rows(self) -> Rows:
        """Label and value of every figure, as of now; of several cameras what they share."""
        if len(self._pipeline.lanes) > 1:
            return self._shared_rows()
        stats, source = self._pipeline.stats, self._pipeline.source
        latency, inference_ms = stats.latency_ms, stats.inference_ms.recent(50)
        size = self._size
        return (
            ("Capture", f"{stats.capture.recent():.1f} fps"),
            (
                "Inference",
                f"{stats.inference.recent():.1f} fps  ·  {inference_ms:.0f} ms  ·  {size}",
            ),
            ("Display", f"{stats.display.recent():.1f} fps  ·  {stats.dropped} dropped"),
            ("Latency", f"{latency.recent(50):.0f} ms  ·  p95 {latency.recent(95):.0f} ms"),
            *self._shared_rows(),
            ("Source", describe(source).replace(" · ", "  ·  ")),
        )

    @property
    def _size(self) -> str:
        """The size in which frames are painted: '640×480', or '320×240 of 640×480'."""
        painted, size = self._pipeline.painting_size.now, self._pipeline.source.size
        return (f"{painted} of {size}" if painted else str(size)).replace("x", "×")

    def _shared_rows(self) -> Rows:
        engine = self._pipeline.engine
        size = (("Painted", self._size),) if len(self._pipeline.lanes) > 1 else ()
        return (
            *size,
            ("Model", self._pipeline.model),
            ("Engine", f"{engine.engine}  ·  {engine.precision}  ·  {engine.lanes}"),
            ("Device", engine.device),
            *self._output_rows(),
        )

    def _output_rows(self) -> Rows:
        return tuple(
            (name, output.figures) for name, output in self._outputs.items() if output and output.figures
        )


def describe(source: SourceInfo) -> str:
    """'camera 0 · 640×480 · 30 fps · MJPG'."""
    rate = f"{source.rate:.4g} fps" if source.rate else ""
    parts = (source.name, str(source.size).replace("x", "×"), rate, source.format)
    return " · ".join(part for part in parts if part)


def fitted(picture: Pixels, window: Size) -> Pixels:
    """A copy of `picture` as the window shows it: scaled with its shape kept, black where it doesn't reach.

    Never enlarged beyond MAX_ENLARGED_HEIGHT_PX: a CPU has better things to do.
    """
    height, width = picture.shape[:2]
    whole = min(window.width / width, window.height / height)
    scale = min(whole, max(1.0, MAX_ENLARGED_HEIGHT_PX / height))
    inside = Size(max(1, round(width * scale)), max(1, round(height * scale)))
    canvas = Size(round(window.width * scale / whole), round(window.height * scale / whole))
    if inside != Size(width, height):
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        picture = cv2.resize(picture, (inside.width, inside.height), interpolation=method).astype(
            np.uint8, copy=False
        )
    if canvas == inside:
        return picture.copy()
    left, top = (canvas.width - inside.width) // 2, (canvas.height - inside.height) // 2
    right, bottom = canvas.width - inside.width - left, canvas.height - inside.height - top
    black = cv2.copyMakeBorder(picture, top, bottom, left, right, cv2.BORDER_CONSTANT, value=(0, 0, 0))
    return black.astype(np.uint8, copy=False)
