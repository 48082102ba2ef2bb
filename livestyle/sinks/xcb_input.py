"""Keys, wheel and what is dropped of a window, straight from the X server.

Qt's window of OpenCV remembers only the key pressed last, doesn't tell Shift+Enter from Enter, and
magnifies the picture where the wheel is turned.
"""

from __future__ import annotations

import os
import struct
from collections import deque
from collections.abc import Iterator
from ctypes import c_uint8, c_uint16, c_uint32
from enum import IntEnum

from livestyle.sinks.xcb import Connection
from livestyle.sinks.xcb_drop import DropTarget

SHIFT_HELD = 0x10000
"""The bit of a code for Shift with Enter, as in GTK's codes. The lower 16 bits are the key's."""

PASTE = 0x16
"""Ctrl+V, as ASCII and Windows have it."""

SEARCHES = 20
"""How many times the window is looked for: each takes a moment on a full desktop."""

_SHIFT, _LOCK, _CONTROL, _NUM_LOCK = 1, 2, 4, 16
_KEY_PRESS, _BUTTON_PRESS, _NEW_KEYBOARD = 2, 4, 34
_NAME, _EVENT_MASK, _ANY_MODIFIER = 39, 2048, 0x8000
_KEY_PRESSES, _BUTTON_PRESSES, _ASYNC = 1, 4, 1
_ENTER = 0x0D


class Wheel(IntEnum):
    """One step of the wheel, as X numbers its buttons."""

    UP = 4
    DOWN = 5


class WindowInput:
    """What is pressed and turned in the window of this process with this title."""

    def __init__(self, connection: Connection, title: str) -> None:
        self._connection = connection
        self._title = title
        self._window = self._searched = 0
        self._drop: DropTarget | None = None
        self.dropped: deque[str] = deque()
        """what was dropped on it: addresses of files, a line each"""
        self._layout = Layout(connection)
        self.caps_lock = False
        """was on when the last of the keys was pressed"""

    @property
    def heard(self) -> bool:
        """The window was found and is listened to."""
        return bool(self._window)

    def look(self) -> bool:
        """Does what `heard` does, but looks for the window first. Until it is found, Qt has the keys."""
        if not self._window and self._searched < SEARCHES:
            self._searched += 1
            self._window = next(self._windows(self._connection.root), 0)
            if self._window:
                self._listen()
                self._drop = DropTarget(self._connection, self._window)
        return self.heard

    def events(self) -> list[int | Wheel]:
        """Keys, as codes of cv2.waitKeyEx but with Shift and Caps Lock at work, and wheel, in their order.

        Keys that only change others are left out, and Ctrl with anything but V.
        """
        found: list[int | Wheel] = []
        for event in self._connection.events():
            kind, detail = event[0] & 0x7F, event[1]
            (state,) = struct.unpack_from("=H", event, 28)
            if kind == _NEW_KEYBOARD:
                self._layout = Layout(self._connection)
            elif kind == _BUTTON_PRESS and detail in set(Wheel):
                found.append(Wheel(detail))
            elif self._drop is not None and (addresses := self._drop.hear(event)) is not None:
                self.dropped.append(addresses)
            elif kind == _KEY_PRESS and (code := self._layout.code(detail, state)) is not None:
                found.append(code)
                self.caps_lock = bool(state & _LOCK)
        return found

    def _listen(self) -> None:
        window = c_uint32(self._window)
        presses = (c_uint32 * 1)(_KEY_PRESSES)
        self._connection.send("change_window_attributes", window, c_uint32(_EVENT_MASK), presses)
        modes = c_uint8(_ASYNC), c_uint8(_ASYNC), c_uint32(0), c_uint32(0)
        for button in Wheel:
            mask = c_uint8(0), window, c_uint16(_BUTTON_PRESSES)
            self._connection.send("grab_button", *mask, *modes, c_uint8(button), c_uint16(_ANY_MODIFIER))

    def _windows(self, parent: int) -> Iterator[int]:
        """Those with the title and this process as their owner, anywhere under `parent`."""
        children, _ = self._connection.ask("query_tree", "children", c_uint32, c_uint32(parent))
        for child in children:
            if self._connection.property(child, _NAME) == self._title.encode() and self._is_own(child):
                yield child
            yield from self._windows(child)

    def _is_own(self, window: int) -> bool:
        pid = self._connection.property(window, self._connection.atom("_NET_WM_PID"))
        return pid == struct.pack("=I", os.getpid())


class Layout:
    """The keyboard: which letter a key gives with what is held."""

    def __init__(self, connection: Connection) -> None:
        self._first, last = connection.setup()[34:36]
        count = last - self._first + 1
        self._symbols, head = connection.ask(
            "get_keyboard_mapping", "keysyms", c_uint32, c_uint8(self._first), c_uint8(count)
        )
        self._columns = head[1] if head else 0

    def code(self, key: int, state: int) -> int | None:
        """Of a key of the keyboard, while `state` is held; None where it gives nothing of its own."""
        symbol = self._symbol(key, state)
        if 0xFFE1 <= symbol <= 0xFFEE or 0xFE01 <= symbol <= 0xFE0F or symbol in (0, 0xFF7F):  # Shift …
            return None
        if symbol >> 24 == 1:  # Unicode
            symbol &= 0xFFFFFF
        if symbol in (0xFF08, 0xFF09, 0xFF0D, 0xFF1B, 0xFFFF) or 0xFFB0 <= symbol <= 0xFFB9:
            symbol &= 0x7F
        if state & _CONTROL:
            return PASTE if symbol in (ord("v"), ord("V")) else None
        return symbol | SHIFT_HELD if state & _SHIFT and symbol in (_ENTER, 0xFF8D) else symbol

    def _symbol(self, key: int, state: int) -> int:
        """X's number for what the key gives; of another alphabet than Latin what it gives in the first."""
        shift, lock, numbers = (bool(state & held) for held in (_SHIFT, _LOCK, _NUM_LOCK))
        for group in (state >> 13 & 3, 0):
            plain, shifted = (self._at(key, 2 * group + column) for column in (0, 1))
            if not plain or 0x100 <= plain < 0xFD00:
                continue
            if 0xFF80 <= shifted <= 0xFFBD:  # the number pad
                return shifted if numbers != shift else plain
            letter = plain < 0x100 and chr(plain).isalpha()
            if not shifted or shifted == plain:
                shifted = ord(chr(plain).upper()) if letter and plain not in (0xDF, 0xB5, 0xFF) else plain
            return shifted if shift != (lock and letter) else plain
        return 0

    def _at(self, key: int, column: int) -> int:
        place = (key - self._first) * self._columns + column
        return self._symbols[place] if column < self._columns and place < len(self._symbols) else 0
