"""Video files as PyAV gives them: opened safely, decoded to upright BGR pictures in the right colours."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import av
import av.error
import av.logging
import numpy as np
from av.container import InputContainer
from av.sidedata.sidedata import SideData
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, ColorTrc, Interpolation, VideoReformatter
from av.video.stream import VideoStream

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels, on_white
from livestyle.core.input_file import check_file
from livestyle.core.pipes import stdin_film
from livestyle.core.size import MAX_SIDE_PX
from livestyle.sources.hardware import accelerator
from livestyle.sources.video.animation import as_film, is_webp
from livestyle.sources.video.tracks import film_track

VIDEO_SUFFIXES = frozenset(
    f".{kind}"
    for kind in (
        *("mp4", "m4v", "mov", "mkv", "webm", "avi", "mpg", "mpeg", "m2v", "vob", "ts", "mts", "m2ts"),
        *("wmv", "asf", "flv", "f4v", "3gp", "3g2", "ogv", "divx", "ivf", "h264", "hevc"),
        *("mjpeg", "gif", "apng", "y4m", "mxf", "nut", "dv"),
    )
)
"""What is taken for a video when a folder is read."""

EXACT = Interpolation.BILINEAR | Interpolation.ACCURATE_RND
"""swscale's default darkens by two levels of 255 each way."""

LIKELY_ASPECT = Fraction(8)
"""No film has pixels wider than so many of their heights."""

Lie: TypeAlias = tuple[bool, bool, bool]
"""How a picture is stored, one of eight ways: turned by a quarter, and mirrored across and down then."""

MAX_PIXELS = MAX_SIDE_PX * MAX_SIDE_PX

LARGE_PIXELS = 4_000_000
"""Larger pictures are decoded one at a time, not one on each core: every one takes 12 MB and more."""

_FORMATS = (
    "mov,matroska,avi,mpegts,mpeg,asf,flv,ogg,gif,apng,mjpeg,yuv4mpegpipe,h264,hevc,mpegvideo,ivf,nut,mxf,dv"
)
PROBED_BYTES, PROBED_US = 64_000_000, 600_000_000
"""Read to find the tracks of files that don't list them; sound may begin late."""

INDEX_MISSING = (
    "the index at its end (moov) is missing; copy it once more, or have a tool such as untrunc make another"
)

_HDR = {ColorTrc.SMPTE2084: "PQ (HDR10)", ColorTrc.ARIB_STD_B67: "HLG"}
_MATRICES = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
    10: Colorspace.BT2020,
}
"""swscale's matrix for FFmpeg's AVColorSpace, which frames carry."""


def open_container(
    path: Path, track: int | None = None, probed_bytes: int | None = None, on_device: bool = True
) -> InputContainer:
    """Open a video file for reading, one with the picture track `film_track` finds; use it in a with block.

    Only the local file is read, by the formats people keep videos in: a playlist inside can't reach
    other files or hosts. LivestyleError where it is missing, no video, damaged beyond opening, or
    larger than 8192 x 8192 px (found before a picture is decoded).

    path:         also '-' or 'raw:WxH@RATE', what is on stdin
    probed_bytes: read, and dropped, to find the tracks of a file that doesn't list them; None = PROBED_BYTES,
                  and what was read is kept and comes first
    on_device:    decode on a GPU's circuits where there are some
    """
    stdin = stdin_film(str(path))
    if stdin is None:
        check_file(path, "a video file")
    av.logging.set_libav_level(av.logging.PANIC)
    probed = {"probesize": str(probed_bytes or PROBED_BYTES), "analyzeduration": str(PROBED_US)}
    if probed_bytes is not None:
        probed["fflags"] = "+nobuffer"
    limits = {"protocol_whitelist": "file", "format_whitelist": _FORMATS, **probed}
    try:
        file: Any = "pipe:0"
        if stdin is not None:
            limits |= {
                "protocol_whitelist": "pipe",
                "format_whitelist": f"{_FORMATS},rawvideo",
                **stdin.options,
            }
        else:
            file = as_film(path) if is_webp(path) else str(path.absolute())
        container: InputContainer = av.open(
            file,
            "r",
            format=stdin.format if stdin else None,
            container_options=limits,
            metadata_errors="replace",
            hwaccel=accelerator() if on_device else None,
        )
    except (av.error.FFmpegError, OSError, ValueError) as error:
        cut = stdin is None and lacks_index(path)
        cause = (
            reason(error) if not isinstance(error, av.error.ArgumentError) else "its kind is not read here"
        )
        cause = f"it was cut off: {INDEX_MISSING}" if cut else f"{cause}; expected a video file"
        raise LivestyleError(f"cannot read {path}: {cause}") from error
    try:
        _check(film_track(container, path, track), path)
    except BaseException:
        container.close()
        raise
    return container


def lacks_index(path: Path) -> bool:
    """Whether a file begins as an MP4 or MOV and breaks off before what says where its pictures are."""
    size, at, seen = path.stat().st_size, 0, set[bytes]()
    with path.open("rb") as file:
        while at + 8 <= size and len(seen) < 16:
            file.seek(at)
            length, kind = struct.unpack(">I4s", file.read(8))
            if length == 1:
                length = int.from_bytes(file.read(8), "big")
            seen.add(kind)
            if length < 8:
                break
            at += length
    return bool(seen & {b"ftyp", b"wide"}) and b"mdat" in seen and b"moov" not in seen and at > size


