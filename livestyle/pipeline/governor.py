"""How large to paint, so that a rate is held: told how long frames took, it says the share of each side."""

from __future__ import annotations

import statistics
from collections import deque

SHARES = (1.0, 0.75, 0.5, 1 / 3)
"""The shares of each side that are tried, from the whole picture down."""

LOOKS_BACK_S, LEAST_FRAMES = 1.0, 3
"""A decision rests on the median of so many seconds, and of so many frames at least; the first one too."""

SLACK = 1.1
"""Smaller where a frame takes so many times the time that it has: 30 a second are held from 27 on."""

ROOM = 0.8
"""Larger where a frame would take no more than this share of it."""

PATIENCE_S, MOST_PATIENCE_S, LONGER = 5.0, 320.0, 4.0
"""How long there has to be room before a step up; so many times as long where the one before was undone."""

UNDONE_S = 60.0
"""A step down so soon after one up undoes it."""


class Governor:
    """Decides, and does nothing else: whoever asks makes the engines, and says when one has taken over.

    Between two steps lies a second or more. It goes down by as many steps as it takes, and up by one; a
    frame is taken to cost what its pixels cost, which is more than it does.
    """

    def __init__(self, rate: float, shares: tuple[float, ...] = SHARES) -> None:
        """rate: frames a second that are to be painted, of all cameras together. shares: falling from 1."""
        self.rate = rate
        self.share = shares[0]
        """of each side, in use: as `took_over` said last"""
        self.wanted = shares[0]
        """of each side; another than `share` while an engine for it is to be made"""
        self.least = shares[-1]
        """no smaller one will be wanted"""
        self.steps = 0
        """taken so far"""
        self._shares = shares
        self._took: deque[tuple[float, float]] = deque()
        self._room_since: float | None = None
        self._patience_s = PATIENCE_S
        self._went_up = float("-inf")
        self._since: float | None = None

    def note(self, now: float, took_s: float) -> None:
        """A frame is painted: `now` in seconds, and how long that kept the painting busy.

        Notes that come while a step is being made count for nothing.
        """
        if self.wanted != self.share:
            return
        self._since = now if self._since is None else self._since
        self._took.append((now, took_s))
        while len(self._took) > LEAST_FRAMES and self._took[0][0] < now - LOOKS_BACK_S:
            self._took.popleft()
        if len(self._took) >= LEAST_FRAMES and now >= self._since + LOOKS_BACK_S:
            self._decide(now, statistics.median(took for _, took in self._took))

    def took_over(self, now: float, share: float) -> None:
        """Frames are painted at this share from `now` on."""
        if share < self.share and now < self._went_up + UNDONE_S:
            self._patience_s = min(MOST_PATIENCE_S, self._patience_s * LONGER)
        elif share < self.share:
            self._patience_s = PATIENCE_S
        elif share > self.share:
            self._went_up = now
        self.steps += share != self.share
        self.share = self.wanted = share
        self.forget(now)

    def forget(self, now: float) -> None:
        """What was noted holds no more: another model paints, or something else kept the machine busy."""
        self.wanted = self.share
        self._took.clear()
        self._room_since, self._since = None, now

    def stay(self) -> None:
        """Take no further step."""
        self._shares = (self.share,)
        self.wanted = self.share

    def _decide(self, now: float, took_s: float) -> None:
        at, has_s = self._shares.index(self.share), 1 / self.rate
        smaller = tuple(share for share in self._shares[at + 1 :] if share >= self.least)
        larger = self._shares[:at]
        if took_s > SLACK * has_s and smaller:
            fitting = (share for share in smaller if self._at(share, took_s) <= has_s)
            self.wanted = next(fitting, smaller[-1])
        elif not larger or self._at(larger[-1], took_s) > ROOM * has_s:
            self._room_since = None
        elif self._room_since is None:
            self._room_since = now
        elif now >= self._room_since + self._patience_s:
            self.wanted = larger[-1]

    def _at(self, share: float, took_s: float) -> float:
        """How long a frame would take at another share."""
        return took_s * (share / self.share) ** 2
