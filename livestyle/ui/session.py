"""The display side of the live app: shows paintings and hears keys, until the end."""

from __future__ import annotations

import contextlib
import math
import time

from livestyle.model.controls import FREEZE
from livestyle.pipeline.grid import AnyPipeline
from livestyle.pipeline.lane import PaintedFrame
from livestyle.sinks.pointer import Gesture
from livestyle.sinks.window import Window
from livestyle.ui.actions import Actions
from livestyle.ui.captures import Captures
from livestyle.ui.chooser import Chooser
from livestyle.ui.connecting import waiting_for
from livestyle.ui.mouse import Mouse
from livestyle.ui.plan import SessionOptions
from livestyle.ui.remote import Guest, Remote
from livestyle.ui.screen import Hud, Screen
from livestyle.ui.tiles import Labels

WAIT_S = 0.005
"""How long a key may lie unheard."""

GREETING = "click: all styles  ·  h: help"
GREETING_S = 3.0
"""How long the style's name and the ways on stand there when the window opens, and while nothing has been
pressed yet again when the mouse moves."""

REDRAW_S = 0.1
"""How often the screen is drawn while no frame comes, so that keys are answered."""


class Session:
    """One run. `window` None: nothing is shown, no keys are heard, all else is the same.

    guest: somebody elsewhere who sees it too
    """

    def __init__(
        self,
        pipeline: AnyPipeline,
        window: Window | None,
        hud: Hud,
        plan: SessionOptions,
        chooser: Chooser,
        guest: Guest | None = None,
    ) -> None:
        self.screen = Screen(hud=plan.figures)
        self.captures = Captures(plan, shown=window is not None or guest is not None)
        self.actions = Actions(pipeline, window, self.screen, chooser, self.captures)
        self._mouse = Mouse(self.screen, self.actions)
        self._remote = Remote(pipeline, self.actions, chooser, self.captures, self.screen, hud)
        self._guest = guest
        self._chooser = chooser
        self._pipeline = pipeline
        self._window = window
        self._hud = hud
        self._plan = plan
        self._labels = Labels(pipeline)
        self._shown_at = 0.0
        self._greeted_at = math.inf
        self._used = False
        self._over = False

    def run(self) -> None:
        """Until the source ends, the window is closed, a key says quit or max_frames were shown.

        Whatever happens, files begun are finished. A thread's exception is raised here.
        """
        visit = self._guest.welcome(self._remote) if self._guest else contextlib.nullcontext()
        with self._chooser, self.captures, visit:
            until = math.inf if self._plan.seconds is None else time.monotonic() + self._plan.seconds
            while not self._done and time.monotonic() < until:
                self._step()

    @property
    def _done(self) -> bool:
        return self._over or self.actions.over or self._pipeline.ended or self._plan.stopped()

    def _step(self) -> None:
        painting = self._pipeline.next(WAIT_S)
        if painting is not None:
            self.screen.take(painting)
            picture = self.screen.picture(painting)
            mirrored = len(self._pipeline.lanes) == 1 and self._pipeline.look.mirror
            self.captures.add(painting, picture, mirrored)
            if self._guest is not None:
                self._guest.show(painting.painted.with_pixels(picture))
            self._show_gallery(painting)
        if self._window is not None:
            self._show(self._window, fresh=painting is not None)
            self._hear(self._window)
        if painting is not None:
            self._pipeline.shown(painting)
            limit = self._plan.max_frames
            self._over |= limit is not None and self._pipeline.frames_shown >= limit
        self._remote.work()
        self._tell()

    def _tell(self) -> None:
        """Say what came of what goes on beside the painting."""
        engines = self._pipeline.news()
        for line in engines:
            self._plan.say(line)
        for line in (*engines, *self.captures.news(), *self._chooser.news()):
            self.screen.toast(line)
        self.screen.busy = self._chooser.busy
        alone = len(self._pipeline.lanes) == 1  # of several, each tells it on its own picture
        self.screen.badge = FREEZE.on if alone and self._pipeline.look.frozen else ""
        self.screen.on_air = self._plan.virtual_camera.on
        self.screen.streaming = self._plan.stream.badge
        self.screen.recording = self.captures.recording

    def _show_gallery(self, painting: PaintedFrame) -> None:
        """Have the thumbnails painted of the frame, while they are looked at; closes what is done."""
        gallery = self.screen.gallery
        if gallery is not None and gallery.done:
            self.screen.gallery = None
        elif gallery is not None and not painting.original.notice:
            self._chooser.gallery.show(self.screen.tiles.chosen(painting.original.pixels))

    def _show(self, window: Window, fresh: bool) -> None:
        """Show the latest painting: a fresh one at once, an old one now and then for what lies over it."""
        now = time.monotonic()
        pause_s = 0 if fresh else REDRAW_S
        painting = self.screen.painting
        if now <= self._shown_at + pause_s:
            return
        self._shown_at = now
        if painting is None:
            window.show(waiting_for((lane.source for lane in self._pipeline.lanes), window, now))
            return
        if self._greeted_at == math.inf:
            self._greet()
        self.screen.tiles = self._labels.tiles(self.screen.hud)
        if self.screen.gallery is not None:
            self.screen.gallery.update(self._chooser.offer(), self.screen.canvas)
        window.show(self.screen.compose(self.screen.picture(painting), window.size, self._hud))

    def _greet(self) -> None:
        self._greeted_at = time.monotonic()
        self.screen.toast(f"{self._pipeline.look.title}  ·  {GREETING}", GREETING_S)

    def _hear(self, window: Window) -> None:
        """Let the window draw and do what all keys in its queue ask."""
        while (code := window.key()) >= 0:
            self._used = True
            self.actions.hear(code)
        while (pointer := window.pointer()) is not None:
            self._used |= pointer.gesture is not Gesture.MOVE
            if not self._used and time.monotonic() > self._greeted_at + GREETING_S:
                self._greet()
            self._mouse.hear(pointer)
        while (addresses := window.dropped()) is not None:
            self._used = True
            self.actions.drop(addresses)
        self._over |= window.closed
