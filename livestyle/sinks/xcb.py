"""The X display, asked through libxcb."""

from __future__ import annotations

import ctypes
import os
import struct
import time
from collections import deque
from ctypes import c_char_p, c_int16, c_uint8, c_uint16, c_uint32
from typing import Any

from livestyle.core.closing import Closing
from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size

REMEDY = "run it in a desktop session, or with --no-window (and --record FILE to keep what is painted)"

TRIES, PAUSE_S = 3, 0.1
"""A server starts anew when its last client has gone, and takes nobody meanwhile."""

EVENT_BYTES = 32
MOST_EVENTS = 1000
"""The most that are kept until they are taken; the oldest go."""


class _Screen(ctypes.Structure):
    """The head of xcb_screen_t."""

    _fields_ = (
        *((name, ctypes.c_uint32) for name in ("root", "colormap", "white", "black", "masks")),
        ("width_px", ctypes.c_uint16),
        ("height_px", ctypes.c_uint16),
    )


class _Screens(ctypes.Structure):
    """xcb_screen_iterator_t."""

    _fields_ = (("data", ctypes.POINTER(_Screen)), ("rem", ctypes.c_int), ("index", ctypes.c_int))


class _Cookie(ctypes.Structure):
    """What xcb_…_cookie_t all are."""

    _fields_ = (("sequence", ctypes.c_uint),)


class Connection(Closing):
    """A connection to the display that DISPLAY names. LivestyleError where there is none."""

    def __init__(self) -> None:
        name = os.environ.get("DISPLAY")
        if not name:
            raise LivestyleError(f"there is no display to open a window on (DISPLAY is not set); {REMEDY}")
        try:
            self._xcb = ctypes.CDLL("libxcb.so.1")
        except OSError as error:
            raise LivestyleError(f"no window: {error}; apt install libxcb1, or use --no-window") from error
        self._xcb.xcb_connect.restype = ctypes.c_void_p
        self._xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
        self._xcb.xcb_poll_for_event.restype = ctypes.c_void_p
        self._xcb.xcb_get_setup.restype = ctypes.c_void_p
        self._xcb.xcb_setup_roots_iterator.restype = _Screens
        self._xcb.xcb_setup_roots_iterator.argtypes = [ctypes.c_void_p]
        for call in ("connection_has_error", "disconnect", "poll_for_event", "get_setup", "flush"):
            getattr(self._xcb, f"xcb_{call}").argtypes = [ctypes.c_void_p]
        self._libc = ctypes.CDLL(None)
        self._libc.free.argtypes = [ctypes.c_void_p]
        self._events: deque[bytes] = deque(maxlen=MOST_EVENTS)
        self._connection = self._xcb.xcb_connect(name.encode(), None)
        for _ in range(TRIES):
            if not self.lost:
                return
            self.close()
            time.sleep(PAUSE_S)
            self._connection = self._xcb.xcb_connect(name.encode(), None)
        if self.lost:
            self.close()
            raise LivestyleError(f"the display {name!r} can't be reached; {REMEDY}")

    @property
    def lost(self) -> bool:
        """The display is not there any more. Takes microseconds."""
        while event := self._xcb.xcb_poll_for_event(self._connection):
            self._events.append(ctypes.string_at(event, EVENT_BYTES))
            self._libc.free(event)
        return bool(self._xcb.xcb_connection_has_error(self._connection))

    def events(self) -> list[bytes]:
        """What came since the last call, in order, each as the protocol has it."""
        found = [] if self.lost else list(self._events)
        self._events.clear()
        return found

    def screen_size(self) -> Size | None:
        """Size of the whole display, px."""
        screens = self._screens()
        first = screens.data.contents if screens.rem else None
        return Size(first.width_px, first.height_px) if first else None

    @property
    def root(self) -> int:
        """The window that holds all others."""
        return int(self._screens().data.contents.root)

    def setup(self) -> bytes:
        """The head of what the server has said of itself."""
        return ctypes.string_at(self._xcb.xcb_get_setup(self._connection), 40)

    def ask(self, call: str, data: str, unit: type[Any], *arguments: Any) -> tuple[list[int], bytes]:
        """Send a request and wait: the array `data` of its reply, in items of `unit`, and the reply's head.

        Arguments are ctypes' or bytes. Empty where the server answers with an error.
        """
        request, reply = (getattr(self._xcb, f"xcb_{call}{end}") for end in ("", "_reply"))
        request.restype, reply.restype = _Cookie, ctypes.c_void_p
        reply.argtypes = [ctypes.c_void_p, _Cookie, ctypes.c_void_p]
        answer = reply(self._connection, request(ctypes.c_void_p(self._connection), *arguments), None)
        if not answer:
            return [], b""
        try:
            head = ctypes.string_at(answer, EVENT_BYTES)
            if not data:
                return [], head
            first, count = (getattr(self._xcb, f"xcb_{call}_{data}{end}") for end in ("", "_length"))
            first.restype, first.argtypes = ctypes.POINTER(unit), [ctypes.c_void_p]
            count.restype, count.argtypes = ctypes.c_int, [ctypes.c_void_p]
            return [int(item) for item in first(answer)[: count(answer)]], head
        finally:
            self._libc.free(answer)

    def send(self, call: str, *arguments: Any) -> None:
        """Send a request that has no reply. Arguments are ctypes'."""
        request = getattr(self._xcb, f"xcb_{call}")
        request.restype = _Cookie
        request(ctypes.c_void_p(self._connection), *arguments)
        self._xcb.xcb_flush(self._connection)

    def atom(self, name: str) -> int:
        """The server's number for a name."""
        words = c_uint8(0), c_uint16(len(name)), c_char_p(name.encode())
        _, head = self.ask("intern_atom", "", c_uint32, *words)
        return int(struct.unpack_from("=I", head, 8)[0]) if head else 0

    def property(self, window: int, name: int, most: int = 256) -> bytes:
        """What stands there, up to so many bytes; empty where nothing does."""
        what = c_uint8(0), c_uint32(window), c_uint32(name), c_uint32(0), c_uint32(0), c_uint32(most // 4)
        return bytes(self.ask("get_property", "value", c_uint8, *what)[0])

    def new_window(self) -> int:
        """One that is never seen, and gets messages."""
        self._xcb.xcb_generate_id.restype = c_uint32
        new = int(self._xcb.xcb_generate_id(ctypes.c_void_p(self._connection)))
        place = c_int16(-1), c_int16(-1), c_uint16(1), c_uint16(1), c_uint16(0)
        input_only, nothing = c_uint16(2), c_uint32(0)
        self.send(
            "create_window",
            c_uint8(0),
            c_uint32(new),
            c_uint32(self.root),
            *place,
            input_only,
            nothing,
            nothing,
            None,
        )
        return new

    def _screens(self) -> _Screens:
        found = self._xcb.xcb_setup_roots_iterator(self._xcb.xcb_get_setup(self._connection))
        assert isinstance(found, _Screens)
        return found

    def close(self) -> None:
        self._xcb.xcb_disconnect(self._connection)
