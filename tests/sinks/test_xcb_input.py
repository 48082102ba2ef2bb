"""Which code a key of the X server gives."""

from __future__ import annotations

from typing import cast

import pytest

from livestyle.sinks.xcb import Connection
from livestyle.sinks.xcb_input import PASTE, SHIFT_HELD, Layout

SHIFT, LOCK, CONTROL, NUM_LOCK, SECOND_GROUP = 1, 2, 4, 16, 1 << 13

KEYS = {
    "a": (0x61, 0x41, 0x6C6, 0x6E6),  # Latin, then Cyrillic
    "7": (0x37, 0x26, 0x37, 0x3F),
    "no shifted one": (0x62, 0, 0, 0),
    "enter": (0xFF0D, 0, 0, 0),
    "tab": (0xFF09, 0xFE20, 0, 0),
    "left": (0xFF51, 0, 0, 0),
    "pad 4": (0xFF96, 0xFFB4, 0, 0),
    "pad enter": (0xFF8D, 0, 0, 0),
    "delete": (0xFFFF, 0, 0, 0),
    "shift": (0xFFE1, 0, 0, 0),
    "caps lock": (0xFFE5, 0, 0, 0),
    "alt gr": (0xFE03, 0, 0, 0),
    "euro": (0x010020AC, 0, 0, 0),
    "v": (0x76, 0x56, 0, 0),
    "nothing": (0, 0, 0, 0),
}
FIRST, COLUMNS = 8, 4


class FakeConnection:
    """A server with this keyboard."""

    def setup(self) -> bytes:
        return bytes(34) + bytes((FIRST, FIRST + len(KEYS) - 1)) + bytes(4)

    def ask(self, call: str, *_: object) -> tuple[list[int], bytes]:
        assert call == "get_keyboard_mapping"
        return [symbol for symbols in KEYS.values() for symbol in symbols], bytes((1, COLUMNS)) + bytes(30)


@pytest.mark.parametrize(
    ("key", "state", "code"),
    [
        ("a", 0, ord("a")),
        ("a", SHIFT, ord("A")),
        ("a", LOCK, ord("A")),
        ("a", SHIFT | LOCK, ord("a")),
        ("a", SECOND_GROUP, ord("a")),
        ("a", SECOND_GROUP | SHIFT, ord("A")),
        ("7", SHIFT, ord("&")),
        ("7", LOCK, ord("7")),
        ("7", SECOND_GROUP | SHIFT, ord("?")),
        ("no shifted one", SHIFT, ord("B")),
        ("enter", 0, 0x0D),
        ("enter", SHIFT, 0x0D | SHIFT_HELD),
        ("enter", LOCK, 0x0D),
        ("pad enter", SHIFT, 0xFF8D | SHIFT_HELD),
        ("tab", 0, 0x09),
        ("tab", SHIFT, 0xFE20),
        ("left", LOCK, 0xFF51),
        ("pad 4", 0, 0xFF96),
        ("pad 4", NUM_LOCK, ord("4")),
        ("pad 4", SHIFT, ord("4")),
        ("delete", 0, 0x7F),
        ("euro", 0, 0x20AC),
        ("v", CONTROL, PASTE),
        ("v", CONTROL | LOCK, PASTE),
        ("a", CONTROL, None),
        ("enter", CONTROL, None),
        ("shift", 0, None),
        ("caps lock", 0, None),
        ("alt gr", 0, None),
        ("nothing", 0, None),
    ],
)
def test_codes(key: str, state: int, code: int | None) -> None:
    layout = Layout(cast(Connection, FakeConnection()))
    assert layout.code(FIRST + list(KEYS).index(key), state) == code


def test_a_key_the_server_has_not_told_of_gives_nothing() -> None:
    assert Layout(cast(Connection, FakeConnection())).code(255, 0) is None
