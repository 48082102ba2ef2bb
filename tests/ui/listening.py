"""The live app that tells a test how far it is: the keys it has heard, the paintings it has shown."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from livestyle.cli import run
from livestyle.pipeline.live import LivePipeline
from livestyle.sinks.pointer import Pointer
from livestyle.sinks.window import Window
from livestyle.sources import stream
from livestyle.ui import captures, gallery_view
from livestyle.ui.actions import Actions

HEARD, SHOWN, POINTED, OPENED, DONE = "heard.txt", "shown.txt", "pointed.txt", "opened.txt", "done.txt"
"""Files in $LIVESTYLE_TEST_TOLD with a line for each; of a key that was done, what came of it."""

OPEN = ("gallery", "picker", "help", "compare", "hud")
"""What keys open and close in the window."""

MODIFIERS = range(0xFFE1, 0xFFEF)
"""Shift and its like, which a keyboard sends before the key."""


def tell(name: str, what: object) -> None:
    with (Path(os.environ["LIVESTYLE_TEST_TOLD"]) / name).open("a", encoding="utf-8") as file:
        file.write(f"{what}\n")


def listen() -> None:
    """A key is told of once the app asks for the next one: then what it does is done."""
    stream.OPEN_TIMEOUT_S = 90.0  # and opens windows late, when a camera is not to have given up yet
    gallery_view.AGAIN_S = 3.0  # a machine that is busy hears a second click late
    ask, note, point, do, waiting = Window.key, LivePipeline.shown, Window.pointer, Actions.hear, [-1]

    def key(self: Window) -> int:
        if waiting[0] >= 0 and waiting[0] & 0xFFFF not in MODIFIERS:
            tell(HEARD, waiting[0])
        waiting[0] = code = ask(self)
        return code

    def shown(self: LivePipeline, painting: Any) -> None:
        note(self, painting)
        tell(SHOWN, painting.painted.index)

    def pointer(self: Window) -> Pointer | None:
        found = point(self)
        if found is not None:
            tell(POINTED, found.gesture.name)
        return found

    def hear(self: Actions, code: int) -> None:
        screen, window = self._screen, self._window
        toasts = screen.toasts
        do(self, code)
        opened = [name for name in OPEN if getattr(screen, name)]
        opened += ["full screen"] if window is not None and window.fullscreen else []
        if code & 0xFFFF not in MODIFIERS:
            tell(DONE, json.dumps([screen.said if screen.toasts > toasts else "", " ".join(opened)]))

    captures.open_folder = lambda folder: tell(OPENED, folder)  # type: ignore[attr-defined]
    Actions.hear = hear  # type: ignore[method-assign]
    Window.pointer = pointer  # type: ignore[method-assign]
    Window.key = key  # type: ignore[method-assign]
    LivePipeline.shown = shown  # type: ignore[method-assign]


if __name__ == "__main__":
    listen()
    run(["live", *sys.argv[1:]])
