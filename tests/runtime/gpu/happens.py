"""What happened before what: vector clocks of the host and of streams, and the races that they tell of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

HOST = 0

Range: TypeAlias = tuple[int, int]
"""Address and bytes of device memory."""


@dataclass(frozen=True)
class Moment:
    """A point in an actor's life. seen: how far it knows the others to be, by actor."""

    actor: int
    time: int
    seen: dict[int, int]

    def knows(self, other: Moment) -> bool:
        """Whether `other` happened before it."""
        return self.seen.get(other.actor, 0) >= other.time


@dataclass(frozen=True)
class Access:
    moment: Moment
    range: Range
    writes: bool


class Ledger:
    """Actors are numbers; 0 is the host. A stream knows what the host knew when it was given its work."""

    def __init__(self) -> None:
        self._seen: list[dict[int, int]] = [{HOST: 0}]
        self._accesses: list[Access] = []
        self.races: list[str] = []

    def actor(self) -> int:
        self._seen.append({})
        return len(self._seen) - 1

    def tick(self, actor: int) -> Moment:
        """The next piece of work of a stream, given by the host now."""
        seen = self._seen[actor]
        _join(seen, self._seen[HOST])
        seen[actor] = seen.get(actor, 0) + 1
        return Moment(actor, seen[actor], dict(seen))

    def last(self, actor: int) -> Moment:
        seen = self._seen[actor]
        return Moment(actor, seen.get(actor, 0), dict(seen))

    def stream_waits(self, actor: int, moment: Moment | None) -> None:
        if moment is not None:
            _join(self._seen[actor], moment.seen)

    def host_waits(self, moment: Moment | None) -> None:
        self.stream_waits(HOST, moment)
        self._accesses = [a for a in self._accesses if not self.host_knows(a.moment)]

    def host_knows(self, moment: Moment) -> bool:
        return self._seen[HOST].get(moment.actor, 0) >= moment.time

    def touch(self, moment: Moment, reads: Sequence[Range], writes: Sequence[Range]) -> list[Range]:
        """The ranges in which this races with what was touched before."""
        found = [Access(moment, r, False) for r in reads] + [Access(moment, r, True) for r in writes]
        raced = [
            new.range
            for new in found
            for old in self._accesses
            if (new.writes or old.writes) and _overlap(new.range, old.range) and not moment.knows(old.moment)
        ]
        if raced:
            self.races.append(f"stream {moment.actor} touches {len(raced)} ranges that others are at")
        self._accesses += found
        return raced

    def unknown_to_host(self, of: Range) -> list[Access]:
        """What touches a range without the host having waited for it."""
        return [a for a in self._accesses if _overlap(a.range, of) and not self.host_knows(a.moment)]

    def forget(self, of: Range) -> None:
        self._accesses = [a for a in self._accesses if not _overlap(a.range, of)]


def _join(seen: dict[int, int], other: dict[int, int]) -> None:
    for actor, time in other.items():
        seen[actor] = max(seen.get(actor, 0), time)


def _overlap(a: Range, b: Range) -> bool:
    return a[0] < b[0] + b[1] and b[0] < a[0] + a[1]
