"""Encoding on the circuits that GPUs have for it (NVENC, Quick Sync, AMF, VideoToolbox), where one opens."""

from __future__ import annotations

import functools
import logging
from fractions import Fraction

import av

ENCODERS = ("h264_nvenc", "hevc_nvenc", "h264_qsv", "h264_amf", "h264_videotoolbox")
"""FFmpeg's names, the best first."""

TRIAL_PX = 256


@functools.cache
def refusal(encoder: str) -> str:
    """Why an encoder can't be used; empty where it opens. Being listed says nothing of the driver."""
    if encoder not in av.codecs_available:
        return "this FFmpeg was built without it"
    context = av.CodecContext.create(encoder, "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height, context.pix_fmt = TRIAL_PX, TRIAL_PX, "yuv420p"
    context.time_base = Fraction(1, 30)
    try:
        with av.logging.Capture():
            context.open()
    except (av.FFmpegError, ValueError) as error:
        return str(getattr(error, "strerror", None) or error)
    return ""


@functools.cache
def hardware_encoder(webm: bool = False) -> str | None:
    """The first that opens; None, and why is told, where none does. webm: for a file that holds none."""
    reasons = {name: "no WebM holds what it makes" if webm else refusal(name) for name in ENCODERS}
    found = next((name for name, why in reasons.items() if not why), None)
    if found is None:
        why = "; ".join(f"{name}: {why}" for name, why in reasons.items())
        logging.getLogger("livestyle").warning("video is encoded on the CPU: %s", why)
    return found
