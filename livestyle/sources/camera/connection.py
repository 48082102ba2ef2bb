"""One open connection to a camera: a device through OpenCV, a stream through FFmpeg.

`next` may block for long, or for ever where a driver hangs: whoever calls it lives on a thread of its own.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from livestyle.core.address import advice, is_url, shown
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.quiet import quiet_opencv
from livestyle.core.size import Size
from livestyle.sources.camera.discovery import describe, find_camera, list_cameras
from livestyle.sources.source import CaptureInfo
from livestyle.sources.stream import StreamCapture

PROCESSES = Path("/proc")
VIDEO_MAJOR = 81
"""Linux's number of what gives pictures, among devices."""

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
        return is_url(self.address)

    @property
    def label(self) -> str:
        """The address as it may be shown."""
        return shown(self.address)


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
    return StreamCapture(request.address) if request.is_url else DeviceCapture(request)


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
                    f"camera {request.label} can't be opened: {_why_not(target)}; {describe(list_cameras())}"
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
    try:
        camera = find_camera(address, cameras)
    except LivestyleError as error:
        raise LivestyleError(f"{error}{advice(address)}") from error
    return camera.name, camera.path or camera.index


def _why_not(target: int | str) -> str:
    """What keeps a device from opening, as far as the system tells."""
    if not isinstance(target, str) or sys.platform != "linux":
        return "another program uses it, or may not share it with this one"
    if not _is_video(Path(target)):
        return "it is no camera; a pipe of pictures is given as -, on stdin"
    if not os.access(target, os.R_OK | os.W_OK):
        return "you may not use it; `sudo usermod -aG video $USER`, then log in again"
    users = using(Path(target))
    if users:
        return f"{' and '.join(users)} uses it; end that first"
    return "its driver gives no picture; plug it in again"


def _is_video(device: Path) -> bool:
    """Whether Linux takes a device for one of pictures; of one that is gone that isn't known."""
    try:
        return os.major(device.stat().st_rdev) == VIDEO_MAJOR
    except OSError:
        return True


def using(device: Path, processes: Path = PROCESSES) -> list[str]:
    """The programs that have a device open, as 'zoom (process 123)', where this user may look into them."""
    found = []
    for process in sorted(processes.glob("[0-9]*")):
        try:
            uses = any(link.readlink() == device for link in (process / "fd").iterdir())
            if uses and process.name != str(os.getpid()):
                name = (process / "comm").read_text("utf-8", errors="replace").strip()
                found.append(f"{name} (process {process.name})")
        except OSError:
            continue
    return found


def _as_bgr(picture: Pixels) -> Pixels:
    if picture.ndim == 3 and picture.shape[2] == 3:
        return picture
    code = cv2.COLOR_BGRA2BGR if picture.ndim == 3 and picture.shape[2] == 4 else cv2.COLOR_GRAY2BGR
    return cv2.cvtColor(picture, code).astype(np.uint8, copy=False)
