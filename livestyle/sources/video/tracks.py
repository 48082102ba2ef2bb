"""Which of a file's picture tracks is the film."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from livestyle.core.errors import LivestyleError

STILLS = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image


def picture_tracks(container: InputContainer) -> list[VideoStream]:
    """The picture tracks that can be decoded, in the file's order, covers among them."""
    return [s for s in container.streams.video if s.codec_context is not None and s.codec_context.name]


def film_track(container: InputContainer, path: Path, number: int | None = None) -> VideoStream:
    """The track that a player would show, or the one with this `number`, from 1.

    That is: no cover or still where there is another, then the default one, then the longest, then the
    largest. LivestyleError where there is none, or not so many.
    """
    tracks = picture_tracks(container)
    if number is not None:
        if 1 <= number <= len(tracks):
            return tracks[number - 1]
        raise LivestyleError(f"{path} has no picture track {number}; it has {listed(tracks) or 'none'}")
    films = [track for track in tracks if not track.disposition & STILLS]
    if films:
        return max(films, key=_rank)
    kinds = ", ".join(s.type for s in container.streams) or "nothing"
    more = "; --track 1 paints its cover" if tracks else ""
    raise LivestyleError(f"{path} has no video that can be decoded; it holds {kinds}{more}")


def left_out(container: InputContainer, chosen: VideoStream) -> str:
    """The other picture tracks but covers, with their numbers, in words; '' where there are none."""
    tracks = enumerate(picture_tracks(container), 1)
    others = [
        f"{number}: {described(track)}"
        for number, track in tracks
        if track.index != chosen.index and not track.disposition & Disposition.attached_pic
    ]
    return "; ".join(others)


def listed(tracks: Sequence[VideoStream]) -> str:
    """'1: mjpeg 640x480, 1 frame; 2: h264 320x240, 25 frames, default'."""
    return "; ".join(f"{number}: {described(track)}" for number, track in enumerate(tracks, 1))


def described(track: VideoStream) -> str:
    """A track in a few words: codec, size, frames where the file says, what it is for."""
    words = [f"{track.codec_context.name} {track.width}x{track.height}"]
    frames = frames_said(track)
    if frames:
        words.append("1 frame" if frames == 1 else f"{frames} frames")
    if track.disposition & Disposition.attached_pic:
        words.append("a cover")
    elif track.disposition & Disposition.default:
        words.append("default")
    return ", ".join(words)


def frames_said(track: VideoStream) -> int:
    """How many frames the file says a track has; 0 where it doesn't."""
    said = track.metadata.get("NUMBER_OF_FRAMES", track.metadata.get("NUMBER_OF_FRAMES-eng", ""))
    return int(track.frames or (said if said.isdecimal() else 0))


def _rank(track: VideoStream) -> tuple[bool, bool, bool, int, int]:
    """Higher is rather the film; of equals `max` takes the first."""
    moves = frames_said(track) != 1
    seen = track.width > 0 and track.height > 0
    default = bool(track.disposition & Disposition.default)
    return seen, moves, default, round(_length_s(track)), track.width * track.height


def _length_s(track: VideoStream) -> float:
    """How long a track is, as its header or Matroska's tag says; 0 where neither does."""
    if track.duration:
        return float(track.duration * (track.time_base or 0))
    said = re.fullmatch(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", track.metadata.get("DURATION", ""))
    return int(said[1]) * 3600 + int(said[2]) * 60 + float(said[3]) if said else 0.0
