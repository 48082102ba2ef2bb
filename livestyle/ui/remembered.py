"""How the window was left, in a file that can be read: what the next start begins with."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from livestyle.core.config import data_dir
from livestyle.core.errors import LivestyleError
from livestyle.core.output_file import make_folder, write_text
from livestyle.core.size import Size
from livestyle.model.card import Model, model_names
from livestyle.model.controls import CONTROLS, STRENGTH
from livestyle.ui.buttons import BUTTONS

FILE_NAME = "settings.json"
SECTION, KNOBS = "live", "midi"
"""Its parts of the file; the others, and what else stands in them, are left as they are."""

KnobSource = TypeVar("KnobSource")


@dataclass(frozen=True)
class Remembered:
    """None = nothing is remembered of it.

    camera: one of this machine. model, style: by name. window: of the area for the picture, px
    """

    camera: str | None = None
    model: str | None = None
    style: str | None = None
    strength: float | None = None
    window: Size | None = None


def settings_path() -> Path:
    return data_dir() / FILE_NAME


def recall(say: Callable[[str], None]) -> Remembered:
    """What the last run has left. Values that can't be used are left out, and `say` is told of each."""
    try:
        found = _read().get(SECTION, {})
    except LivestyleError as error:
        say(f"{error}; it is left as it is")
        return Remembered()
    good: dict[str, Any] = {}
    for name, check in _CHECKS.items():
        if name in found:
            try:
                good[name] = check(found[name])
            except (LivestyleError, TypeError, ValueError, AttributeError) as error:
                say(f"{settings_path()}: {name} {found[name]!r} can't be used ({error}); it is left out")
    return Remembered(**good)


def remember(left: Remembered, say: Callable[[str], None]) -> None:
    """Write what is not None over what the file says of it. A disk that takes no file is told to `say`."""
    values = {name: getattr(left, name) for name in _CHECKS if getattr(left, name) is not None}
    new = {name: str(value) if isinstance(value, Size) else value for name, value in values.items()}
    try:
        whole = _read()
        _write({**whole, SECTION: {**whole.get(SECTION, {}), **new}})
    except LivestyleError as error:
        say(f"how the window was left is not remembered: {error}")


def forget(say: Callable[[str], None]) -> None:
    """Take away what is remembered; unknown keys stay, and so does a file that can't be read."""
    try:
        whole = _read()
        if SECTION in whole:
            rest = {name: value for name, value in whole[SECTION].items() if name not in _CHECKS}
            _write({**whole, SECTION: rest})
    except LivestyleError as error:
        say(f"{error}; it is left as it is")


def recall_knobs(parse: Callable[[str], KnobSource], say: Callable[[str], None]) -> dict[KnobSource, str]:
    """What each knob of a MIDI device is for: a control or a button. What can't be used `say` is told of.

    parse: gives the knob of its text. LivestyleError for none
    """
    good: dict[KnobSource, str] = {}
    try:
        found = _read().get(KNOBS, {})
    except LivestyleError as error:
        say(f"{error}; it is left as it is")
        return good
    for text, target in found.items():
        try:
            knob = parse(text)
            if target not in BUTTONS and target not in (control.name for control in CONTROLS):
                raise LivestyleError(f"there is no {target!r} to turn or to press")
            good[knob] = target
        except (LivestyleError, TypeError) as error:
            say(f"{settings_path()}: {text} can't be used ({error}); it is left out")
    return good


def remember_knobs(knobs: Mapping[KnobSource, str], say: Callable[[str], None]) -> None:
    """Write what the knobs are for over what the file says of them. `say`: see `remember`."""
    try:
        whole = _read()
        _write({**whole, KNOBS: {**whole.get(KNOBS, {}), **{str(k): name for k, name in knobs.items()}}})
    except LivestyleError as error:
        say(f"what the knobs are for is not remembered: {error}")


def name_of(model: Model) -> str:
    """How `Model.load` finds it again, from any folder."""
    found = next((name for name in model_names() if name == model.card.name), None)
    same = found is not None and Model.load(found).folder.resolve() == model.folder.resolve()
    return found if found is not None and same else str(model.folder.resolve())


def _read() -> dict[str, Any]:
    """The file; empty where there is none. LivestyleError for one that is no object of objects."""
    path = settings_path()
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise LivestyleError(f"cannot read the settings {path}: {error}") from error
    whole: dict[str, Any] = found if isinstance(found, dict) else {SECTION: found}
    for part in (SECTION, KNOBS):
        if not isinstance(whole.get(part, {}), dict):
            raise LivestyleError(f'cannot read the settings {path}: expected {{"{part}": {{…}}}}')
    return whole


def _write(whole: dict[str, Any]) -> None:
    make_folder(settings_path().parent)
    write_text(settings_path(), json.dumps(whole, indent=2, ensure_ascii=False) + "\n")


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise TypeError("expected a name")
    return value


def _model(value: Any) -> str:
    Model.load(_text(value)).card.check_paints()
    return str(value)


def _strength(value: Any) -> float:
    STRENGTH.check(float(value))
    return float(value)


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "camera": _text,
    "model": _model,
    "style": _text,
    "strength": _strength,
    "window": Size.parse,
}
