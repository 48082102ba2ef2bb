"""An engine runs one model at one size on one device."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from livestyle.card import Model, resolve_shapes
from livestyle.config import Precision
from livestyle.errors import LivestyleError
from livestyle.frame import Pixels
from livestyle.size import Size
from livestyle.styles import Vector

Tensors: TypeAlias = dict[str, NDArray[Any]]
"""Inputs or outputs of a graph by name (see ARCHITECTURE.md)."""


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

    Where the model has state, what a frame leaves behind is passed to the next: each output
    `next_NAME` becomes the input `state_NAME`. Zeros are no past.
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
        shapes = resolve_shapes(model.card.state, size)
        self._state_shapes = {f"state_{name}": shape for name, shape in shapes.items()}
        self._outputs = ["stylized", *(f"next_{name}" for name in shapes)]
        self._state: Tensors = {}

    @property
    @abstractmethod
    def info(self) -> EngineInfo:
        """Device, engine, precision and threads in use. Only while open."""

    def open(self) -> None:
        """Compile and allocate; may take seconds. LivestyleError where the engine can't run here."""
        if not self._open:
            self._open_impl()
            self._open = True
            self.reset()

    def close(self) -> None:
        """Free everything; harmless when not open."""
        if self._open:
            self._open = False
            self._state = {}
            self._close_impl()

    def reset(self) -> None:
        """Forget the frames before: the next one is painted as if it were the first."""
        self._state = {name: np.zeros(shape, np.float32) for name, shape in self._state_shapes.items()}

    @property
    def state(self) -> Tensors:
        """What the next frame builds on, by input name, float32; a copy. Empty where nothing is carried.

        Set it to what any engine gave for this model and size to go on from there.
        """
        return {name: array.copy() for name, array in self._state.items()}

    @state.setter
    def state(self, state: Tensors) -> None:
        found = {name: array.shape for name, array in state.items()}
        if found != self._state_shapes:
            raise LivestyleError(f"bad state: {found}; expected {self._state_shapes}")
        self._state = {name: np.array(array, np.float32, order="C") for name, array in state.items()}

    def infer(
        self, pixels: Pixels, style: Vector, strength: float, keep_color: float, steadiness: float = 0.0
    ) -> Pixels:
        """Paint one picture, the next of a film.

        pixels: uint8 BGR (H, W, 3) of this engine's size. style: float32 [D]. strength: 0 = the
        camera, 1 = the painting. keep_color: 1 = the camera's chroma under the painting's luminance.
        steadiness: how much is held where nothing moves, 0 = nothing, at most 1; without effect
        where the model has no state, and in a frame whose other arguments are new.
        Returns uint8 BGR (H, W, 3); sides times the card's scale where the model enlarges pictures, to
        which pixels alone matter. LivestyleError for a wrong shape, type or length.
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
        feed: Tensors = {"frame": np.ascontiguousarray(pixels)[None]}
        if self.model.card.scale == 1:
            feed |= {
                "style": np.ascontiguousarray(style)[None],
                "strength": np.array([strength], np.float32),
                "keep_color": np.array([keep_color], np.float32),
            }
        if self._state:
            feed |= {"steadiness": np.array([steadiness], np.float32), **self._state}
        found = self._infer_impl(feed)
        self._state = {name: found[name.replace("state_", "next_")] for name in self._state}
        painted: Pixels = found["stylized"][0]
        return painted

    @abstractmethod
    def _open_impl(self) -> None: ...

    @abstractmethod
    def _close_impl(self) -> None: ...

    @abstractmethod
    def _infer_impl(self, feed: Tensors) -> Tensors:
        """Run the graph once and give the outputs named in `self._outputs`.

        `stylized` is the caller's own. The others may be overwritten by the call after the next.
        """

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
