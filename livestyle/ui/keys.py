"""Keys and what they do: one table for the keyboard and for the help on the screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from livestyle.model.controls import CONTROLS, STRENGTH, Control


class Action(Enum):
    """What a key asks for, beside turning a control."""

    GALLERY = auto()
    PICK_STYLE = auto()
    NEXT_MODEL = auto()
    PREVIOUS_MODEL = auto()
    OPEN_PICTURE = auto()
    NEXT_PICTURE = auto()
    PREVIOUS_PICTURE = auto()
    REMOVE_STYLE = auto()
    COMPARE = auto()
    SNAPSHOT = auto()
    RECORD = auto()
    PAUSE_RECORDING = auto()
    OPEN_FOLDER = auto()
    VIRTUAL_CAMERA = auto()
    LEARN = auto()
    FULLSCREEN = auto()
    HUD = auto()
    HELP = auto()
    BACK = auto()
    NEXT_CAMERA = auto()
    QUIT = auto()


@dataclass(frozen=True)
class Key:
    """An action, with the number where a digit was pressed; or a control, and 1 or -1 for which way."""

    asks: Action | Control[Any]
    number: int = 0


@dataclass(frozen=True)
class HelpLine:
    """A line of the help. actions: of its keys, in their order; what is done with the mouse comes last."""

    keys: tuple[str, ...]
    does: str
    actions: tuple[Action, ...] = ()

    @classmethod
    def of(cls, control: Control[Any]) -> HelpLine:
        return cls(control.keys, control.label)


HELP: tuple[tuple[HelpLine, ...], ...] = (
    (
        HelpLine(("g", "click"), "all styles at a glance", (Action.GALLERY,)),
        *(HelpLine.of(control) for control in CONTROLS if control.keys),
        HelpLine(("1–9",), "style by number"),
        HelpLine(("wheel",), STRENGTH.label),
        HelpLine(("drag",), "the line of the comparison"),
        HelpLine(("right click",), "this help"),
    ),
    (
        HelpLine(("tab",), "next model", (Action.NEXT_MODEL,)),
        HelpLine(("i",), "a picture as the style", (Action.OPEN_PICTURE,)),
        HelpLine((",", "."), "picture before, after", (Action.PREVIOUS_PICTURE, Action.NEXT_PICTURE)),
        HelpLine(("d",), "remove an added style", (Action.REMOVE_STYLE,)),
        HelpLine(("b",), "compare with the camera", (Action.COMPARE,)),
        HelpLine(("k",), "next of several cameras", (Action.NEXT_CAMERA,)),
        HelpLine(("s",), "snapshot", (Action.SNAPSHOT,)),
        HelpLine(("r", "u"), "record, pause it", (Action.RECORD, Action.PAUSE_RECORDING)),
        HelpLine(("O",), "folder of what was saved", (Action.OPEN_FOLDER,)),
        HelpLine(("v",), "virtual camera", (Action.VIRTUAL_CAMERA,)),
        HelpLine(("l",), "a MIDI knob learns", (Action.LEARN,)),
        HelpLine(("f",), "full screen", (Action.FULLSCREEN,)),
        HelpLine(("o",), "figures", (Action.HUD,)),
        HelpLine(("h",), "this help", (Action.HELP,)),
        HelpLine(("q", "esc"), "quit", (Action.QUIT, Action.BACK)),
    ),
)
"""Two columns: what is turned, and what is done."""

NOT_SHOWN: tuple[HelpLine, ...] = (
    *(HelpLine(control.aliases, control.label) for control in CONTROLS if control.aliases),
    HelpLine(("?", "f1"), "this help", (Action.HELP, Action.HELP)),
    HelpLine(("f11",), "full screen", (Action.FULLSCREEN,)),
    HelpLine(("shift+tab",), "previous model", (Action.PREVIOUS_MODEL,)),
)
"""What the help on the screen leaves out: docs/reference.md has it."""

# Shift+Tab is 0x0B from Qt, 0x19 from Cocoa, 0xFE20 from GTK; Windows doesn't tell it from Tab.
_NAMED: Mapping[str, tuple[int, ...]] = {
    "←": (0xFF51, 0xFF96, 0x250000, 0xF702),
    "↑": (0xFF52, 0xFF97, 0x260000, 0xF700),
    "→": (0xFF53, 0xFF98, 0x270000, 0xF703),
    "↓": (0xFF54, 0xFF99, 0x280000, 0xF701),
    "-": (ord("-"), 0xFFAD),
    "+": (ord("+"), 0xFFAB),
    "f1": (0xFFBE, 0x700000, 0xF704),
    "f11": (0xFFC8, 0x7A0000, 0xF70E),
    "tab": (0x09,),
    "shift+tab": (0x0B, 0x19, 0xFE20),
    "space": (0x20,),
    "esc": (0x1B,),
}
"""Keys that aren't letters, by the codes of X11 (the number pad's too), Windows and macOS."""


def _bound() -> Iterator[tuple[str, Key]]:
    """Every key by its name, with what it asks for."""
    for control in CONTROLS:
        for keys in (control.keys, control.aliases):
            steps = (-1, 1) if len(keys) == 2 else (1,)
            yield from ((key, Key(control, step)) for key, step in zip(keys, steps, strict=False))
    for line in (line for column in (*HELP, NOT_SHOWN) for line in column if line.actions):
        yield from zip(line.keys, map(Key, line.actions), strict=False)
    yield from ((str(number), Key(Action.PICK_STYLE, number)) for number in range(1, 10))


def _codes(key: str) -> tuple[int, ...]:
    """A letter's are those of both its cases, unless the other one is a key of its own."""
    return _NAMED.get(key) or tuple({ord(case) for case in (key, key.swapcase()) if case in (key, *_FREE)})


NAMES: Mapping[str, Key] = dict(_bound())
"""By the names that the help shows."""

_FREE = {key.swapcase() for key in NAMES} - set(NAMES)

CODES_OF: Mapping[str, tuple[int, ...]] = {key: _codes(key) for key in NAMES}
"""The codes of a key by its name."""

CODES: Mapping[int, Key] = {code: asked for key, asked in NAMES.items() for code in CODES_OF[key]}
"""By the codes of cv2.waitKeyEx."""


def key_of(code: int, caps_lock: bool = False) -> Key | None:
    """The key of a cv2.waitKeyEx code; None for no key and for keys that do nothing.

    GTK adds the state of Num Lock and the like above the lower 16 bits; it doesn't count. caps_lock: is on,
    so that letters come in the other case.
    """
    if code < 0:
        return None
    if caps_lock and chr(code & 0xFFFF).isascii():
        code = ord(chr(code & 0xFFFF).swapcase())
    return CODES.get(code) or CODES.get(code & 0xFFFF)
