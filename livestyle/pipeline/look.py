"""How the picture is to look: set by keys on one thread, read by inference before each frame."""

from __future__ import annotations

import time
from dataclasses import dataclass

from livestyle.config import STEADINESS
from livestyle.styles import StyleBank, Vector, lerp


@dataclass(frozen=True)
class Fade:
    """From one style to another, by wall time; eased, so that it starts and ends softly."""

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


class Look:
    """The style in use and what else the keys change.

    Every attribute may be set at any time; a frame whose inference starts afterwards has it.
    `crossfade_s` is how long a change of style takes, 0 = at once.
    """

    def __init__(self, bank: StyleBank, style: str, crossfade_s: float = 0.0) -> None:
        """LivestyleError for a style that isn't in `bank`."""
        self.bank = bank
        self.strength = 1.0
        self.keep_color = False
        self.steadiness = STEADINESS
        self.mirror = False
        self.frozen = False
        self.crossfade_s = crossfade_s
        index = bank.names.index(bank.find(style))
        vector = bank.vectors[index]
        self._fade = Fade(index, vector, vector, 0.0, 0.0)

    @property
    def style(self) -> str:
        return self.bank.names[self.index]

    @property
    def index(self) -> int:
        """The style's place in the bank, from 0. Setting it starts a crossfade from what is seen now."""
        return self._fade.index

    @index.setter
    def index(self, value: int) -> None:
        now = time.monotonic()
        index = value % len(self.bank)
        self._fade = Fade(index, self._fade.at(now), self.bank.vectors[index], now, self.crossfade_s)

    def now(self) -> tuple[str, Vector]:
        """Name and vector, float32 [D], for a frame whose inference starts now; not to be changed."""
        fade = self._fade
        return self.bank.names[fade.index], fade.at(time.monotonic())
