"""Which style a moment of a video has: styles in turn, each melting into the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from livestyle.core.errors import LivestyleError
from livestyle.model.styles import ALL, StyleBank, Vector, lerp


@dataclass(frozen=True)
class StyleSchedule:
    """Styles in turn by media time, over and over.

    vectors:     float32 [D], one for each style, in order
    every_s:     how long a style lasts
    crossfade_s: how long, at the start of its time, it takes to come in
    """

    vectors: tuple[Vector, ...]
    every_s: float
    crossfade_s: float

    @classmethod
    def of(cls, bank: StyleBank, names: Sequence[str], every_s: float, crossfade_s: float) -> StyleSchedule:
        """Names as StyleBank.find takes them, or 'all'. LivestyleError for an unknown name or a bad time."""
        if every_s <= 0 or crossfade_s < 0:
            raise LivestyleError(
                f"bad times: a change every {every_s} s, crossfade {crossfade_s} s; expected > 0 and >= 0"
            )
        wanted = [n for name in names for n in (bank.names if name == ALL else (bank.find(name),))]
        vectors = tuple(bank.vector(n) for n in wanted or bank.names[:1])
        return cls(vectors, every_s, min(crossfade_s, every_s))

    def at(self, seconds: float) -> Vector:
        """The vector at a time since the first frame; times before it count as its start."""
        turn, into_s = divmod(max(seconds, 0.0), self.every_s)
        now = self.vectors[int(turn) % len(self.vectors)]
        if turn == 0 or into_s >= self.crossfade_s or len(self.vectors) == 1:
            return now
        return lerp(self.vectors[(int(turn) - 1) % len(self.vectors)], now, into_s / self.crossfade_s)
