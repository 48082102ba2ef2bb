"""What the keys do: one table."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from livestyle.core.errors import LivestyleError, told
from livestyle.model.controls import BLEND, Control
from livestyle.pipeline.grid import AnyPipeline
from livestyle.pipeline.look import Look
from livestyle.sinks.pointer import Pointer
from livestyle.sinks.window import Window
from livestyle.sinks.xcb_input import PASTE
from livestyle.ui.buttons import Learning
from livestyle.ui.captures import Captures
from livestyle.ui.chooser import AGAIN_S, Chooser
from livestyle.ui.clipboard import pasted_path, path_in
from livestyle.ui.gallery_view import Choice, GalleryView
from livestyle.ui.keys import Action, Key, key_of
from livestyle.ui.picker import INSERT, Picker
from livestyle.ui.picker_panel import picker_layout
from livestyle.ui.screen import Screen
from livestyle.ui.turning import Turning, bar_of, said_of


class Actions:
    """Does what keys ask, and says so on the screen. Used by the display thread alone."""

    def __init__(
        self,
        pipeline: AnyPipeline,
        window: Window | None,
        screen: Screen,
        chooser: Chooser,
        captures: Captures,
    ) -> None:
        self.over = False
        """the user has left"""
        self._pipeline = pipeline
        self._window = window
        self._screen = screen
        self._chooser = chooser
        self._captures = captures
        self._leaving_until = 0.0
        self._turning = Turning()
        self.learning = Learning()
        self._table = self._all()

    def hear(self, code: int) -> None:
        """Do what a key of cv2.waitKeyEx asks, of what is open in the window."""
        key = key_of(code, caps_lock=self._window is not None and self._window.caps_lock)
        gallery = self._screen.gallery
        if self._screen.picker is not None:
            self._pick(self._screen.picker, code)
        elif gallery is not None and not self._screen.help and self._choose(gallery, gallery.press(code)):
            return
        elif key is not None:
            self.press(key)

    def press(self, key: Key) -> None:
        """Do what a key asks while only the picture is shown."""
        asks = key.asks
        self.learning.note(key)
        if isinstance(asks, Control):
            self._say(lambda: self._turning.turn(self._look, asks, key.number), asks)
        else:
            self._say(lambda: self._table[asks](key))

    def show(self, control: Control[Any]) -> None:
        """Say on the screen how far a control is turned."""
        self._say(lambda: said_of(self._look, control), control)

    def _say(self, act: Callable[[], str], turned: Control[Any] | None = None) -> None:
        """Show what comes of it; of a control that is turned, how far."""
        try:
            said = act()
        except (LivestyleError, OSError) as error:
            said = told(error)
        if said:
            self._screen.toast(said, bar=bar_of(self._look, turned) if turned else None)

    def _pick(self, picker: Picker, code: int) -> None:
        """Give a key to the picker; a chosen picture becomes the style."""
        if code & 0xFFFF in (PASTE, INSERT):
            self._say(lambda: picker.go_to(pasted_path()))
        else:
            self._chosen(picker, picker.press(code))

    def _chosen(self, picker: Picker, path: Path | None) -> None:
        if not picker.open:
            self._screen.picker = None
        if path is not None:
            self._screen.gallery = None
            self._say(lambda: self._chooser.add(path))

    def drop(self, addresses: str) -> None:
        """Make a style of the picture that was dropped on the window; picker and gallery are done then."""
        self._screen.picker = self._screen.gallery = None
        self._say(lambda: self._chooser.drop(path_in(addresses, "in what was dropped")))

    def point_at_gallery(self, gallery: GalleryView, pointer: Pointer) -> None:
        """Give what the mouse does to the gallery."""
        self._choose(gallery, gallery.point(pointer), clicked=True)

    def point_at_picker(self, picker: Picker, pointer: Pointer) -> None:
        """Give what the mouse does to the picker."""
        row = picker_layout(self._screen.canvas).row_at(pointer.x, pointer.y)
        self._chosen(picker, picker.point(row, pointer.gesture))

    def _choose(self, gallery: GalleryView, choice: Choice, clicked: bool = False) -> bool:
        """Do what is asked of the gallery; after a click it stays for a second one. False: not for it."""
        if choice is Choice.TAKE:
            self._say(lambda: self._turning.take(self._look, gallery.marked))
        elif choice is Choice.BLEND:
            self._say(lambda: self._turning.mix(self._look, gallery.before, gallery.marked), BLEND)
        elif choice is Choice.ADD:
            self._say(lambda: self._open_picture(sure=True))
        elif choice is Choice.MODEL:
            self._say(lambda: self._chooser.models.choose(gallery.model))
        if choice in (Choice.BLEND, Choice.CLOSE) or (choice is Choice.TAKE and not clicked):
            self._screen.gallery = None
        return choice is not Choice.OTHER

    def _all(self) -> Mapping[Action, Callable[[Key], str]]:
        return {
            Action.GALLERY: lambda _: self._gallery(),
            Action.PICK_STYLE: lambda key: self._turning.pick(self._look, key.number),
            Action.NEXT_MODEL: lambda _: self._chooser.models.turn(1),
            Action.PREVIOUS_MODEL: lambda _: self._chooser.models.turn(-1, every=True),
            Action.OPEN_PICTURE: lambda _: self._open_picture(),
            Action.NEXT_PICTURE: lambda _: self._browse(1),
            Action.PREVIOUS_PICTURE: lambda _: self._browse(-1),
            Action.REMOVE_STYLE: lambda _: self._remove(),
            Action.COMPARE: lambda _: self._compare(),
            Action.NEXT_CAMERA: lambda _: self._next_camera(),
            Action.SNAPSHOT: lambda _: self._snapshot(),
            Action.RECORD: lambda _: self._captures.record(),
            Action.PAUSE_RECORDING: lambda _: self._captures.pause(),
            Action.OPEN_FOLDER: lambda _: self._captures.open_folder(),
            Action.VIRTUAL_CAMERA: lambda _: self._captures.virtual_camera(),
            Action.LEARN: lambda _: self.learning.switch(),
            Action.FULLSCREEN: lambda _: self._fullscreen(),
            Action.HUD: lambda _: self._toggle_hud(),
            Action.HELP: lambda _: self._toggle_help(),
            Action.BACK: lambda _: self._back(),
            Action.QUIT: lambda _: self._quit(),
        }

    @property
    def _look(self) -> Look:
        return self._pipeline.look

    def _gallery(self) -> str:
        if self._window is None:
            raise LivestyleError("the gallery needs a window")
        if self._screen.gallery is not None:
            self._screen.gallery = None
            return ""
        self._screen.help = False
        self._screen.gallery = GalleryView(self._chooser.offer(), self._screen.canvas)
        self._screen.toast("", 0)
        return ""

    def _open_picture(self, sure: bool = False) -> str:
        found = self._chooser.picker(sure)
        if isinstance(found, str):
            return found
        self._screen.picker = found
        return ""

    def _browse(self, step: int) -> str:
        return self._chooser.browse(step) if self._chooser.browses else self._open_picture()

    def _remove(self) -> str:
        """The style that is marked in the gallery, or the one that is shown."""
        gallery = self._screen.gallery
        return self._chooser.remove(gallery.marked if gallery else "")

    def _next_camera(self) -> str:
        count = len(self._pipeline.lanes)
        if count == 1:
            return "There is one camera"
        self._pipeline.selected = (self._pipeline.selected + 1) % count
        return f"Camera {self._pipeline.selected + 1}: {self._pipeline.source.name}"

    def _compare(self) -> str:
        self._screen.compare = not self._screen.compare
        on = self._screen.compare
        return "Compare: camera left, painting right; drag the line" if on else "Compare off"

    def _toggle_hud(self) -> str:
        self._screen.hud = not self._screen.hud
        return f"Figures {'on' if self._screen.hud else 'off'}"

    def _toggle_help(self) -> str:
        self._screen.help = not self._screen.help
        self._screen.toast("", 0)
        return ""

    def _fullscreen(self) -> str:
        if self._window is not None:
            self._window.fullscreen = not self._window.fullscreen
        return ""

    def _back(self) -> str:
        """Leave help, then full screen, then the app; while there is a recording at the second time."""
        if self._screen.help:
            self._screen.help = False
        elif self._window is not None and self._window.fullscreen:
            self._window.fullscreen = False
        elif self._captures.recording and time.monotonic() > self._leaving_until:
            self._leaving_until = time.monotonic() + AGAIN_S
            return "Esc again ends the recording, saves it and quits"
        else:
            self.over = True
        return ""

    def _quit(self) -> str:
        self.over = True
        return ""

    def _snapshot(self) -> str:
        painting = self._screen.painting
        if painting is None:
            return "There is no picture yet"
        self._captures.snapshot(painting, self._screen.picture(painting))
        return ""