def late_tracks(path: Path, format_name: str, known: int) -> list[str]:
    """Tracks beside the `known` first, which are found where all of a file is read: 'audio (mp2)'.

    Only a format that doesn't list its tracks has such. FFmpeg adds them where they begin; PyAV gives none of
    their packets, and says so or not, by chance.
    """
    listed = format_name not in ("mpeg", "mpegts") or stdin_film(str(path)) is not None
    if listed or path.stat().st_size <= PROBED_BYTES:
        return []
    with open_container(path, probed_bytes=path.stat().st_size) as whole:
        return [
            f"{stream.type} ({stream.codec_context.name if stream.codec_context else 'unknown'})"
            for stream in list(whole.streams)[known:]
        ]


def frame_count(stream: VideoStream) -> int | None:
    """How many frames the file says it has, or what its duration suggests; None where it says neither."""
    if stream.frames:
        return int(stream.frames)
    rate = stream.average_rate
    seconds = duration_s(stream)
    return round(seconds * float(rate)) if rate and seconds else None


def duration_s(stream: VideoStream) -> float | None:
    """Length of the stream, or of the file, in seconds; None where the file does not say."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    whole = stream.container.duration if isinstance(stream.container, InputContainer) else None
    return whole / av.time_base if whole else None


def hdr_name(frame: VideoFrame) -> str | None:
    """'PQ (HDR10)' or 'HLG' for a high dynamic range picture, None for any other."""
    return next((name for trc, name in _HDR.items() if frame.color_trc == trc), None)


def matrix(frame: VideoFrame) -> Colorspace:
    """The YUV matrix a frame is tagged with; untagged, BT.709 from 720 lines up and BT.601 below."""
    guess = Colorspace.ITU709 if frame.width >= 1280 or frame.height > 576 else Colorspace.ITU601
    return _MATRICES.get(int(frame.colorspace), guess)


def full_range(frame: VideoFrame) -> bool:
    """Whether black is 0 and white 255 rather than 16 and 235."""
    return frame.color_range == ColorRange.JPEG or frame.format.name.startswith("yuvj")


def upright_aspect(stream: VideoStream, frame: VideoFrame) -> Fraction:
    """The width of a pixel to its height, of an upright picture; 1 where the file says nothing likely."""
    aspect = stream.sample_aspect_ratio or Fraction(1)
    if not 1 / LIKELY_ASPECT <= aspect <= LIKELY_ASPECT:
        return Fraction(1)
    return 1 / aspect if abs(frame.rotation) == 90 else aspect


def transparent(frame: VideoFrame) -> bool:
    """Whether its pixels have an alpha channel."""
    return any(component.is_alpha for component in frame.format.components)


def shows_through(frame: VideoFrame) -> bool:
    """Whether it is transparent anywhere."""
    return transparent(frame) and bool(frame.reformat(format="bgra").to_ndarray()[:, :, 3].min() < 255)


def reason(error: Exception) -> str:
    """What FFmpeg or the system says, without its number or the path."""
    return str(getattr(error, "strerror", None) or error)


class BgrDecoder:
    """Decoded frames to BGR, with the right matrix and range, upright. Keep one for each file and thread.

    How a picture lies is read when its rotation changes. A PyAV frame that was asked for its side data is
    part of a circle: it keeps its memory, 12 MB of a frame of 4K, until Python looks for such.
    """

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()
        self._lies: dict[int, Lie] = {}

    def __call__(self, frame: VideoFrame) -> Pixels:
        """uint8 BGR (H, W, 3), the caller's own; turned and mirrored as the file asks.

        What is transparent lies on white.
        """
        clear = transparent(frame)
        bgr = self._reformatter.reformat(
            frame,
            format="bgra" if clear else "bgr24",
            src_colorspace=matrix(frame),
            src_color_range=ColorRange.JPEG if full_range(frame) else ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
            interpolation=EXACT,
            threads=1,
        )
        pixels: Pixels = np.ascontiguousarray(bgr.to_ndarray(), np.uint8)
        if frame.rotation not in self._lies:
            self._lies[frame.rotation] = _lie(frame)
        return _upright(on_white(pixels) if clear else pixels, self._lies[frame.rotation])


def _upright(pixels: Pixels, lies: Lie) -> Pixels:
    turned, flip_x, flip_y = lies
    if turned:
        pixels = pixels.transpose(1, 0, 2)
    return np.ascontiguousarray(pixels[:: -1 if flip_y else 1, :: -1 if flip_x else 1])


def _lie(frame: VideoFrame) -> Lie:
    """What the display matrix asks for."""
    data = frame.side_data.get("DISPLAYMATRIX")
    if not isinstance(data, SideData):
        return False, False, False
    a, b, _, c, d, *_ = struct.unpack("=9i", bytes(data)[:36])
    return (True, c < 0, b < 0) if abs(b) > abs(a) else (False, a < 0, d < 0)


def _check(stream: VideoStream, path: Path) -> None:
    width, height = stream.width, stream.height
    if width * height > MAX_PIXELS:
        raise LivestyleError(f"{path} is {width}x{height}; expected at most {MAX_SIDE_PX}x{MAX_SIDE_PX} px")
    stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
    stream.thread_type = "AUTO" if width * height <= LARGE_PIXELS else "SLICE"
