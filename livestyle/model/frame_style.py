"""Holds all that a frame is painted with, in one object that is passed from the keys to the graph."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Generic, Self, overload

import numpy as np
from numpy.typing import NDArray

from livestyle.core.errors import LivestyleError
from livestyle.model.card import Card
from livestyle.model.controls import (
    BLEND,
    CONTROLS,
    KEEP_COLOR,
    STEADINESS,
    STRENGTH,
    Control,
    Value,
    Values,
)
from livestyle.model.styles import Vector, lerp


@dataclass(frozen=True, eq=False)
class FrameStyle:
    """All that may change from one frame to the next, beside its pixels.

    vector:     float32 [D]: the style
    strength:   0 = the camera, 1 = the painting
    keep_color: 1 = the camera's chroma under the painting's luminance
    steadiness: how much is held where nothing moves, 0 = nothing; without effect where the model has
                no state, and in a frame in which anything else here is new
    second:     float32 [D]: the style that is blended with it; None = none
    blend:      the share of the second style, where there is one

    LivestyleError for a value out of its control's range, or styles of two models.
    """

    vector: Vector
    strength: float = STRENGTH.default
    keep_color: float = KEEP_COLOR.default
    steadiness: float = STEADINESS.default
    second: Vector | None = None
    blend: float = BLEND.default

    def __post_init__(self) -> None:
        if self.second is not None and self.second.shape != self.vector.shape:
            raise LivestyleError(
                f"bad second style: {self.second.shape}; expected the shape of the first, {self.vector.shape}"
            )
        for control in FRAME_CONTROLS:
            control.check(getattr(self, control.name))

    @classmethod
    def still(cls, vector: Vector) -> FrameStyle:
        """The style alone, without steadiness: for a picture that is unrelated to the one before."""
        return cls(vector, steadiness=0.0)

    @property
    def blended(self) -> Vector:
        """The blend of the style and the second style, float32 [D]."""
        return self.vector if self.second is None else lerp(self.vector, self.second, self.blend)

    @property
    def default(self) -> bool:
        """Whether everything that a model without controls can't do is at its default."""
        controls = (c for c in FRAME_CONTROLS if c is not STEADINESS and c is not BLEND)
        return self.second is None and all(getattr(self, c.name) == c.default for c in controls)

    def tensors(self, names: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The named inputs of a graph, with the shapes that `inputs_of` gives."""
        return {name: self._tensor(name) for name in names}

    def _tensor(self, name: str) -> NDArray[np.float32]:
        if name == "style":
            return np.ascontiguousarray(self.blended)[None]
        return np.array([getattr(self, name)], np.float32)


FRAME_CONTROLS: tuple[Control[Any], ...] = tuple(
    control for control in CONTROLS if control.name in {field.name for field in fields(FrameStyle)}
)
"""The controls that are fields of a FrameStyle."""

STYLE_INPUTS = ("style", "strength", "keep_color", "steadiness")
"""The inputs that a graph can take from a FrameStyle, in the graph's order."""


def inputs_of(card: Card) -> dict[str, tuple[int, ...]]:
    """The inputs that the graph of a model takes from a FrameStyle, in order: float32 shapes by name."""
    if card.scale > 1:
        return {}
    names = (name for name in STYLE_INPUTS if card.state or name != STEADINESS.name)
    return {name: (1, card.style_length) if name == "style" else (1,) for name in names}


class Attribute(Generic[Value]):
    """Is an attribute of a Controlled: it reads and sets the value of a control in the FrameStyle."""

    def __init__(self, control: Control[Value]) -> None:
        self._name = control.name
        self._type: type[Value] = type(control.default)
        self.__doc__ = control.about

    @overload
    def __get__(self, owner: None, kind: type[Controlled]) -> Self: ...
    @overload
    def __get__(self, owner: Controlled, kind: type[Controlled]) -> Value: ...
    def __get__(self, owner: Controlled | None, kind: type[Controlled]) -> Self | Value:
        return self if owner is None else self._type(getattr(owner._frame_style, self._name))

    def __set__(self, owner: Controlled, value: Value) -> None:
        owner.change(**{self._name: value})


class Controlled:
    """Has controls as attributes that any thread may set; each change is a new FrameStyle."""

    strength = Attribute(STRENGTH)
    keep_color = Attribute(KEEP_COLOR)
    steadiness = Attribute(STEADINESS)
    blend = Attribute(BLEND)

    def __init__(self, vector: Vector) -> None:
        self._frame_style = FrameStyle(vector)
        self._turning = threading.Lock()

    def change(self, **values: Any) -> None:
        """Set fields of the FrameStyle, all from the same frame on. LivestyleError for a value out of
        range.
        """
        with self._turning:
            style = replace(self._frame_style, **values)
            self._check(style)
            self._frame_style = style

    def set_controls(self, values: Values) -> None:
        """Set controls by name. LivestyleError for a bad value, or a control that isn't there."""
        for name, value in values.items():
            if not any(control.name == name and hasattr(self, name) for control in CONTROLS):
                names = ", ".join(control.name for control in CONTROLS if hasattr(self, control.name))
                raise LivestyleError(f"there is no control {name!r}; expected one of {names}")
            setattr(self, name, value)

    def _check(self, style: FrameStyle) -> None:
        """LivestyleError if frames can't be painted with this style."""
