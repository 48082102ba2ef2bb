"""The display side of the live app: shows paintings and does what the keys ask, until the end."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from livestyle.core.errors import LivestyleError, told
from livestyle.model.controls import FREEZE, Control
from livestyle.model.styles import pretty
from livestyle.pipeline.grid import AnyPipeline
from livestyle.pipeline.lane import PaintedFrame
from livestyle.pipeline.look import Look
from livestyle.sinks.window import Window
from livestyle.ui.capture_files import Recording, Snapshots, free_path
from livestyle.ui.chooser import Chooser
from livestyle.ui.keys import Action, Key, key_of
from livestyle.ui.picker import Picker
from livestyle.ui.plan import SessionOptions
from livestyle.ui.screen import Hud, Screen
from livestyle.ui.tiles import tiles_of
from livestyle.ui.turning import Turning

WAIT_S = 0.005
"""How long a key may lie unheard; Qt remembers only the last one."""

GREETING_S = 2.0
"""How long the style's name and the key for help stand there when the window opens."""

TYPING_S = 0.25
"""How often the screen is drawn while a name is typed. Drawing takes longer than a quick finger."""

REDRAW_S = 0.1
"""How often the screen is drawn while no frame comes, so that keys are answered."""


class Session:
    """One run. `window` None: nothing is shown, no keys are heard, all else is the same."""

    def __init__(
        self,
        pipeline: AnyPipeline,
        window: Window | None,
        hud: Hud,
        plan: SessionOptions,
        chooser: Chooser,
    ) -> None:
        self.screen = Screen(hud=plan.figures)
        self._chooser = chooser
        self._pipeline = pipeline
        self._window = window
        self._hud = hud
        self._plan = plan
        self._recording: Recording | None = None
        self._snapshots = Snapshots(plan.folder)
        self._latest: PaintedFrame | None = None
        self._shown_at = 0.0
        self._greeted = False
        self._over = False
        self._turning = Turning()
        self._actions = self._table()

    def run(self) -> None:
        """Until the source ends, the window is closed, a key says quit or max_frames were shown.

        Whatever happens, files begun are finished. A thread's exception is raised here.
        """
        with self._snapshots, self._chooser:
            try:
                if self._plan.record:
                    self._start_recording(self._plan.record)
                until = math.inf if self._plan.seconds is None else time.monotonic() + self._plan.seconds
                while not self._done and time.monotonic() < until:
                    self._step()
            finally:
                self._stop_recording()

    @property
    def _done(self) -> bool:
        return self._over or self._pipeline.ended or self._plan.stopped()

    def rescue(self) -> None:
        """Finish the files that were begun, on any thread, where the process is about to end."""
        self._stop_recording()
        self._snapshots.finish()

    def _step(self) -> None:
        painting = self._pipeline.next(WAIT_S)
        if painting is not None:
            self.screen.tell_size(self._latest, painting)
            self._latest = painting
            self._record_frame(painting)
        if self._window is not None:
            self._show(self._window, fresh=painting is not None)
            self._hear(self._window)
        if painting is not None:
            self._pipeline.shown(painting)
            limit = self._plan.max_frames
            self._over |= limit is not None and self._pipeline.frames_shown >= limit
        engines = self._pipeline.news()
        for line in engines:
            self._plan.say(line)
        for line in (*self._snapshots.news(), *self._chooser.news(), *engines):
            self.screen.toast(line)
        self.screen.busy = self._chooser.busy
        self.screen.badge = FREEZE.on if self._look.frozen else ""
        if self._recording is not None and self._recording.failed:
            self._stop_recording()

    def _record_frame(self, painting: PaintedFrame) -> None:
        if self._recording is not None and not painting.original.notice:
            self._recording.add(painting.painted.with_pixels(self.screen.picture(painting)))

    def _show(self, window: Window, fresh: bool) -> None:
        """Show the latest painting: a fresh one at once, an old one now and then for what lies over it."""
        now = time.monotonic()
        pause_s = TYPING_S if self.screen.picker is not None else 0 if fresh else REDRAW_S
        if self._latest is not None and now > self._shown_at + pause_s:
            self._shown_at = now
            if not self._greeted:
                self._greeted = True
                self.screen.toast(f"{pretty(self._look.style)}  ·  h: help", GREETING_S)
            self.screen.tiles = tiles_of(self._pipeline)
            window.show(self.screen.compose(self.screen.picture(self._latest), window.size, self._hud))

    def _hear(self, window: Window) -> None:
        """Let the window draw and do what all keys in its queue ask."""
        while (code := window.key()) >= 0:
            key = key_of(code)
            if self.screen.picker is not None:
                self._pick(self.screen.picker, code)
            elif key is not None:
                self.press(key)
        self._over |= window.closed

    def press(self, key: Key) -> None:
        """Do what a key asks, and say so on the screen."""
        asks = key.asks
        if isinstance(asks, Control):
            self._say(lambda: self._turning.turn(self._look, asks, key.number))
        else:
            self._say(lambda: self._actions[asks](key))

    def _say(self, act: Callable[[], str]) -> None:
        try:
            said = act()
        except (LivestyleError, OSError) as error:
            said = told(error)
        if said:
            self.screen.toast(said)

    def _pick(self, picker: Picker, code: int) -> None:
        """Give a key to the picker; a chosen picture becomes the style."""
        path = picker.press(code)
        if not picker.open:
            self.screen.picker = None
        if path is not None:
            self._say(lambda: self._chooser.add(path))

    def _table(self) -> Mapping[Action, Callable[[Key], str]]:
        return {
            Action.PICK_STYLE: lambda key: self._turning.pick(self._look, key.number),
            Action.NEXT_MODEL: lambda _: self._chooser.turn(1),
            Action.PREVIOUS_MODEL: lambda _: self._chooser.turn(-1),
            Action.OPEN_PICTURE: lambda _: self._open_picture(),
            Action.NEXT_PICTURE: lambda _: self._chooser.browse(1),
            Action.PREVIOUS_PICTURE: lambda _: self._chooser.browse(-1),
            Action.REMOVE_STYLE: lambda _: self._chooser.remove(),
            Action.COMPARE: lambda _: self._compare(),
            Action.NEXT_CAMERA: lambda _: self._next_camera(),
            Action.SNAPSHOT: lambda _: self._snapshot(),
            Action.RECORD: lambda _: self._record(),
            Action.FULLSCREEN: lambda _: self._fullscreen(),
            Action.HUD: lambda _: self._toggle_hud(),
            Action.HELP: lambda _: self._toggle_help(),
            Action.BACK: lambda _: self._back(),
            Action.QUIT: lambda _: self._quit(),
        }

    @property
    def _look(self) -> Look:
        return self._pipeline.look

    def _open_picture(self) -> str:
        self.screen.picker = self._chooser.picker()
        return ""

    def _next_camera(self) -> str:
        count = len(self._pipeline.lanes)
        if count == 1:
            return "There is one camera"
        self._pipeline.selected = (self._pipeline.selected + 1) % count
        return f"Camera {self._pipeline.selected + 1}: {self._pipeline.source.name}"

    def _compare(self) -> str:
        self.screen.compare = not self.screen.compare
        return "Compare: camera left, painting right" if self.screen.compare else "Compare off"

    def _toggle_hud(self) -> str:
        self.screen.hud = not self.screen.hud
        return f"Figures {_on(self.screen.hud)}"

    def _toggle_help(self) -> str:
        self.screen.help = not self.screen.help
        self.screen.toast("", 0)
        return ""

    def _fullscreen(self) -> str:
        if self._window is not None:
            self._window.fullscreen = not self._window.fullscreen
        return ""

    def _back(self) -> str:
        """Leave help, then full screen, then the app."""
        if self.screen.help:
            self.screen.help = False
        elif self._window is not None and self._window.fullscreen:
            self._window.fullscreen = False
        else:
            self._over = True
        return ""

    def _quit(self) -> str:
        self._over = True
        return ""

    def _snapshot(self) -> str:
        if self._latest is not None:
            self._snapshots.save(self._latest)
        return ""

    def _record(self) -> str:
        if self._recording is not None:
            return self._stop_recording()
        stem = free_path(self._plan.folder, "", (".mp4",))
        return self._start_recording(stem.with_name(f"{stem.name}.mp4"))

    def _start_recording(self, path: Path) -> str:
        self._recording = Recording(path, self._plan.open_recording)
        self.screen.recording_since = self._recording.began
        return f"Recording {path.name}"

    def _stop_recording(self) -> str:
        recording, self._recording = self._recording, None
        if recording is None:
            return ""
        self.screen.recording_since = None
        try:
            recording.finish()
        except (LivestyleError, OSError) as error:
            if self._window is None:
                raise
            self._plan.say(f"error: {told(error)}")
            self.screen.toast(told(error))
            return told(error)
        return f"Saved {recording.path.name}" if recording.path.exists() else "Nothing was recorded"


def _on(value: bool) -> str:
    return "on" if value else "off"
