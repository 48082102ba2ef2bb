"""What the knobs and pads of a MIDI device are for, and how they learn it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from livestyle.core.errors import LivestyleError
from livestyle.model.controls import CONTROLS, STYLE, Slider, StyleName, Switch
from livestyle.pipeline.desk import Desk

TOP = 127
PRESSED = 64
"""From this value on a knob is on, and a button that is one is pressed."""

NEAR = 2 / TOP
"""Of a slider's range: so near to its value a knob takes over."""

_NAME = re.compile(r"(knob|pad) (\d+) on channel (\d+)")


@dataclass(frozen=True)
class Knob:
    """What sends: a controller, or a pad, which is a note. As text: 'knob 21 on channel 1'."""

    number: int
    channel: int = 1
    pad: bool = False

    def __str__(self) -> str:
        return f"{'pad' if self.pad else 'knob'} {self.number} on channel {self.channel}"

    @classmethod
    def parse(cls, text: str) -> Knob:
        """The knob of its text. LivestyleError for another one."""
        found = _NAME.fullmatch(text)
        if found is None or int(found[2]) > TOP or not 1 <= int(found[3]) <= 16:
            raise LivestyleError(f"bad knob {text!r}; expected for example 'knob 21 on channel 1'")
        return cls(int(found[2]), int(found[3]), pad=found[1] == "pad")


@dataclass(frozen=True)
class KnobMove:
    """value: 0 to 127; of a pad how hard it was hit."""

    knob: Knob
    value: int


class KnobDesk(Desk, Protocol):
    """A live session in which knobs learn.

    learning: what the next knob or pad is to be for, a control's name or empty, and a button's; None =
    nothing is. `offer_learning` makes it possible, `learned` ends it.
    """

    @property
    def learning(self) -> tuple[str, str] | None: ...
    def offer_learning(self) -> None: ...
    def learned(self) -> None: ...


class Knobs:
    """Does what moves ask. A knob turns a control to where it stands, a pad does what a button does.

    A slider is picked up: a knob takes over where it passes the slider's value, because a strength that leaps
    is seen as a flash. Styles and switches have nothing between two values, and follow at once.
    """

    def __init__(self, bound: Mapping[Knob, str], keep: Callable[[Mapping[Knob, str]], None]) -> None:
        """bound: what each is for, the name of a control or of a button. keep: told when that has changed."""
        self._bound = dict(bound)
        self._keep = keep
        self._at: dict[Knob, int] = {}
        self._held: dict[Knob, float] = {}

    def do(self, desk: KnobDesk, moves: Sequence[KnobMove]) -> None:
        """Do what moves ask, or learn what the first of them is for. On the display thread."""
        for move in moves:
            try:
                if (wanted := desk.learning) is not None:
                    self._learn(desk, move.knob, *wanted)
                self._act(desk, move)
            except LivestyleError as error:
                desk.tell(str(error))
            self._at[move.knob] = move.value

    def _learn(self, desk: KnobDesk, knob: Knob, control: str, button: str) -> None:
        """One that is to learn what it is for already forgets it."""
        target = control if control and not knob.pad else button
        desk.learned()
        self._at.pop(knob, None)
        if self._bound.get(knob) == target:
            del self._bound[knob]
            self._keep(self._bound)
            desk.tell(f"{str(knob).capitalize()}: nothing any more")
            return
        self._bound[knob] = target
        self._keep(self._bound)
        desk.tell(f"{str(knob).capitalize()}: {target.replace('_', ' ')}")
        if not knob.pad and control:
            self._held[knob] = desk.state()["values"][control]

    def _act(self, desk: Desk, move: KnobMove) -> None:
        target = self._bound.get(move.knob)
        control = next((control for control in CONTROLS if control.name == target), None)
        before = self._at.get(move.knob)
        rises = move.knob.pad or (before is not None and before < PRESSED <= move.value)
        if isinstance(control, Slider):
            self._slide(desk, control, move)
        elif isinstance(control, Switch):
            if before is None or (before < PRESSED) != (move.value < PRESSED):
                desk.set({control.name: move.value >= PRESSED}, show=True)
        elif isinstance(control, StyleName):
            names = [style["name"] for style in desk.state()["styles"]]
            names = names if control is STYLE else ["", *names]
            name = names[move.value * len(names) // (TOP + 1)]
            if name != desk.state()["values"][control.name]:
                desk.set({control.name: name}, show=True)
        elif target and rises:
            desk.do(target)

    def _slide(self, desk: Desk, slider: Slider, move: KnobMove) -> None:
        def value_at(place: int) -> float:
            return round(slider.low + (slider.high - slider.low) * place / TOP, 3)

        now: float = desk.state()["values"][slider.name]
        value = value_at(move.value)
        before = value_at(self._at.get(move.knob, move.value))
        near = NEAR * (slider.high - slider.low)
        held = self._held.get(move.knob) == now
        if held or min(before, value) - near <= now <= max(before, value) + near:
            self._held[move.knob] = value
            desk.set({slider.name: value}, show=True)
        else:
            desk.tell(f"{slider.said(value)} on the knob; it takes over at {slider.said(now).lower()}")
