"""The controls: what a user changes while frames are painted. Each is one row here and nowhere else.

Keys, help and figures on the screen, the options of the command line, the page's panel, OSC and MIDI are
made from these rows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Generic, TypeAlias, TypeVar

from livestyle.core.errors import LivestyleError
from livestyle.model.styles import pretty

Value = TypeVar("Value", float, bool, str)

Values: TypeAlias = Mapping[str, Any]
"""Values of controls by name. They are checked when they are set."""


class Scope(IntEnum):
    """What a control has an effect on, as the command line has it; each holds those before it."""

    CAMERA = 1
    FILM = 2
    PICTURE = 3


@dataclass(frozen=True, kw_only=True)
class Control(ABC, Generic[Value]):
    """One control.

    name:    of the attribute of Look and Stylizer, and with dashes of the option
    label:   a few words for the help on the screen
    default: its value where nothing else is asked for
    keys:    as they are shown; two for less and more, or for before and after; one switches
    aliases: keys that do the same in the same order and are not shown
    about:   the help of its option; empty = the command line has none
    scope:   cameras alone, films too, or pictures too
    needs:   the control without which it has no effect; keys turn that one first
    """

    name: str
    label: str
    default: Value
    keys: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    about: str = ""
    scope: Scope = Scope.PICTURE
    needs: Control[Any] | None = None

    @abstractmethod
    def check(self, value: Value) -> None:
        """LivestyleError for a value that is out of range."""

    @abstractmethod
    def turned(self, value: Value, step: int, styles: Sequence[str]) -> Value:
        """The value after one step up (step = 1) or down (step = -1). styles: the names to choose from."""

    @abstractmethod
    def said(self, value: Value) -> str:
        """What the user is told when the value changes: 'Strength 80 %'."""


@dataclass(frozen=True, kw_only=True)
class Slider(Control[float]):
    """A number from `low` to `high`; a share unless it has a unit.

    A single key switches between `low` and `on`.
    """

    low: float = 0.0
    high: float = 1.0
    step: float = 0.1
    unit: str = ""
    on: float = 1.0

    def check(self, value: float) -> None:
        if not self.low <= value <= self.high:
            raise LivestyleError(
                f"{self.name} {value} is out of range; expected {self.low:g} to {self.high:g}"
            )

    def turned(self, value: float, step: int, styles: Sequence[str] = ()) -> float:
        return min(self.high, max(self.low, round(value + step * self.step, 2)))

    def said(self, value: float) -> str:
        shown = f"{value:g} {self.unit}" if self.unit else f"{value * 100:.0f} %"
        return f"{self.label.capitalize()} {'off' if self.unit and value == self.low else shown}"


@dataclass(frozen=True, kw_only=True)
class Switch(Control[bool]):
    """Is on or off; `on` and `off` are what the user is told then."""

    on: str
    off: str

    def check(self, value: float) -> None:
        if not 0 <= value <= 1:
            raise LivestyleError(f"{self.name} {value} is out of range; expected 0 to 1")

    def turned(self, value: bool, step: int = 1, styles: Sequence[str] = ()) -> bool:
        return not value

    def said(self, value: bool) -> str:
        return self.on if value else self.off


@dataclass(frozen=True, kw_only=True)
class StyleName(Control[str]):
    """Holds the name of a style, or an empty one for none; steps follow the order of the bank."""

    def check(self, value: str) -> None:
        """Accepts any name: the bank knows the names and checks them."""

    def turned(self, value: str, step: int, styles: Sequence[str]) -> str:
        at = styles.index(value) if value in styles else -1 if step > 0 else 0
        return styles[(at + step) % len(styles)]

    def said(self, value: str) -> str:
        return f"{self.label.capitalize()}: {pretty(value) or 'none'}"


STYLE = StyleName(name="style", label="style", default="", keys=("←", "→"), aliases=("p", "n"))
STRENGTH = Slider(
    name="strength",
    label="strength",
    default=1.0,
    keys=("↓", "↑"),
    about="0 = the picture as it came, 1 = the painting.",
)
STEADINESS = Slider(
    name="steadiness",
    label="steadiness",
    default=0.8,
    keys=("[", "]"),
    about="0 = every frame by itself, 1 = what stands still is held most.",
    scope=Scope.FILM,
)
SECOND_STYLE = StyleName(
    name="second_style",
    label="second style",
    default="",
    keys=("a",),
    about="A style that is blended with the other.",
)
BLEND = Slider(
    name="blend",
    label="blend",
    default=0.5,
    keys=("-", "+"),
    aliases=("_", "="),
    about="0 = the style alone, 1 = the second style alone.",
    needs=SECOND_STYLE,
)
CROSSFADE = Slider(
    name="crossfade_s",
    label="crossfade",
    default=0.0,
    keys=("x",),
    high=60.0,
    unit="s",
    on=0.8,
    about="Seconds a change of style takes; 0 = at once.",
    scope=Scope.CAMERA,
)
STROKE = Slider(
    name="stroke",
    label="stroke size",
    default=1.0,
    keys=("<", ">"),
    low=1.0,
    high=2.0,
    step=0.25,
    on=2.0,
    about="How large the brush marks are: at 2 the picture is painted in half its size and enlarged.",
    scope=Scope.CAMERA,
)
KEEP_COLOR = Switch(
    name="keep_color",
    label="keep the camera's colour",
    default=False,
    keys=("c",),
    about="Keep the colours of the camera, video or photo.",
    on="Camera's colour",
    off="Painting's colour",
)
MIRROR = Switch(
    name="mirror",
    label="mirror",
    default=False,
    keys=("m",),
    about="Swap left and right.",
    scope=Scope.CAMERA,
    on="Mirrored",
    off="Not mirrored",
)
FREEZE = Switch(
    name="frozen",
    label="freeze",
    default=False,
    keys=("space",),
    scope=Scope.CAMERA,
    on="Frozen",
    off="Live again",
)

CONTROLS: tuple[Control[Any], ...] = (
    STYLE,
    SECOND_STYLE,
    BLEND,
    STRENGTH,
    STEADINESS,
    STROKE,
    CROSSFADE,
    KEEP_COLOR,
    MIRROR,
    FREEZE,
)
"""All controls, in the order in which they are shown."""
