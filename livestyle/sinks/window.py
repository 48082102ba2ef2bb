"""A window on the screen. OpenCV's belongs to the main thread."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from types import TracebackType
from typing import Self

import cv2
import numpy as np

from livestyle.core.ending import hooks_first
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.size import MAX_SIDE_PX, Size
from livestyle.sinks.display import check_display, quiet_qt, screen_size, watch_display
from livestyle.sinks.pointer import Gesture, Pointer, pointer_of
from livestyle.sinks.xcb import Connection
from livestyle.sinks.xcb_input import Wheel, WindowInput

LARGEST_AT_START = Size(1280, 800)
UNLIMITED = Size(MAX_SIDE_PX, MAX_SIDE_PX)
ON_ANY_SCREEN = Size(1200, 680)
"""What fits on the screens that don't tell how large they are: a laptop's, with its bars."""

LEAST_OF_SCREEN = 0.5
"""The least share of a screen: pictures of 640x480 are a stamp on one of 3840x2160."""

LATE_MS = 50
"""How long Qt is waited for, once, to tell of a key that was pressed before the X server is listened to."""

BESIDE_WINDOW = Size(16, 72)
"""What a desktop needs of the screen for frames, titles and bars, about, px."""


class Window:
    """Shows frames, hears keys and the mouse. Opened by entering it; all calls on the main thread.

    What is shown fills the window, whatever its shape: fit it to `size` first. Once the user has
    closed it, `closed` is true and `show` does nothing.
    """

    def __init__(self, title: str, size: Size, fullscreen: bool = False) -> None:
        """`size`: of the pictures; the window starts in it unless it is large."""
        self._title = title
        self._size = size
        self._start_fullscreen = fullscreen
        self.open = False
        self._watch: Connection | None = None
        self._input: WindowInput | None = None
        self._keys: deque[int] = deque()
        self._pointers: deque[Pointer] = deque()
        self._at = Pointer(Gesture.MOVE, 0, 0)
        self._lost = False
        self._seen: Size | None = None
        self._kept: Size | None = None
        self._fullscreen = False

    def __enter__(self) -> Self:
        """LivestyleError where there is no display."""
        check_display()
        self._watch = watch_display()
        quiet_qt()
        # FREERATIO: what is shown fills the window. KEEPRATIO puts light grey bars beside it, and
        # `size` would be that of the picture shown last, not of the window.
        cv2.namedWindow(self._title, cv2.WINDOW_NORMAL | cv2.WINDOW_FREERATIO | cv2.WINDOW_GUI_NORMAL)
        cv2.setMouseCallback(self._title, self._point)
        self._input = WindowInput(self._watch, self._title) if self._watch else None
        self.open = True
        self.resize(self._size)
        self.fullscreen = self._start_fullscreen
        self.draw(np.zeros((self._size.height, self._size.width, 3), np.uint8))  # Qt's is white
        return self

    def draw(self, pixels: Pixels) -> None:
        """Show a picture, on the screen at once; keys heard meanwhile are told by the next `key`."""
        self.show(pixels)
        self._hear()

    def show(self, pixels: Pixels) -> None:
        """Show a picture; it is on the screen after the next `key`."""
        if not self.closed:
            cv2.imshow(self._title, pixels)

    def key(self) -> int:
        """Let the window draw, then the code of the next key in its queue, -1 where there is none.

        Takes a millisecond or more. Codes are those of cv2.waitKeyEx, with SHIFT_HELD on Shift+Enter where
        the system tells. No key is lost on X11; elsewhere Qt may lose some. LivestyleError where the display
        has gone away, before Qt ends the process over it.
        """
        if not self._keys:
            self._hear()
        return self._keys.popleft() if self._keys else -1

    def _hear(self) -> None:
        """Let the window draw, and put what was pressed and turned meanwhile into the queues."""
        if self._watch is not None and self._watch.lost:
            self._lost = True
            raise LivestyleError("the display went away, and the window with it")
        heard = self._input is not None and self._input.heard
        code = _wait()
        if self._input is None or not self._input.look():
            self._keys += [code] if code >= 0 else []
            return
        late = -1
        if not heard:  # what was pressed before it was listened to only Qt knows
            self._keys += [code] if code >= 0 else []
            late = _wait(LATE_MS)
        events = self._input.events()
        for event in events or ([late] if late >= 0 else []):
            if isinstance(event, Wheel):
                turned = Gesture.WHEEL_UP if event is Wheel.UP else Gesture.WHEEL_DOWN
                self._pointers.append(replace(self._at, gesture=turned, again=False))
            else:
                self._keys.append(event)

    @property
    def caps_lock(self) -> bool:
        """Caps Lock was on for the last keys; False where the system doesn't tell."""
        return self._input is not None and self._input.caps_lock

    def pointer(self) -> Pointer | None:
        """What the mouse did next, up to the last `key`; None where that is all."""
        return self._pointers.popleft() if self._pointers else None

    def dropped(self) -> str | None:
        """Addresses of files that were dropped, a line each, up to the last `key`; None where that is all.

        On X11 alone.
        """
        drops = self._input.dropped if self._input is not None else ()
        return drops.popleft() if drops else None

    def _point(self, event: int, x: int, y: int, flags: int, _: object) -> None:
        found = pointer_of(event, x, y, flags)
        if found is None or (found.gesture is Gesture.DOWN and self._at.again):
            self._at = replace(self._at, again=False)  # of a double click Qt tells twice
            return
        self._at = found
        if found.gesture is Gesture.MOVE and self._pointers and self._pointers[-1].gesture is Gesture.MOVE:
            self._pointers.pop()
        self._pointers.append(found)

    @property
    def closed(self) -> bool:
        try:
            return cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) < 1
        except cv2.error:  # no window is left at all
            return True

    @property
    def size(self) -> Size:
        """Size of the area for the picture, px; as it was last where the window can't tell."""
        try:
            _, _, width, height = cv2.getWindowImageRect(self._title)
        except cv2.error:
            return self._seen or self._size
        if width > 0 and height > 0:
            self._seen = Size(width, height)
            self._kept = self._kept if self._fullscreen else self._seen
        return self._seen or self._size

    @property
    def kept_size(self) -> Size | None:
        """Its size when it was last not in full screen; None = it has always been."""
        return self._kept

    def resize(self, size: Size, at_most: Size | None = LARGEST_AT_START) -> None:
        """Be as large as pictures of this size, or as the screen lets it; full screen stays as it is.

        at_most: no larger than this, or than half of a far higher screen; None = as the screen lets it.
        """
        if not self.closed and not self._fullscreen:
            screen = screen_size()
            wished = 1.0
            if screen is not None and at_most is not None:
                at_most, wished = _grown(at_most, size, screen)
            limit = _largest(screen, at_most)
            scale = min(wished, limit.width / size.width, limit.height / size.height)
            cv2.resizeWindow(self._title, round(size.width * scale), round(size.height * scale))
        self._size = size

    @property
    def fullscreen(self) -> bool:
        return self._fullscreen

    @fullscreen.setter
    def fullscreen(self, value: bool) -> None:
        if value != self._fullscreen and not self.closed:
            mode = cv2.WINDOW_FULLSCREEN if value else cv2.WINDOW_NORMAL
            cv2.setWindowProperty(self._title, cv2.WND_PROP_FULLSCREEN, mode)
            self._fullscreen = value

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._lost and not self.closed:
            cv2.destroyWindow(self._title)
            _wait()
        if self._watch is not None:
            self._watch.close()


def _wait(ms: int = 1) -> int:
    """The code of a key, -1 where there is none; Qt may end the process in here (see `before_exit`)."""
    hooks_first()
    return cv2.waitKeyEx(ms)


def _grown(at_most: Size, size: Size, screen: Size) -> tuple[Size, float]:
    """Limit and scale for pictures of this size: half as high as a screen far larger than `at_most`."""
    least = screen.height * LEAST_OF_SCREEN
    if least <= at_most.height:
        return at_most, 1.0
    limit = Size(max(at_most.width, round(screen.width * LEAST_OF_SCREEN)), max(at_most.height, round(least)))
    return limit, max(1.0, least / size.height)


def _largest(screen: Size | None, at_most: Size | None = LARGEST_AT_START) -> Size:
    """How large a window may start on a screen of this size."""
    limit = at_most or UNLIMITED
    if screen is None:
        return Size(min(limit.width, ON_ANY_SCREEN.width), min(limit.height, ON_ANY_SCREEN.height))
    width, height = screen.width - BESIDE_WINDOW.width, screen.height - BESIDE_WINDOW.height
    return Size(max(1, min(limit.width, width)), max(1, min(limit.height, height)))
