"""Virtual cameras without a driver: backends registered with pyvirtualcam itself."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np
import pyvirtualcam
import pyvirtualcam.camera

from livestyle.core.frame import Pixels
from livestyle.core.size import Size

NAME = "livestyle test"
"""No driver has a device of this name: a real one on this machine is left alone."""


class FakeDevice:
    """What is seen of it by the program that reads it.

    frames: uint8 BGR, as they were sent. before_send: called on the sender's thread, with their number
    """

    def __init__(self) -> None:
        self.frames: list[Pixels] = []
        self.opened: list[tuple[Size, float]] = []
        self.closed = 0
        self.refuses = ""
        self.before_send: Callable[[int], None] = lambda _: None

    def backend(self) -> type[Any]:
        """For pyvirtualcam.register_backend; its interface stands in pyvirtualcam.Backend."""
        fake = self

        class Camera:
            def __init__(self, *, width: int, height: int, fps: float, fourcc: int, device: str) -> None:
                if fake.refuses or device != NAME:
                    raise RuntimeError(fake.refuses or f"there is no {device}")
                self._size = Size(width, height)
                fake.opened.append((self._size, fps))

            def send(self, planes: Pixels) -> None:
                fake.before_send(len(fake.frames))
                folded = planes.reshape(self._size.height * 3 // 2, self._size.width)
                pixels = cv2.cvtColor(folded, cv2.COLOR_YUV2BGR_I420)
                fake.frames.append(pixels.astype(np.uint8, copy=False))

            def close(self) -> None:
                fake.closed += 1

            def device(self) -> str:
                return NAME

            def native_fourcc(self) -> None:
                return None

        return Camera


@contextlib.contextmanager
def registered() -> Iterator[FakeDevice]:
    """A device that pyvirtualcam opens by NAME."""
    fake = FakeDevice()
    pyvirtualcam.register_backend("livestyle-test", fake.backend())
    try:
        yield fake
    finally:
        del pyvirtualcam.camera.BACKENDS["livestyle-test"]
