"""Files dropped on a window, which OpenCV doesn't tell of: XDND, the protocol of X desktops, version 5.

Its messages go to the program that made the window, which is Qt; a proxy, a window of ours that the protocol
lets a window name, gets them instead. https://freedesktop.org/wiki/Specifications/XDND
"""

from __future__ import annotations

import struct
from ctypes import c_char_p, c_uint8, c_uint32

from livestyle.sinks.xcb import Connection

CLIENT_MESSAGE, SELECTION_NOTIFY = 33, 31
VERSION = 5
MOST_BYTES = 1 << 16
"""The most that is read of the addresses of what is dropped."""

_ATOM, _WINDOW = 4, 33
_ACCEPTS_EVERYWHERE = 3


class DropTarget:
    """Takes what is dropped on one window, as addresses of files."""

    def __init__(self, connection: Connection, window: int) -> None:
        """`window` is told to be dropped on for as long as the connection lasts."""
        self._connection = connection
        self._atoms: dict[str, int] = {}
        self._proxy = connection.new_window()
        self._source = self._target = 0
        self._set(self._proxy, "XdndAware", _ATOM, VERSION)
        self._set(self._proxy, "XdndProxy", _WINDOW, self._proxy)
        self._set(window, "XdndAware", _ATOM, VERSION)
        self._set(window, "XdndProxy", _WINDOW, self._proxy)

    def hear(self, event: bytes) -> str | None:
        """Answer an event of the server; gives the addresses, a line each, once something was dropped."""
        if event[0] & 0x7F == SELECTION_NOTIFY:
            return self._taken(event)
        if event[0] & 0x7F != CLIENT_MESSAGE:
            return None
        target, kind, source, _, at = struct.unpack_from("=5I", event, 4)
        if kind == self._atom("XdndPosition"):
            self._answer(
                "XdndStatus", source, target, _ACCEPTS_EVERYWHERE, 0, 0, self._atom("XdndActionCopy")
            )
        elif kind == self._atom("XdndDrop"):
            self._source, self._target = source, target
            names = ("XdndSelection", "text/uri-list", "XdndSelection")
            wanted = (c_uint32(self._atom(name)) for name in names)
            self._connection.send("convert_selection", c_uint32(self._proxy), *wanted, c_uint32(at))
        return None

    def _taken(self, event: bytes) -> str | None:
        """What the other program has laid down for us."""
        selection, _, where = struct.unpack_from("=3I", event, 12)
        if selection != self._atom("XdndSelection") or not self._source:
            return None
        found = self._connection.property(self._proxy, where, MOST_BYTES) if where else b""
        self._answer(
            "XdndFinished", self._source, self._target, int(bool(found)), self._atom("XdndActionCopy"), 0, 0
        )
        self._source = 0
        return found.decode("utf-8", "replace")

    def _answer(self, kind: str, to: int, *data: int) -> None:
        event = struct.pack("=BBHII5I", CLIENT_MESSAGE, 32, 0, to, self._atom(kind), *data)
        self._connection.send("send_event", c_uint8(0), c_uint32(to), c_uint32(0), c_char_p(event))

    def _set(self, window: int, name: str, kind: int, value: int) -> None:
        what = c_uint8(0), c_uint32(window), c_uint32(self._atom(name)), c_uint32(kind)
        values = (c_uint32 * 1)(value)
        self._connection.send("change_property", *what, c_uint8(32), c_uint32(1), values)

    def _atom(self, name: str) -> int:
        if name not in self._atoms:
            self._atoms[name] = self._connection.atom(name)
        return self._atoms[name]
