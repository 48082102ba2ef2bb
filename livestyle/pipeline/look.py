"""How the picture is to look: set by keys on one thread, read by inference before each frame."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace

import numpy as np

from livestyle.model.controls import CROSSFADE, FREEZE, MIRROR, STROKE
from livestyle.model.frame_style import Controlled, FrameStyle
from livestyle.model.styles import StyleBank, Vector, lerp


@dataclass(frozen=True)
class Fade:
    """From one style to another, by wall time; eased, so that it starts and ends softly."""

    bank: StyleBank
    index: int
    """of the style at the end, in the bank"""
    start: Vector
    end: Vector
    began: float
    """seconds of time.monotonic()"""
    seconds: float

    def at(self, now: float) -> Vector:
        share = (now - self.began) / self.seconds if self.seconds > 0 else 1.0
        if share >= 1:
            return self.end
        return lerp(self.start, self.end, share * share * (3 - 2 * share))

    def within(self, bank: StyleBank) -> Fade | None:
        """The same among the styles of another bank; None where it has none of this name."""
        name = self.bank.names[self.index]
        if name not in bank.names:
            return None
        index = bank.names.index(name)
        same = np.array_equal(bank.vectors[index], self.end)
        return replace(self, bank=bank, index=index) if same else _still(bank, index)


class Look(Controlled):
    """The style in use and what else the keys change.

    Every attribute may be set at any time; a frame whose inference starts afterwards has it.
    `crossfade_s` is how long a change of style takes, 0 = at once.
    """

    def __init__(self, bank: StyleBank, style: str, crossfade_s: float = CROSSFADE.default) -> None:
        """LivestyleError for a style that isn't in `bank`."""
        index = bank.names.index(bank.find(style))
        super().__init__(bank.vectors[index])
        self.mirror = MIRROR.default
        self.frozen = FREEZE.default
        self.stroke = STROKE.default
        self.crossfade_s = crossfade_s
        self._lock = threading.Lock()
        self._asked = ""
        self._fade = _still(bank, index)
        self._second: Fade | None = None

    @property
    def bank(self) -> StyleBank:
        """The styles there are. `follow` changes them."""
        return self._fade.bank

    @property
    def style(self) -> str:
        """Its name. Setting it, to any part of a name, starts a crossfade as `index` does."""
        fade = self._fade
        return fade.bank.names[fade.index]

    @style.setter
    def style(self, name: str) -> None:
        bank = self.bank
        self.index = bank.names.index(bank.find(name))

    @property
    def title(self) -> str:
        """What the user reads of the style: 'The Starry Night – Vincent van Gogh'."""
        return self.bank.title(self.style)

    @property
    def index(self) -> int:
        """The style's place in the bank, from 0. Setting it starts a crossfade from what is seen now."""
        return self._fade.index

    @index.setter
    def index(self, value: int) -> None:
        with self._lock:
            self._asked = ""
            self._begin(value)

    @property
    def second_style(self) -> str:
        """The style that is blended with the other, by `blend`; empty = none. Faded in as `style` is."""
        second = self._second
        return second.bank.names[second.index] if second else ""

    @second_style.setter
    def second_style(self, name: str) -> None:
        with self._lock:
            self._second = self._next(self._second or self._fade, name) if name else None

    def ask(self, style: str) -> None:
        """Change to a style by its whole name, now or as soon as it is in the bank."""
        with self._lock:
            self._asked = style
            self._answer()

    def follow(self, bank: StyleBank, first: str = "") -> None:
        """Choose from `bank` from now on: another model's, or the same model's with more styles.

        Styles of the same names stay, else it is `first`, or the bank's first where that is empty, and no
        second; another model's are there at once.
        """
        with self._lock:
            if bank is self._fade.bank:
                return
            self._fade = self._fade.within(bank) or _still(bank, bank.names.index(first) if first else 0)
            self._second = self._second and self._second.within(bank)
            self._answer()

    def now(self) -> tuple[str, FrameStyle]:
        """The style's name, and what a frame is painted with whose inference starts now."""
        now = time.monotonic()
        with self._lock:
            fade, second = self._fade, self._second
            style = replace(self._frame_style, vector=fade.at(now), second=second.at(now) if second else None)
        return fade.bank.names[fade.index], style

    def _begin(self, index: int) -> None:
        names = self.bank.names
        self._fade = self._next(self._fade, names[index % len(names)])

    def _next(self, fade: Fade, name: str) -> Fade:
        """From what is seen now of `fade` to a style of the bank. LivestyleError where there is none."""
        now, bank = time.monotonic(), fade.bank
        index = bank.names.index(bank.find(name))
        return Fade(bank, index, fade.at(now), bank.vectors[index], now, self.crossfade_s)

    def _answer(self) -> None:
        if self._asked in self.bank.names:
            self._begin(self.bank.names.index(self._asked))
            self._asked = ""


def _still(bank: StyleBank, index: int) -> Fade:
    return Fade(bank, index, bank.vectors[index], bank.vectors[index], 0.0, 0.0)
