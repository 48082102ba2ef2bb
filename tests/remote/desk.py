"""A live session without one: a look that is really turned, and what else was asked, written down."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from livestyle.core.frame import Pixels
from livestyle.model.controls import CONTROLS, Values
from livestyle.model.styles import StyleBank
from livestyle.pipeline.look import Look
from livestyle.ui.buttons import BUTTONS
from tests.desks import PromptDesk

T = TypeVar("T")
STYLES = ("great_wave", "scream", "mosaic", "kiss")


class LookDesk(PromptDesk):
    """Has a look that is really turned, and notes the rest."""

    def __init__(self) -> None:
        super().__init__()
        self.look = Look(StyleBank(STYLES, np.zeros((len(STYLES), 4), np.float32)), "scream")
        self.done: list[str] = []
        self.lines: list[str] = []
        self.learning: tuple[str, str] | None = None
        self.can_learn = threading.Event()
        self.recorded: Path | None = None

    def state(self) -> dict[str, Any]:
        return {
            "values": {control.name: getattr(self.look, control.name) for control in CONTROLS},
            "styles": [{"name": name} for name in STYLES],
            "models": [{"name": "tiny"}, {"name": "small"}],
            "model": "tiny",
            "camera": "/home/somebody/a.mp4",
            "busy": "",
            "recording": False,
            "compare": False,
            "said": {"number": 1, "text": self.lines[-1] if self.lines else ""},
        }

    def thumbnails(self) -> Mapping[str, Pixels]:
        return {}

    def figures(self) -> Sequence[Sequence[str]]:
        return ()

    def set(self, values: Values, show: bool = False) -> None:
        for control in CONTROLS:
            if control.name in values:
                control.check(values[control.name])
        self.look.set_controls(values)

    def press(self, key: str) -> None:
        raise AssertionError(key)

    def do(self, button: str) -> None:
        assert button in BUTTONS
        self.done.append(button)

    def turn_to(self, model: str) -> None:
        self.done.append(f"model {model}")

    def add_style(self, name: str, picture: Pixels) -> None:
        raise AssertionError(name)

    def offer_learning(self) -> None:
        self.can_learn.set()

    def learned(self) -> None:
        self.learning = None

    def tell(self, line: str) -> None:
        self.lines.append(line)
