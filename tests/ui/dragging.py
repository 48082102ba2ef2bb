"""A program that something is dragged out of: the other side of XDND."""

from __future__ import annotations

import struct
from ctypes import c_char_p, c_uint8, c_uint32

from livestyle.sinks.xcb import Connection
from livestyle.sinks.xcb_drop import CLIENT_MESSAGE, SELECTION_NOTIFY, VERSION
from tests.ui.desktop import wait_for

ADDRESSES = "text/uri-list"
_SELECTION_REQUEST = 30


class Dragging:
    """Over one window, on the display that DISPLAY names."""

    def __init__(self, window: int) -> None:
        """AssertionError where the window doesn't say that it can be dropped on."""
        self._connection = Connection()
        self._own, self._window = self._connection.new_window(), window
        proxy = self._property(window, "XdndProxy")
        self._to = struct.unpack("=I", proxy)[0]
        assert self._property(self._to, "XdndProxy") == proxy
        assert self._property(self._to, "XdndAware") == struct.pack("=I", VERSION)
        self._send(self._to, self._message("XdndEnter", VERSION << 24, self._atom(ADDRESSES), 0, 0))

    def accepted(self) -> bool:
        """Whether it may be dropped in the middle of it."""
        self._send(self._to, self._message("XdndPosition", 0, 0, 0, self._atom("XdndActionCopy")))
        status = self._wait(CLIENT_MESSAGE, "XdndStatus")
        assert struct.unpack_from("=I", status, 12)[0] == self._window
        return bool(struct.unpack_from("=I", status, 16)[0] & 1)

    def drop(self, text: str) -> None:
        """Let go, and hand over what it is."""
        selection = self._atom("XdndSelection")
        self._connection.send("set_selection_owner", *map(c_uint32, (self._own, selection, 0)))
        self._send(self._to, self._message("XdndDrop", 0, 0, 0, 0))
        request = self._wait(_SELECTION_REQUEST)
        when, _, requestor, asked, target, where = struct.unpack_from("=6I", request, 4)
        assert (asked, target) == (selection, self._atom(ADDRESSES))
        data = text.encode()
        what = c_uint8(0), c_uint32(requestor), c_uint32(where), c_uint32(target)
        self._connection.send("change_property", *what, c_uint8(8), c_uint32(len(data)), c_char_p(data))
        answer = struct.pack("=BBH5I8x", SELECTION_NOTIFY, 0, 0, when, requestor, asked, target, where)
        self._send(requestor, answer)
        self._wait(CLIENT_MESSAGE, "XdndFinished")
        self._connection.close()

    def _wait(self, kind: int, name: str = "") -> bytes:
        """The next event of a kind, of messages by its name."""

        def found() -> bytes | None:
            for event in self._connection.events():
                named = not name or struct.unpack_from("=I", event, 8)[0] == self._atom(name)
                if event[0] & 0x7F == kind and named:
                    return event
            return None

        return wait_for(found)

    def _message(self, name: str, *data: int) -> bytes:
        return struct.pack(
            "=BBHII5I", CLIENT_MESSAGE, 32, 0, self._window, self._atom(name), self._own, *data
        )

    def _send(self, to: int, event: bytes) -> None:
        self._connection.send("send_event", c_uint8(0), c_uint32(to), c_uint32(0), c_char_p(event))

    def _property(self, window: int, name: str) -> bytes:
        return self._connection.property(window, self._atom(name))

    def _atom(self, name: str) -> int:
        return self._connection.atom(name)
