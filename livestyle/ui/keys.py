"""Keys and what they do: one table for the keyboard and for the help on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto


class Action(Enum):
    """What a key asks for."""

    NEXT_STYLE = auto()
    PREVIOUS_STYLE = auto()
    PICK_STYLE = auto()
    NEXT_MODEL = auto()
    PREVIOUS_MODEL = auto()
    OPEN_PICTURE = auto()
    NEXT_PICTURE = auto()
    PREVIOUS_PICTURE = auto()
    REMOVE_STYLE = auto()
    STRONGER = auto()
    WEAKER = auto()
    STEADIER = auto()
    LOOSER = auto()
    CROSSFADE = auto()
    KEEP_COLOR = auto()
    FREEZE = auto()
    MIRROR = auto()
    COMPARE = auto()
    SNAPSHOT = auto()
    RECORD = auto()
    FULLSCREEN = auto()
    HUD = auto()
    HELP = auto()
    BACK = auto()
    NEXT_CAMERA = auto()
    QUIT = auto()


@dataclass(frozen=True)
class Key:
    """An action, the number where a digit was pressed."""

    action: Action
    number: int = 0


@dataclass(frozen=True)
class HelpLine:
    keys: tuple[str, ...]
    does: str


HELP: tuple[tuple[HelpLine, ...], ...] = (
    (
        HelpLine(("←", "→"), "style before, after"),
        HelpLine(("1–9",), "style by number"),
        HelpLine(("↑", "↓"), "strength"),
        HelpLine(("[", "]"), "steadiness"),
        HelpLine(("x",), "crossfade"),
        HelpLine(("c",), "keep the camera's colour"),
        HelpLine(("b",), "compare with the camera"),
        HelpLine(("m",), "mirror"),
        HelpLine(("space",), "freeze"),
    ),
    (
        HelpLine(("tab",), "next model"),
        HelpLine(("i",), "a picture as the style"),
        HelpLine((",", "."), "picture before, after"),
        HelpLine(("d",), "remove an added style"),
        HelpLine(("k",), "next of several cameras"),
        HelpLine(("s",), "snapshot"),
        HelpLine(("r",), "record"),
        HelpLine(("f",), "full screen"),
        HelpLine(("o",), "figures"),
        HelpLine(("h",), "this help"),
        HelpLine(("q", "esc"), "quit"),
    ),
)
"""Two columns."""

# Shift+Tab is 0x0B from Qt, 0x19 from Cocoa, 0xFE20 from GTK; Windows doesn't tell it from Tab.
_LETTERS = {
    "n": Action.NEXT_STYLE,
    "p": Action.PREVIOUS_STYLE,
    "\t": Action.NEXT_MODEL,
    "\x0b": Action.PREVIOUS_MODEL,
    "\x19": Action.PREVIOUS_MODEL,
    "i": Action.OPEN_PICTURE,
    ",": Action.PREVIOUS_PICTURE,
    ".": Action.NEXT_PICTURE,
    "d": Action.REMOVE_STYLE,
    "[": Action.LOOSER,
    "]": Action.STEADIER,
    "x": Action.CROSSFADE,
    "c": Action.KEEP_COLOR,
    " ": Action.FREEZE,
    "m": Action.MIRROR,
    "b": Action.COMPARE,
    "k": Action.NEXT_CAMERA,
    "s": Action.SNAPSHOT,
    "r": Action.RECORD,
    "f": Action.FULLSCREEN,
    "o": Action.HUD,
    "h": Action.HELP,
    "?": Action.HELP,
    "q": Action.QUIT,
    "\x1b": Action.BACK,
}

_X11 = {
    0xFE20: Action.PREVIOUS_MODEL,
    0xFF51: Action.PREVIOUS_STYLE,
    0xFF52: Action.STRONGER,
    0xFF53: Action.NEXT_STYLE,
    0xFF54: Action.WEAKER,
    0xFF96: Action.PREVIOUS_STYLE,
    0xFF97: Action.STRONGER,
    0xFF98: Action.NEXT_STYLE,
    0xFF99: Action.WEAKER,
    0xFFBE: Action.HELP,
    0xFFC8: Action.FULLSCREEN,
}
"""From 0xFF96 on the arrows of the number pad; its digits come as digits."""

_WINDOWS = {
    0x250000: Action.PREVIOUS_STYLE,
    0x260000: Action.STRONGER,
    0x270000: Action.NEXT_STYLE,
    0x280000: Action.WEAKER,
    0x700000: Action.HELP,
    0x7A0000: Action.FULLSCREEN,
}
_MACOS = {
    0xF702: Action.PREVIOUS_STYLE,
    0xF700: Action.STRONGER,
    0xF703: Action.NEXT_STYLE,
    0xF701: Action.WEAKER,
    0xF704: Action.HELP,
    0xF70E: Action.FULLSCREEN,
}

CODES: Mapping[int, Key] = {
    **{ord(letter): Key(action) for letter, action in _LETTERS.items()},
    **{ord(letter.upper()): Key(action) for letter, action in _LETTERS.items()},
    **{ord(str(n)): Key(Action.PICK_STYLE, n) for n in range(1, 10)},
    **{code: Key(action) for table in (_X11, _WINDOWS, _MACOS) for code, action in table.items()},
}
"""By the codes of cv2.waitKeyEx."""


def key_of(code: int) -> Key | None:
    """The key of a cv2.waitKeyEx code; None for no key and for keys that do nothing.

    GTK adds the state of Num Lock and the like above the lower 16 bits; it doesn't count.
    """
    if code < 0:
        return None
    return CODES.get(code) or CODES.get(code & 0xFFFF)
