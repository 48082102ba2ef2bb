"""Controls turned step by step, as keys do it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from livestyle.model.controls import BLEND, SECOND_STYLE, STYLE, Control, Slider, StyleName
from livestyle.pipeline.look import Look
from livestyle.ui.panels import Bar


class Turning:
    """Turns the controls of looks, and says what came of it."""

    def __init__(self) -> None:
        self._before: dict[str, float] = {}

    def turn(self, look: Look, control: Control[Any], step: int) -> str:
        """One step on, step = 1, or back, step = -1. A slider with one key is switched off, and on again."""
        if control.needs and getattr(look, control.needs.name) == control.needs.default:
            control = control.needs
        value = getattr(look, control.name)
        if isinstance(control, Slider) and len(control.keys) == 1:
            setattr(look, control.name, self._switched(control, value))
        else:
            setattr(look, control.name, control.turned(value, step, _names(look, control)))
        return said_of(look, control)

    def pick(self, look: Look, number: int) -> str:
        """The style of this number, from 1."""
        count = len(look.bank)
        if number > count:
            return f"There are {count} styles"
        look.index = number - 1
        return said_of(look, STYLE)

    def take(self, look: Look, style: str) -> str:
        """Paint in this style alone."""
        look.second_style = ""
        look.style = style
        return said_of(look, STYLE)

    def mix(self, look: Look, style: str, second: str) -> str:
        """Blend two styles, half of each."""
        look.style, look.second_style, look.blend = style, second, BLEND.default
        return f"{look.bank.title(style)} + {look.bank.title(second)}"

    def _switched(self, control: Slider, value: float) -> float:
        if value == control.low:
            return self._before.get(control.name, control.on)
        self._before[control.name] = value
        return control.low


def bar_of(look: Look, control: Control[Any]) -> Bar | None:
    """How far a control is turned; None where it is no share, or has no effect."""
    if control in (BLEND, SECOND_STYLE):
        second = look.second_style
        titles_of = look.bank.titles_of
        return Bar(titles_of(look.style), look.blend, titles_of(second)) if second else None
    if isinstance(control, Slider) and not control.unit:
        label = (control.label.capitalize(),)
        return Bar(label, getattr(look, control.name), low=control.low, high=control.high)
    return None


def _names(look: Look, control: Control[Any]) -> Sequence[str]:
    """What a style is chosen from; a style that is blended with it is another, or none."""
    names = look.bank.names
    return names if control is STYLE else ("", *(name for name in names if name != look.style))


def note_of(look: Look, control: Control[Any]) -> str:
    """What the figures on the screen say of a control; empty where it is as in plain painting."""
    if getattr(look, control.name) == control.default:
        return ""
    said = said_of(look, control)
    return said[:1].lower() + said[1:]


def said_of(look: Look, control: Control[Any]) -> str:
    """How far a control is turned, as the user is told."""
    value = getattr(look, control.name)
    styled = isinstance(control, StyleName) and value
    said = f"{control.label.capitalize()}: {look.bank.title(value)}" if styled else control.said(value)
    return f"{said}  {look.index + 1}/{len(look.bank)}" if control is STYLE else said
