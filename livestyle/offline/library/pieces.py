"""Where a long film is cut into pieces that can be painted apart."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from av.container import InputContainer
from av.video.stream import VideoStream

from livestyle.sources.video.container import open_container
from livestyle.sources.video.tracks import film_track

SEEKABLE = {"mov", "matroska", "webm"}
"""Formats in which any keyframe is found again by its time."""

SOONER = 0.9
"""A keyframe that follows the last one after less than this share of the longest distance stands at a cut:
that is where encoders put one beside those that they put at even distances."""

FORGOTTEN = 0.02
"""So little of what was before may be left in what is held of it, where a piece begins."""


@dataclass(frozen=True)
class Piece:
    """Pictures from one time to another; times in ticks of the film's picture track.

    number:   from 0. start, end: of what is painted; None = to the end
    first:    of the whole film
    seek:     of the keyframe from which it is decoded
    warm:     of the first picture that is painted; those before `start` only for what is held of them
    pictures: how many are from start to end
    """

    number: int
    start: int
    end: int | None
    first: int
    seek: int
    warm: int
    pictures: int


def pieces_of(path: Path, track: int | None, length_s: float, warm_up: int) -> tuple[Piece, ...]:
    """A film more than twice as long as `length_s` in pieces of about that; one piece or none for any other.

    None too where pieces could differ from the whole: a file that can't be sought in, or with times that
    are missing, repeated or out of order. warm_up: pictures painted before each cut. Only packets are read.
    LivestyleError as `open_container`.
    """
    with open_container(path, track) as container:
        stream = film_track(container, path, track)
        if not SEEKABLE & set(container.format.name.split(",")) or not stream.time_base:
            return ()
        found = _read(container, stream)
    if found is None:
        return ()
    times, keys = found
    length = round(Fraction(length_s) / stream.time_base)
    if times[-1] - times[0] <= 2 * length:
        return ()
    cuts = _cuts(keys, times[-1], length)
    edges = [times[0], *cuts]
    pieces = []
    for number, start in enumerate(edges):
        end = edges[number + 1] if number + 1 < len(edges) else None
        low, high = bisect_left(times, start), len(times) if end is None else bisect_left(times, end)
        warm = times[max(0, low - warm_up)]
        seek = keys[max(0, bisect_right(keys, warm) - 1)]
        pieces.append(Piece(number, start, end, times[0], seek, warm, high - low))
    return tuple(pieces)


def warm_up_of(steadiness: float) -> int:
    """How many pictures before a cut have to be painted so that what is held is as if all had been."""
    hold = 0.98 * steadiness * (2 - steadiness)
    return math.ceil(math.log(FORGOTTEN) / math.log(hold)) if hold > FORGOTTEN else 1


def _read(container: InputContainer, stream: VideoStream) -> tuple[list[int], list[int]] | None:
    """When each picture is shown, and each keyframe, sorted; None where that is not plain."""
    times: list[int] = []
    keys: list[int] = []
    last: int | None = None
    for packet in container.demux(stream):
        if not packet.size:
            continue
        if packet.pts is None or packet.is_corrupt or packet.is_discard:
            return None
        if last is not None and packet.dts is not None and packet.dts < last:
            return None
        last = packet.dts if packet.dts is not None else last
        times.append(packet.pts)
        if packet.is_keyframe:
            keys.append(packet.pts)
    times.sort()
    keys.sort()
    plain = bool(keys) and keys[0] == times[0] and all(a < b for a, b in pairwise(times))
    return (times, keys) if plain else None


def _cuts(keys: list[int], end: int, length: int) -> list[int]:
    """Keyframes about `length` apart, those at a scene's cut before others; the last piece is no stub."""
    longest = max((b - a for a, b in pairwise(keys)), default=0)
    scenes = {b for a, b in pairwise(keys) if b - a < SOONER * longest}
    cuts: list[int] = []
    start = keys[0]
    while end - start > length * 3 // 2:
        aim = start + length
        near = [key for key in keys if start + length // 2 <= key <= start + length * 3 // 2]
        wanted = [key for key in near if key in scenes] or near or [key for key in keys if key > aim][:1]
        wanted = [key for key in wanted if end - key > length // 2]
        if not wanted:
            break
        start = min(wanted, key=lambda key: abs(key - aim))
        cuts.append(start)
    return cuts
