"""What guests do by buttons: the window's keys by names that say what they do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from livestyle.model.controls import STRENGTH, Control
from livestyle.ui.keys import NAMES, Action, Key

HERE = frozenset({
    Action.OPEN_PICTURE, Action.SNAPSHOT, Action.FULLSCREEN, Action.HUD, Action.HELP,
})  # fmt: skip
"""What a guest with a screen does on its own."""

ALLOWED = frozenset({
    Action.PICK_STYLE, Action.NEXT_MODEL, Action.PREVIOUS_MODEL, Action.REMOVE_STYLE,
    Action.COMPARE, Action.RECORD, Action.PAUSE_RECORDING, Action.NEXT_CAMERA, Action.LEARN,
})  # fmt: skip
"""What a guest may ask for by a key. Not to quit, nor to look through the folders of this machine."""

WITHOUT_A_SCREEN = frozenset({
    Action.SNAPSHOT, Action.FULLSCREEN, Action.HUD, Action.HELP, Action.GALLERY,
})  # fmt: skip
"""What a guest without a screen may ask for beside it."""


def _named() -> Iterator[tuple[str, str]]:
    for name, key in NAMES.items():
        if isinstance(key.asks, Control):
            step = "step" if len(key.asks.keys) == 1 else "up" if key.number > 0 else "down"
            yield f"{key.asks.name}/{step}", name
        elif key.asks in ALLOWED | WITHOUT_A_SCREEN and key.asks is not Action.PICK_STYLE:
            yield key.asks.name.lower(), name


BUTTONS: Mapping[str, str] = dict(reversed([*_named()]))
"""The window's key of every button, by name: 'record', 'style/up'; of several keys the one that is shown."""


class Learning:
    """What the next knob or pad that is moved is to be for: what was turned or done last, while it is on."""

    def __init__(self) -> None:
        self.possible = False
        """there is a device with knobs"""
        self.on = False
        self._last = Key(STRENGTH, 1)

    def note(self, key: Key) -> None:
        """A key was pressed, or a control was turned otherwise."""
        if key.asks is not Action.LEARN and _button(key):
            self._last = key

    @property
    def wanted(self) -> tuple[str, str]:
        """The name of the control, empty where it is none, and that of the button."""
        asks = self._last.asks
        return asks.name if isinstance(asks, Control) else "", _button(self._last)

    def switch(self) -> str:
        """On or off; gives what to tell the user."""
        if not self.possible:
            return "There is no MIDI device; --midi takes one"
        self.on = not self.on
        control, button = self.wanted
        return f"Learn: move a knob or press a pad for {control or button}" if self.on else "Learn: off"


def _button(key: Key) -> str:
    return next((name for name, pressed in BUTTONS.items() if NAMES[pressed] == key), "")
