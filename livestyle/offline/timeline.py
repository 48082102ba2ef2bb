"""One clock for all streams of a file: where it jumps or wraps, pictures and sound go on as they were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from av.packet import Packet
from av.stream import Stream

BACK_S = Fraction(1, 10)
"""A stream that goes back by more has jumped; by less, its times are only out of order."""

AHEAD_S = 10
"""A stream that leaves all others behind by more has jumped, in a format whose clock may."""

WRAPS_S = {
    "mpegts": Fraction(2**33, 90_000),
    "mpeg": Fraction(2**33, 90_000),
    "flv": Fraction(2**32, 1000),
}
"""Formats whose clock may be set anew within a file, and when it begins again at 0."""

PATIENCE = 500
"""So many packets of a sound that jumped wait for the pictures to jump too."""


@dataclass
class _Clock:
    """Where a stream is, in the file's own times.

    part:   how many jumps it has followed
    own:    what is added to it alone
    last:   of the packet before, in s; None before the first. step: how long that lasts
    held:   packets that wait to know how far the pictures jump
    """

    part: int = 0
    own: Fraction = Fraction(0)
    last: Fraction | None = None
    step: Fraction = Fraction(0)
    held: list[Packet[Stream]] = field(default_factory=list)


class Timeline:
    """Moves packets, in place and in the file's order, so that each stream goes on where it was.

    Where the pictures jump, the next follows after one picture's duration, and the sound moves by as
    much: both stay in step. A clock is continued where it wraps. Times that are only
    repeated, or a little out of order, stay.

    jumps: when, in s of the film as it is put in a row
    """

    def __init__(self, picture: Stream, format_name: str, usual_step: Fraction) -> None:
        """format_name: FFmpeg's. usual_step: a picture's duration in s, where a packet doesn't say it."""
        self.jumps: list[Fraction] = []
        self._picture = picture.index
        wraps = (WRAPS_S[name] for name in format_name.split(",") if name in WRAPS_S)
        self._wrap_s = next(wraps, None)
        self._by_shown = "matroska" in format_name  # it says no more than that: FFmpeg guesses the rest
        self._usual_step = usual_step
        self._offsets = [Fraction(0)]
        self._furthest: list[Fraction | None] = [None]
        self._clocks: dict[int, _Clock] = {}

    def place(self, packet: Packet[Stream]) -> Iterator[Packet[Stream]]:
        """The packet moved, and before it others that waited; nothing while it waits itself."""
        time = _time(packet)
        kind = packet.stream.type
        if time is None:
            yield packet
        elif packet.stream_index == self._picture:
            yield from self._place_picture(packet, time)
        elif kind == "audio":
            yield from self._place_sound(packet, time)
        else:
            yield _moved(packet, self._offsets[self._nearest(time)])

    def rest(self) -> Iterator[Packet[Stream]]:
        """What still waits at the end of the file."""
        for clock in self._clocks.values():
            yield from self._alone(clock)

    def _place_picture(self, packet: Packet[Stream], time: Fraction) -> Iterator[Packet[Stream]]:
        clock = self._clocks.setdefault(packet.stream_index, _Clock())
        known = packet.dts is not None  # else it is when it is shown, which is in no order
        may_jump = known
        if self._by_shown and packet.pts is not None:
            time, known, may_jump = packet.pts * packet.time_base, True, packet.is_keyframe
        if self._wrap_s and known and packet.pts is not None:
            shown = packet.pts * packet.time_base
            packet.pts = packet.pts if abs(shown - time) <= AHEAD_S else packet.dts  # a damaged one
        jumped = may_jump and self._jumped(clock, time)
        if jumped:
            self._begin_part(clock, packet, time)
        if known:
            self._passed(clock, packet, time)
        yield _moved(packet, self._offsets[clock.part])
        if jumped:
            for other in self._clocks.values():
                yield from self._follow(other)

    def _place_sound(self, packet: Packet[Stream], time: Fraction) -> Iterator[Packet[Stream]]:
        clock = self._clocks.setdefault(packet.stream_index, _Clock(part=self._nearest(time)))
        if not clock.held and not self._jumped(clock, time):
            self._passed(clock, packet, time)
            yield _moved(packet, self._offsets[clock.part] + clock.own)
            return
        clock.held.append(packet)
        if clock.part < len(self._offsets) - 1:
            yield from self._follow(clock)
        elif len(clock.held) > PATIENCE:
            yield from self._alone(clock)

    def _jumped(self, clock: _Clock, time: Fraction) -> bool:
        if clock.last is None:
            return False
        furthest = self._furthest[clock.part]
        ahead = self._wrap_s is not None and furthest is not None and time > furthest + AHEAD_S
        behind_all = clock.part < len(self._offsets) - 1
        return ahead or time < clock.last - (0 if behind_all else BACK_S)

    def _begin_part(self, clock: _Clock, packet: Packet[Stream], time: Fraction) -> None:
        """The pictures go on with `packet`, decoded at `time`: what is added from now on."""
        assert clock.last is not None
        offset = self._offsets[clock.part]
        if self._wrap_s and abs(time + self._wrap_s - clock.last) < AHEAD_S:
            self._offsets.append(offset + self._wrap_s)
        else:
            self._offsets.append(offset + clock.last + clock.step - time)
            shown = time if packet.pts is None else packet.pts * packet.time_base
            self.jumps.append(self._offsets[-1] + shown)
        self._furthest.append(None)
        clock.part, clock.last = len(self._offsets) - 1, None

    def _passed(self, clock: _Clock, packet: Packet[Stream], time: Fraction) -> None:
        clock.last = time if clock.last is None else max(time, clock.last)
        lasts = (packet.duration or 0) * packet.time_base
        clock.step = lasts or (self._usual_step if packet.stream_index == self._picture else Fraction(0))
        furthest = self._furthest[clock.part]
        self._furthest[clock.part] = time if furthest is None else max(furthest, time)

    def _follow(self, clock: _Clock) -> Iterator[Packet[Stream]]:
        """Packets that waited, moved as the pictures have been."""
        held, clock.held = clock.held, []
        if held:
            clock.part, clock.own, clock.last = len(self._offsets) - 1, Fraction(0), None
        yield from self._released(clock, held)

    def _alone(self, clock: _Clock) -> Iterator[Packet[Stream]]:
        """Packets that waited in vain go on where their own stream was."""
        held, clock.held = clock.held, []
        time = _time(held[0]) if held else None
        if time is not None and clock.last is not None:
            clock.own += clock.last + clock.step - time
            clock.last = None
            self.jumps.append(self._offsets[clock.part] + clock.own + time)
        yield from self._released(clock, held)

    def _released(self, clock: _Clock, held: list[Packet[Stream]]) -> Iterator[Packet[Stream]]:
        for packet in held:
            time = _time(packet)
            if time is not None:
                self._passed(clock, packet, time)
            yield _moved(packet, self._offsets[clock.part] + clock.own)

    def _nearest(self, time: Fraction) -> int:
        """The newest part, or the one before where that is nearer to a time."""
        newest = len(self._offsets) - 1
        here, before = self._furthest[newest], self._furthest[newest - 1] if newest else None
        if here is None or before is None or abs(time - here) <= abs(time - before):
            return newest
        return newest - 1


def _time(packet: Packet[Stream]) -> Fraction | None:
    """When a packet is decoded, or where the file doesn't say it shown, in s."""
    ticks = packet.dts if packet.dts is not None else packet.pts
    return None if ticks is None else ticks * packet.time_base


def _moved(packet: Packet[Stream], by_s: Fraction) -> Packet[Stream]:
    ticks = round(by_s / packet.time_base) if by_s else 0
    if ticks:
        packet.pts = None if packet.pts is None else packet.pts + ticks
        packet.dts = None if packet.dts is None else packet.dts + ticks
    return packet
