"""The findings of an experiment: claims with the figures reached, and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from livestyle.core.frame import Pixels


class Verdict(StrEnum):
    """Whether a claim was seen to hold."""

    YES = "yes"
    NO = "no"
    OPEN = "not shown"


@dataclass(frozen=True)
class Claim:
    """A row: what is claimed, the paper's figure or the threshold, what was reached or why nothing was."""

    text: str
    asked: str
    reached: str
    verdict: Verdict

    @classmethod
    def at_most(cls, text: str, value: float, limit: float, unit: str = "") -> Claim:
        return cls.of(text, f"≤ {limit:g}{unit}", f"{value:.3g}{unit}", value <= limit)

    @classmethod
    def at_least(cls, text: str, value: float, limit: float, unit: str = "") -> Claim:
        shown = f"{value:.0f}" if value >= 1000 else f"{value:.3g}"
        return cls.of(text, f"≥ {limit:g}{unit}", f"{shown}{unit}", value >= limit)

    @classmethod
    def of(cls, text: str, asked: str, reached: str, good: bool) -> Claim:
        return cls(text, asked, reached, Verdict.YES if good else Verdict.NO)

    @classmethod
    def open(cls, text: str, asked: str, why: str) -> Claim:
        """Nothing was measured; `why` says what it takes."""
        return cls(text, asked, why, Verdict.OPEN)

    def with_more(self, more: str) -> Claim:
        """The same, with the figures behind what was reached."""
        return replace(self, reached=f"{self.reached} ({more})")


@dataclass(frozen=True)
class PageImage:
    """A plot, or a sheet of paintings; uint8 BGR."""

    name: str
    caption: str
    pixels: Pixels
    plot: bool = False


@dataclass(frozen=True)
class Findings:
    """All of one experiment. setup: sizes and steps, in words."""

    setup: str
    claims: Sequence[Claim]
    pictures: Sequence[PageImage] = ()
