"""Decoding on the circuits that GPUs have for it (NVDEC, VAAPI, Quick Sync, VideoToolbox), where one opens.

Frames come back to host memory. What a device can't decode FFmpeg decodes on the CPU, which is said once.
"""

from __future__ import annotations

import functools
import logging
import os

import av
from av.codec import Codec
from av.codec.hwaccel import HWAccel, hwdevices_available
from av.video.stream import VideoStream

DEVICES = ("cuda", "vaapi", "qsv", "videotoolbox", "d3d11va")
"""FFmpeg's names, the best first."""

COMMON = "h264"
"""What every such device decodes: with it one is tried."""

SWITCH = "LIVESTYLE_VIDEO"
"""An environment variable: 'software' leaves all of them out."""


def accelerator() -> HWAccel | None:
    """For av.open, a new one for each file; None where no device opens or none is wanted."""
    if os.environ.get(SWITCH) == "software" or not device():
        return None
    return HWAccel(device(), allow_software_fallback=True)


@functools.cache
def device() -> str:
    """The first of DEVICES that opens; empty where none does."""
    return next((name for name in DEVICES if not refusal(name)), "")


def refusal(name: str) -> str:
    """Why a device can't be used; empty where it opens. Being listed says nothing of the driver."""
    if name not in hwdevices_available():
        return "this FFmpeg was built without it"
    try:
        HWAccel(name, allow_software_fallback=False).create(Codec(COMMON, "r"))
    except (av.FFmpegError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        return str(getattr(error, "strerror", None) or error)
    return ""


def decoder_of(stream: VideoStream) -> str:
    """What decodes a stream: 'h264 on cuda', or 'h264' on the CPU; why it is that is told once."""
    codec = stream.codec_context.name
    if stream.codec_context.is_hwaccel:
        return f"{codec} on {device()}"
    if os.environ.get(SWITCH) != "software" and device():
        _tell(codec, device())
    return codec


@functools.cache
def _tell(codec: str, name: str) -> None:
    logging.getLogger("livestyle").warning("%s is decoded on the CPU: %s takes no such video", codec, name)
