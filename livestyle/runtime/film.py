"""Films: sequences of frames with a past of their own. One engine paints several films side by side."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.card import Model, resolve_shapes
from livestyle.model.frame_style import FrameStyle, inputs_of

Tensors: TypeAlias = dict[str, NDArray[Any]]
"""Inputs or outputs of a graph by name (see ARCHITECTURE.md)."""


class Film(ABC):
    """Frames in, paintings out in the same order; up to `depth` frames lie between.

    Where the model has state, what a frame leaves behind is passed to the next of this film: each
    output `next_NAME` becomes the input `state_NAME`. Zeros are no past. Used by one thread at a time.
    """

    depth = 1
    """How many frames may be submitted before a result is taken."""

    def __init__(self, model: Model, size: Size) -> None:
        self._length = model.card.style_length
        self._inputs = tuple(inputs_of(model.card))
        self._size = size
        shapes = resolve_shapes(model.card.state, size)
        self._shapes = {f"state_{name}": shape for name, shape in shapes.items()}
        self.in_flight = 0
        """Frames submitted whose result was not taken."""

    def submit(self, pixels: Pixels, style: FrameStyle) -> None:
        """Start the next frame; arguments and errors as in Engine.infer.

        The arguments must not change before its result is taken. LivestyleError where `depth` frames
        are in flight already.
        """
        if self.in_flight >= self.depth:
            raise LivestyleError(f"{self.in_flight} frames are in flight already; take a result first")
        self._submit(self._feed(pixels, style))
        self.in_flight += 1

    def _feed(self, pixels: Pixels, style: FrameStyle) -> Tensors:
        """The graph's inputs without the state. LivestyleError for a wrong shape, type or length."""
        if pixels.dtype != np.uint8 or pixels.shape != (self._size.height, self._size.width, 3):
            raise LivestyleError(
                f"bad frame: {pixels.dtype} {pixels.shape}; "
                f"expected uint8 ({self._size.height}, {self._size.width}, 3)"
            )
        vector = style.vector
        if vector.dtype != np.float32 or vector.shape != (self._length,):
            raise LivestyleError(
                f"bad style vector: {vector.dtype} {vector.shape}; expected float32 ({self._length},)"
            )
        return {"frame": np.ascontiguousarray(pixels)[None], **style.tensors(self._inputs)}

    def result(self) -> Pixels:
        """The painting of the oldest frame in flight, uint8 BGR (H, W, 3), the caller's own. Waits for it."""
        if not self.in_flight:
            raise LivestyleError("no frame is in flight; submit one first")
        self.in_flight -= 1
        return self._result()

    def drop(self) -> None:
        """Discard the frames in flight; they give no results. The film goes on after them. Never raises."""
        while self.in_flight:
            self.in_flight -= 1
            self._result()

    @abstractmethod
    def reset(self) -> None:
        """The next frame submitted is painted as if it were the first."""

    @property
    def state(self) -> Tensors:
        """What the next frame builds on, by input name, float32; a copy. Empty where nothing is carried.

        Set it to what any film gave for this model and size to go on from there.
        """
        return self._read_state()

    @state.setter
    def state(self, state: Tensors) -> None:
        found = {name: array.shape for name, array in state.items()}
        if found != self._shapes:
            raise LivestyleError(f"bad state: {found}; expected {self._shapes}")
        self._write_state({name: np.array(array, np.float32, order="C") for name, array in state.items()})

    @abstractmethod
    def close(self) -> None:
        """Free the film and all that is in flight. Never raises; may be called twice."""

    @abstractmethod
    def _submit(self, feed: Tensors) -> None:
        """`feed` has all inputs but the state."""

    @abstractmethod
    def _result(self) -> Pixels: ...

    @abstractmethod
    def _read_state(self) -> Tensors: ...

    @abstractmethod
    def _write_state(self, state: Tensors) -> None:
        """`state` was checked for names, shapes and type, and belongs to this film."""


class HostFilm(Film):
    """Film for synchronous engines with host-memory state."""

    def __init__(self, model: Model, size: Size, infer: Callable[[Tensors], Tensors]) -> None:
        """infer: runs the graph once; the state it returns may be overwritten by the call after the next."""
        super().__init__(model, size)
        self._infer = infer
        self._done: deque[Pixels] = deque()
        self._shared = False
        self.reset()

    def reset(self) -> None:
        self._state: Tensors = {name: np.zeros(shape, np.float32) for name, shape in self._shapes.items()}

    def share(self) -> None:
        """Copy the state after every frame from now on, because the engine has other films that overwrite
        it.
        """
        self._shared = True
        self._state = self._read_state()

    def close(self) -> None:
        self._state = {}
        self._done.clear()

    def _submit(self, feed: Tensors) -> None:
        found = self._infer({**feed, **self._state})
        self._state = {name: found[name.replace("state_", "next_")] for name in self._state}
        if self._shared:
            self._state = self._read_state()
        self._done.append(found["stylized"][0])

    def _result(self) -> Pixels:
        return self._done.popleft()

    def _read_state(self) -> Tensors:
        return {name: array.copy() for name, array in self._state.items()}

    def _write_state(self, state: Tensors) -> None:
        self._state = state
