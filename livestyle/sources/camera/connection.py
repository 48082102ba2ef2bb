"""One open connection to a camera: a device through OpenCV, a stream through FFmpeg.

`next` may block for long, or for ever where a driver hangs: whoever calls it lives on a thread of its own.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import av
import cv2
import numpy as np
from av.codec.context import Flags

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.size import MAX_SIDE_PX, Size
from livestyle.sources.camera.discovery import describe, find_camera, list_cameras, quiet_opencv

OPEN_TIMEOUT_S, READ_TIMEOUT_S = 8.0, 5.0
"""How long a stream may take to answer, and to send the next packet."""

STREAM_OPTIONS = {
    "protocol_whitelist": "http,https,httpproxy,tcp,tls,udp,rtp,srtp,rtsp,rtsps,rtmp,rtmps,srt,crypto,data",
    "rtsp_transport": "tcp",
    "fflags": "nobuffer",
    "flags": "low_delay",
    "analyzeduration": "1000000",
}
MJPG = cv2.VideoWriter.fourcc(*"MJPG")


@dataclass(frozen=True, slots=True)
class Request:
    """Which camera, and what is asked of it.

    address: an index ('0'), a device path, a part of a name, or a URL
    size, rate: asked for, not promised; None = as the camera likes
    """

    address: str
    size: Size | None = None
    rate: float | None = None

    @property
    def is_url(self) -> bool:
        return "://" in self.address

    @property
    def label(self) -> str:
        """The address as it may be shown: of a URL host and path, without user, password and query."""
        if not self.is_url:
            return self.address
        parts = urlsplit(self.address)
        return parts.netloc.rpartition("@")[2] + parts.path


@dataclass(frozen=True, slots=True)
class CaptureInfo:
    """What the camera says it gives, read back after it was asked."""

    name: str
    rate: float | None
    format: str


class Capture(Protocol):
    """Made open; LivestyleError where it can't be. Belongs to one thread."""

    @property
    def info(self) -> CaptureInfo: ...

    def next(self) -> tuple[Pixels, int] | None:
        """The next picture, uint8 BGR (H, W, 3), and when it came (monotonic ns); None once it is over."""
        ...

    def close(self) -> None: ...


def open_capture(request: Request) -> Capture:
    """A connection to the camera. LivestyleError where there is none."""
    return StreamCapture(request) if request.is_url else DeviceCapture(request)


class DeviceCapture:
    """A camera of this computer. MJPG is asked for first, since size and rate depend on it."""

    def __init__(self, request: Request) -> None:
        self._name, target = _device(request.address)
        backend = cv2.CAP_V4L2 if sys.platform == "linux" else cv2.CAP_ANY
        with quiet_opencv():
            self._capture = cv2.VideoCapture(target, backend)
            if not self._capture.isOpened():
                self._capture.release()
                raise LivestyleError(
                    f"camera {request.address} can't be opened; does another program use it, "
                    "or may you not (on Linux: the group 'video')? "
                    f"{describe(list_cameras())}"
                )
            self._capture.set(cv2.CAP_PROP_FOURCC, MJPG)
            if request.size is not None:
                self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, request.size.width)
                self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, request.size.height)
            if request.rate is not None:
                self._capture.set(cv2.CAP_PROP_FPS, request.rate)

    @property
    def info(self) -> CaptureInfo:
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        code = int(self._capture.get(cv2.CAP_PROP_FOURCC)) & 0xFFFFFFFF
        letters = code.to_bytes(4, "little").decode("latin-1").strip("\0 ")
        return CaptureInfo(
            self._name, rate if 0 < rate < 1000 else None, letters if letters.isprintable() else ""
        )

    def next(self) -> tuple[Pixels, int] | None:
        if not self._capture.grab():
            return None
        seen_ns = time.monotonic_ns()
        found, picture = self._capture.retrieve()
        if not found or picture is None:
            return None
        return _as_bgr(picture.astype(np.uint8, copy=False)), seen_ns

    def close(self) -> None:
        self._capture.release()


class StreamCapture:
    """A camera behind a URL. What it sends is read as it comes; nothing is held back for order."""

    def __init__(self, request: Request) -> None:
        self._name = request.label
        try:
            self._container = av.open(
                request.address, options=dict(STREAM_OPTIONS), timeout=(OPEN_TIMEOUT_S, READ_TIMEOUT_S)
            )
        except (av.FFmpegError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise LivestyleError(f"camera {self._name} can't be opened: {reason}") from error
        if not self._container.streams.video:
            self._container.close()
            raise LivestyleError(f"camera {self._name} sends no video")
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = "SLICE"
        self._stream.codec_context.flags |= Flags.low_delay
        self._pictures = self._decode()

    @property
    def info(self) -> CaptureInfo:
        rate = float(self._stream.average_rate or self._stream.guessed_rate or 0)
        if self._container.format.name == "mpjpeg":  # JPEGs over HTTP carry no times; FFmpeg makes up 25
            rate = 0.0
        codec = self._stream.codec_context.name
        return CaptureInfo(self._name, rate if 0 < rate < 1000 else None, codec)

    def next(self) -> tuple[Pixels, int] | None:
        return next(self._pictures, None)

    def close(self) -> None:
        self._container.close()

    def _decode(self) -> Iterator[tuple[Pixels, int]]:
        try:
            for packet in self._container.demux(self._stream):
                seen_ns = time.monotonic_ns()
                try:
                    frames = packet.decode()
                except (av.InvalidDataError, ValueError):
                    continue
                for frame in frames:
                    if isinstance(frame, av.VideoFrame) and 0 < max(frame.width, frame.height) <= MAX_SIDE_PX:
                        yield frame.to_ndarray(format="bgr24").astype(np.uint8, copy=False), seen_ns
        except (av.FFmpegError, ValueError, IndexError):
            return


def _device(address: str) -> tuple[str, int | str]:
    """A name to show and what OpenCV opens. LivestyleError where no such device is plugged in."""
    if address.isdecimal() and sys.platform != "linux":
        return f"camera {address}", int(address)
    cameras = list_cameras()
    if address.isdecimal() or address.startswith("/dev/"):
        for camera in cameras:
            if address in (str(camera.index), camera.path):
                return camera.name, camera.path
        if address.startswith("/dev/") and Path(address).exists():
            return address, address
        raise LivestyleError(f"there is no camera {address}; {describe(cameras)}")
    camera = find_camera(address, cameras)
    return camera.name, camera.path or camera.index


def _as_bgr(picture: Pixels) -> Pixels:
    if picture.ndim == 3 and picture.shape[2] == 3:
        return picture
    code = cv2.COLOR_BGRA2BGR if picture.ndim == 3 and picture.shape[2] == 4 else cv2.COLOR_GRAY2BGR
    return cv2.cvtColor(picture, code).astype(np.uint8, copy=False)
