"""What a page says over its socket: JSON that has to be checked before anything is done."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from livestyle.core.errors import LivestyleError
from livestyle.model.controls import CONTROLS, Control, Slider, Switch, Values

LONGEST_NAME = 200


def read(text: str) -> Mapping[str, Any]:
    """A message: an object whose `type` is a word. LivestyleError for anything else."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LivestyleError("a message has to be JSON") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise LivestyleError("a message has to be an object with a type")
    return message


def name_in(message: Mapping[str, Any], field: str) -> str:
    """A short text in a message. LivestyleError where there is none."""
    value = message.get(field)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME:
        raise LivestyleError(f"{field} has to be a text of 1 to {LONGEST_NAME} letters")
    return value


def switch_in(message: Mapping[str, Any], field: str) -> bool:
    """True or false in a message. LivestyleError where it is neither."""
    value = message.get(field)
    if not isinstance(value, bool):
        raise LivestyleError(f"{field} has to be true or false")
    return value


def number_in(message: Mapping[str, Any], field: str) -> int:
    """A whole number in a message. LivestyleError where there is none."""
    value = message.get(field)
    if not isinstance(value, int) or isinstance(value, bool):
        raise LivestyleError(f"{field} has to be a whole number")
    return value


def values_in(message: Mapping[str, Any]) -> Values:
    """Values of controls, each of the control's type. LivestyleError for others; ranges are not looked at."""
    values = message.get("values")
    if not isinstance(values, dict):
        raise LivestyleError("values has to be an object: values of controls by name")
    known = {control.name: control for control in CONTROLS}
    for name, value in values.items():
        if name not in known or not _fits(known[name], value):
            raise LivestyleError(f"there is no such value of {name[:LONGEST_NAME]!r}")
    return values


def _fits(control: Control[Any], value: object) -> bool:
    if isinstance(control, Switch):
        return isinstance(value, bool)
    if isinstance(control, Slider):
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return isinstance(value, str) and len(value) <= LONGEST_NAME
