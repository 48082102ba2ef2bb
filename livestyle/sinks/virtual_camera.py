"""Pictures to a virtual camera, which calls and browsers take for a real one."""

from __future__ import annotations

import contextlib
import sys
from types import TracebackType
from typing import Any, Self

import cv2
import numpy as np

from livestyle.core.bars import contain
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame, Pixels
from livestyle.core.size import MAX_SIDE_PX, MIN_SIDE_PX, Size
from livestyle.sinks.loopback import INSTALL_PACKAGE, remedy

SIZE = Size(1280, 720)
"""What programs for calls ask a camera for."""

RATE = 30
ANY = ""


class VirtualCameraSink:
    """A device that has one size and one rate as long as it is open; other pictures get bars in it.

    Entering raises LivestyleError where no device opens, with the line that mends it; `write` and
    `repeat` do where it takes no more. Whoever calls them keeps the rate.

    device: its name, once it is open
    """

    def __init__(self, name: str = ANY, size: Size = SIZE, rate: float = RATE) -> None:
        """name: as the system has it, such as /dev/video10, or 10 for that; empty = the first there is.

        LivestyleError for a size that no camera has.
        """
        if size != size.paintable() or size.width % 2 or size.height % 2:
            raise LivestyleError(
                f"a virtual camera can't be {size}; expected even sides of {MIN_SIDE_PX} to {MAX_SIDE_PX} px"
            )
        self.size = size
        self.rate = rate
        self.device = ""
        self._name = f"/dev/video{name}" if name.isdecimal() and sys.platform.startswith("linux") else name
        self._camera: Any = None
        self._planes: Pixels = _converted(np.zeros((size.height, size.width, 3), np.uint8))

    def write(self, frame: Frame) -> None:
        """Send a picture, whole, with black beside it where its shape is another."""
        self._planes = _converted(contain(frame.pixels, self.size))
        self.repeat()

    def repeat(self) -> None:
        """Send the picture before once more; black where there was none."""
        try:
            self._camera.send(self._planes)
        except Exception as error:  # whatever the system's part of pyvirtualcam raises
            raise LivestyleError(f"the virtual camera {self.device} takes no more: {error}") from error

    def __enter__(self) -> Self:
        package = _package()
        try:
            self._camera = package.Camera(
                self.size.width,
                self.size.height,
                self.rate,
                fmt=package.PixelFormat.I420,
                device=self._name or None,
            )
        except Exception as error:  # RuntimeError of many causes, or what a backend raises
            cause = "; ".join(str(error).splitlines())
            raise LivestyleError(f"no virtual camera opens ({cause}); {remedy()}") from error
        self.device = str(self._camera.device)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(Exception):  # of a device that is gone
            self._camera.close()


def check_package() -> None:
    """LivestyleError, with the line that installs it, where pyvirtualcam can't be loaded."""
    _package()


def _package() -> Any:
    try:
        import pyvirtualcam
    except ImportError as error:
        raise LivestyleError(
            f"a virtual camera needs pyvirtualcam, which can't be loaded ({error}); {INSTALL_PACKAGE}"
        ) from error
    return pyvirtualcam


def _converted(pixels: Pixels) -> Pixels:
    """I420, as nearly every device takes it: pyvirtualcam would do this with Python held still."""
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2YUV_I420).astype(np.uint8, copy=False)
