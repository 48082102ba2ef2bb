"""OSC messages: what they ask for, and what they say of a session. Nothing here does anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pythonosc.osc_message import OscMessage

from livestyle.core.errors import LivestyleError
from livestyle.model.controls import CONTROLS, Control, Slider, Switch
from livestyle.pipeline.desk import without_paths

ROOT = "/livestyle/"
OTHERS: Mapping[str, tuple[str, str]] = {
    "model": ("a name, or a number from 1", "goes to another model"),
    "state": ("nothing", "tells the whole state again"),
    "answer_to": ("a port", "answers go there, at the sender's host"),
}
"""What is heard beside controls and buttons: what it takes, what it does."""

TOLD = ("model", "camera", "busy", "recording", "compare")
"""What of the state is told beside the controls."""

LONGEST_NAME = 200
DEEPEST = 4
"""Bundles within bundles."""

BUNDLE = b"#bundle\0"
BUNDLE_HEAD = 16

Argument = Any
"""An argument of a message, as python-osc reads it."""


def messages(datagram: bytes, depth: int = 0) -> Iterator[tuple[str, Sequence[Argument]]]:
    """Address and arguments of every message in a datagram. LivestyleError for what is no OSC.

    Bundles are opened here, because python-osc 1.10 never ends with one whose part has a negative size.
    Their times are not looked at: all is done at once.
    """
    if not datagram.startswith(BUNDLE):
        try:
            message = OscMessage(datagram)
        except Exception as error:  # of a stranger's bytes anything may come
            raise LivestyleError(f"no OSC: {error}") from error
        if not message.address.startswith("/"):
            raise LivestyleError("no OSC: an address has to begin with /")
        yield message.address, message.params
        return
    at = BUNDLE_HEAD
    while at < len(datagram):
        size = int.from_bytes(datagram[at : at + 4], "big")
        part = datagram[at + 4 : at + 4 + size]
        if not part or len(part) < size or depth == DEEPEST:
            raise LivestyleError("no OSC: a bundle is damaged, or too deep")
        yield from messages(part, depth + 1)
        at += 4 + size


def value_of(control: Control[Any], arguments: Sequence[Argument]) -> float | bool | str:
    """The value that a message has for a control. LivestyleError for another type; see Control.check too."""
    value = arguments[0] if len(arguments) == 1 else None
    number = float(value) if isinstance(value, int | float) else None
    if isinstance(control, Slider) and number is not None:
        return number
    if isinstance(control, Switch) and number is not None:
        control.check(number)
        return number >= 0.5
    if not isinstance(control, Slider | Switch):
        if number is not None and number.is_integer():
            return f"{number:.0f}" if number else ""
        if isinstance(value, str) and len(value) <= LONGEST_NAME:
            return value
    raise LivestyleError(f"{control.name} takes {takes(control)}")


def takes(control: Control[Any]) -> str:
    """What an address of a control takes."""
    if isinstance(control, Slider):
        return f"a number, {control.low:g} to {control.high:g}" + (f" {control.unit}" if control.unit else "")
    return "0 or 1" if isinstance(control, Switch) else "a name, a part of one, or a number from 1"


def pressed(arguments: Sequence[Argument]) -> bool:
    """Whether a button was pressed, and not let go of: without an argument, or with one that isn't 0."""
    return not arguments or bool(arguments[0])


def told(state: Mapping[str, Any]) -> dict[str, float | int | str]:
    """All that is sent of a session's state, by address."""
    values = {control.name: state["values"][control.name] for control in CONTROLS}
    others = {name: state[name] for name in TOLD}
    found = without_paths({**values, **others, "said": state["said"]["text"]})
    return {ROOT + name: int(value) if isinstance(value, bool) else value for name, value in found.items()}
