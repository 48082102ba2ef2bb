"""How the picture is to look: set by keys on one thread, read by inference before each frame."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace

import numpy as np

from livestyle.model.controls import CROSSFADE, FREEZE, MIRROR
from livestyle.model.frame_style import FrameStyle, Styled
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


class Look(Styled):
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
        self.crossfade_s = crossfade_s
        self._lock = threading.Lock()
        self._asked = ""
        self._fade = _still(bank, index)

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
    def index(self) -> int:
        """The style's place in the bank, from 0. Setting it starts a crossfade from what is seen now."""
        return self._fade.index

    @index.setter
    def index(self, value: int) -> None:
        with self._lock:
            self._asked = ""
            self._begin(value)

    def ask(self, style: str) -> None:
        """Change to a style by its whole name, now or as soon as it is in the bank."""
        with self._lock:
            self._asked = style
            self._answer()

    def follow(self, bank: StyleBank) -> None:
        """Choose from `bank` from now on: another model's, or the same model's with more styles.

        The style of the same name stays, else it is the first; another model's is there at once.
        """
        with self._lock:
            fade = self._fade
            if bank is fade.bank:
                return
            name = fade.bank.names[fade.index]
            index = bank.names.index(name) if name in bank.names else 0
            same = np.array_equal(bank.vectors[index], fade.end)
            self._fade = replace(fade, bank=bank, index=index) if same else _still(bank, index)
            self._answer()

    def now(self) -> tuple[str, FrameStyle]:
        """The style's name, and what a frame is painted with whose inference starts now."""
        fade = self._fade
        return fade.bank.names[fade.index], replace(self._frame_style, vector=fade.at(time.monotonic()))

    def _begin(self, index: int) -> None:
        now, fade = time.monotonic(), self._fade
        index %= len(fade.bank)
        self._fade = Fade(fade.bank, index, fade.at(now), fade.bank.vectors[index], now, self.crossfade_s)

    def _answer(self) -> None:
        if self._asked in self.bank.names:
            self._begin(self.bank.names.index(self._asked))
            self._asked = ""


def _still(bank: StyleBank, index: int) -> Fade:
    return Fade(bank, index, bank.vectors[index], bank.vectors[index], 0.0, 0.0)
