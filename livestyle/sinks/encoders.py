"""Video encoders: which there are, what they are asked for, and what goes into which file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import av
from av.codec import Codec, CodecContext

from livestyle.core.errors import LivestyleError
from livestyle.core.pipes import is_stdout
from livestyle.core.size import Size
from livestyle.sinks.hardware import hardware_encoder

CONTAINERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": "webm"}
"""Files that keep every frame's own time, by suffix, and FFmpeg's name for them."""

HARDWARE = "hardware"
RAW_VIDEO = "rawvideo"
"""Encoder and container of bare pixels."""

_CRASH_PROOF = {
    "movflags": "+hybrid_fragmented+delay_moov",
    "frag_duration": "2000000",
    "use_editlist": "1",
    "flush_packets": "1",
}
_UNSHIFTED = {"avoid_negative_ts": "disabled", "cluster_time_limit": "2000", "flush_packets": "1"}
MUXER_OPTIONS = {"mp4": _CRASH_PROOF, "mov": _CRASH_PROOF, "matroska": _UNSHIFTED, "webm": _UNSHIFTED}
"""After a crash all but the last seconds can be played; once finished an MP4 is one plain file.
Sound that starts before zero (AAC does) does not shift the pictures."""


@dataclass(frozen=True)
class Encoding:
    """How a video is encoded.

    encoder: FFmpeg's name, or 'hardware' = the first on a GPU that opens; None, and where none does, =
             H.264 by libx264, in .webm AV1 by libsvtav1
    crf:     quality, lower is better, in the encoder's own scale; None = its default here
    preset:  speed against size, in the encoder's own words; None = its default here
    """

    encoder: str | None = None
    crf: int | None = None
    preset: str | None = None


@dataclass(frozen=True)
class _Habit:
    """What an encoder calls quality and speed, and good values where the CPU paints as well.

    large: what it is told beside, of pictures over LARGE_PIXELS
    """

    quality: str
    crf: int
    speed: str = "preset"
    preset: str = ""
    more: dict[str, str] = field(default_factory=dict)
    large: dict[str, str] = field(default_factory=dict)


LARGE_PIXELS = 4_000_000
_LOOKS_LITTLE_AHEAD = "rc-lookahead=1:sync-lookahead=0:bframes=1"
"""A frame of 4K takes libx264 32 MB, and it holds nineteen; with this it is five, for larger files."""

_NVENC = _Habit("cq", 23, preset="p4", more={"rc": "vbr"})
_HABITS = {
    "libx264": _Habit("crf", 20, preset="veryfast", large={"x264-params": _LOOKS_LITTLE_AHEAD}),
    "libx265": _Habit("crf", 24, preset="veryfast", more={"x265-params": "log-level=none"}),
    "libsvtav1": _Habit("crf", 32, preset="8"),
    "libvpx-vp9": _Habit("crf", 32, "cpu-used", "6", {"b": "0", "deadline": "realtime", "row-mt": "1"}),
    "h264_nvenc": _NVENC,
    "hevc_nvenc": _NVENC,
    "av1_nvenc": _NVENC,
}


def container_of(path: Path, encoder: str | None = None) -> str:
    """FFmpeg's name of the container a path's suffix asks for; LivestyleError for any other suffix.

    '-' is stdout, and Matroska, or bare pixels where they are the encoder.
    """
    if is_stdout(path):
        return encoder if encoder == RAW_VIDEO else "matroska"
    suffix = path.suffix.lower()
    if suffix not in CONTAINERS:
        raise LivestyleError(
            f"cannot write {path}: unknown kind {suffix!r}; expected one of {', '.join(CONTAINERS)}"
        )
    return CONTAINERS[suffix]


def encoder_name(encoding: Encoding, container: str) -> str:
    """The encoder to use. LivestyleError, with those that are here, for a name PyAV doesn't have."""
    asked = encoding.encoder
    if asked == HARDWARE:
        asked = hardware_encoder(webm=container == "webm")
    name = asked or ("libsvtav1" if container == "webm" else "libx264")
    try:
        if Codec(name, "w").type == "video":
            return name
    except ValueError:
        pass
    here = ", ".join(n for n in _HABITS if n in av.codecs_available)
    raise LivestyleError(
        f"no video encoder {name!r} in this PyAV; expected {here}, or another that FFmpeg has"
    )


def encoder_options(name: str, encoding: Encoding, size: Size) -> dict[str, str]:
    """What the encoder is told. LivestyleError where crf or preset is asked of one that has none."""
    habit = _HABITS.get(name)
    options = {habit.quality: str(habit.crf), habit.speed: habit.preset, **habit.more} if habit else {}
    if habit and size.width * size.height > LARGE_PIXELS:
        options |= habit.large
    known = {option.name for option in CodecContext.create(name, "w").supported_options.private}
    for given, value, key in (
        ("--crf", encoding.crf, habit.quality if habit else "crf"),
        ("--preset", encoding.preset, habit.speed if habit else "preset"),
    ):
        if value is None:
            continue
        if key not in known:
            raise LivestyleError(
                f"the encoder {name} knows no {given}; leave it out or choose another encoder"
            )
        options[key] = str(value)
    return options


def keeps_shape(name: str) -> bool:
    """Whether what an encoder makes says itself how wide its pixels are; of others it would be lost."""
    return Codec(name, "w").canonical_name in ("h264", "hevc", "mpeg4", "mpeg2video")


def pixel_format(name: str) -> str:
    """yuv420p, which plays everywhere; for an encoder that can't, the first it can. Bare pixels are BGR24."""
    if name == RAW_VIDEO:
        return "bgr24"
    formats = [f.name for f in Codec(name, "w").video_formats or ()]
    return "yuv420p" if "yuv420p" in formats or not formats else formats[0]


def sound_codec(container: str) -> str:
    """The encoder of the sound that a kind of file holds and players know: AAC, in WebM Opus."""
    return "libopus" if container == "webm" else "aac"
