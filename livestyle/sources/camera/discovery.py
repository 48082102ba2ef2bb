"""Which cameras this computer has."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from livestyle.core.address import shown
from livestyle.core.errors import LivestyleError
from livestyle.core.quiet import quiet_opencv

V4L2_CLASS = Path("/sys/class/video4linux")
QUERYCAP, CAPABILITIES_BYTES, CAN_CAPTURE = 0x80685600, 104, 0x1001
"""VIDIOC_QUERYCAP of linux/videodev2.h, the length of its answer, V4L2_CAP_VIDEO_CAPTURE and _MPLANE."""

PROBED_INDEXES = 6


@dataclass(frozen=True, slots=True)
class Camera:
    """index: what OpenCV counts it as. path: its device; empty where the system names none."""

    index: int
    name: str
    path: str = ""

    def __str__(self) -> str:
        return f"{self.index}: {self.name}" + (f" ({self.path})" if self.path else "")


def list_cameras() -> tuple[Camera, ...]:
    """The cameras that are plugged in, by index. Linux names them; elsewhere indexes are tried out."""
    if sys.platform == "linux":
        return v4l2_cameras()
    return tuple(Camera(i, f"camera {i}") for i in range(PROBED_INDEXES) if _answers(i))


def v4l2_cameras(folder: Path = V4L2_CLASS, devices: Path = Path("/dev")) -> tuple[Camera, ...]:
    """The devices listed in `folder` that give pictures (a camera has others, for its metadata)."""
    found = []
    for entry in folder.glob("video*") if folder.is_dir() else ():
        number = entry.name.removeprefix("video")
        with contextlib.suppress(OSError):
            name = (entry / "name").read_text("utf-8", errors="replace").strip()
            if number.isdecimal() and _gives_pictures(devices / entry.name):
                found.append(Camera(int(number), name, str(devices / entry.name)))
    return tuple(sorted(found, key=lambda camera: camera.index))


def find_camera(name: str, cameras: Sequence[Camera]) -> Camera:
    """The camera of this name, or the one whose name holds it, whatever the case.

    LivestyleError that lists the cameras where none or more than one fits.
    """
    wanted = name.strip().casefold()
    exact = [c for c in cameras if c.name.casefold() == wanted]
    fits = exact or [c for c in cameras if wanted and wanted in c.name.casefold()]
    if len(fits) == 1:
        return fits[0]
    problem = f"fits {len(fits)} cameras; use an index" if fits else "is no camera here"
    raise LivestyleError(f"{shown(name)!r} {problem}; {describe(fits or cameras)}")


def describe(cameras: Sequence[Camera]) -> str:
    """What an error says about the cameras there are."""
    if not cameras:
        return "no camera was found; try --camera synthetic"
    return f"found {', '.join(map(str, cameras))}; or try --camera synthetic"


def _gives_pictures(device: Path) -> bool:
    """False where the driver says that it does not; True where it can't be asked."""
    import fcntl

    answer = bytearray(CAPABILITIES_BYTES)
    try:
        with device.open("rb", buffering=0) as file:
            fcntl.ioctl(file, QUERYCAP, answer)
    except OSError:
        return True
    return bool(int.from_bytes(answer[88:92], sys.byteorder) & CAN_CAPTURE)


def _answers(index: int) -> bool:
    with quiet_opencv():
        capture = cv2.VideoCapture(index)
        try:
            return capture.isOpened()
        finally:
            capture.release()
