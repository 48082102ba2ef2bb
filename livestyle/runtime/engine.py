"""An engine runs one model at one size on one device."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np

from livestyle.card import Model
from livestyle.config import Precision
from livestyle.errors import LivestyleError
from livestyle.frame import Pixels
from livestyle.size import Size
from livestyle.styles import Vector


@dataclass(frozen=True)
class EngineInfo:
    """What runs, as it is printed and shown in the HUD."""

    engine: str
    device: str
    precision: Precision
    threads: int

    def __str__(self) -> str:
        threads = f"{self.threads} thread{'s' * (self.threads != 1)}"
        return f"{self.device} · {self.engine} · {self.precision} · {threads}"


class Engine(ABC):
    """One compiled model. Open with `with`, or `open` and `close`; used by one thread at a time.

    `infer` never changes its arguments and returns an array the caller owns. Style, strength and
    keep_color are arguments of each call: nothing is compiled or loaded when they change.
    """

    name: str

    def __init__(self, model: Model, size: Size, precision: Precision, threads: int) -> None:
        """`size` must fit the model's size multiple (see SizeRule); `precision` is not AUTO."""
        multiple = model.card.size_multiple
        if size.width % multiple or size.height % multiple:
            raise LivestyleError(f"{model.card.name} takes sizes in multiples of {multiple} px; got {size}")
        self.model = model
        self.size = size
        self.precision = precision
        self.threads = threads
        self._open = False

    @property
    @abstractmethod
    def info(self) -> EngineInfo:
        """Device, engine, precision and threads in use. Only while open."""

    def open(self) -> None:
        """Compile and allocate; may take seconds. LivestyleError where the engine can't run here."""
        if not self._open:
            self._open_impl()
            self._open = True

    def close(self) -> None:
        """Free everything; harmless when not open."""
        if self._open:
            self._open = False
            self._close_impl()

    def infer(self, pixels: Pixels, style: Vector, strength: float, keep_color: float) -> Pixels:
        """Paint one picture.

        pixels: uint8 BGR (H, W, 3) of this engine's size. style: float32 [D]. strength: 0 = the
        camera, 1 = the painting. keep_color: 1 = the camera's chroma under the painting's luminance.
        Returns uint8 BGR (H, W, 3). LivestyleError for a wrong shape, type or length.
        """
        if not self._open:
            raise LivestyleError(f"the {self.name} engine is not open; use it in a with block")
        if pixels.dtype != np.uint8 or pixels.shape != (self.size.height, self.size.width, 3):
            raise LivestyleError(
                f"bad frame: {pixels.dtype} {pixels.shape}; "
                f"expected uint8 ({self.size.height}, {self.size.width}, 3)"
            )
        if style.dtype != np.float32 or style.shape != (self.model.card.style_length,):
            raise LivestyleError(
                f"bad style vector: {style.dtype} {style.shape}; "
                f"expected float32 ({self.model.card.style_length},)"
            )
        return self._infer_impl(np.ascontiguousarray(pixels), style, strength, keep_color)

    @abstractmethod
    def _open_impl(self) -> None: ...

    @abstractmethod
    def _close_impl(self) -> None: ...

    @abstractmethod
    def _infer_impl(self, pixels: Pixels, style: Vector, strength: float, keep_color: float) -> Pixels: ...

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
