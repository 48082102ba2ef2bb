"""What a command does, as far as it can be seen: what it calls and how, what it says, how it ends."""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from livestyle import cli

Call = tuple[str, object]
Given = Mapping[str, "str | bool | Sequence[str]"]
"""Options by the names of their parameters; a flag is True or False, what may be given again is a list."""


class Recorder:
    """Stands where something slow stood: writes down how it is called, and gives a Recorder."""

    _name: str
    _calls: list[Call]

    def __init__(self, name: str, calls: list[Call]) -> None:
        self.__dict__.update(_name=name, _calls=calls)

    def __call__(self, *args: object, **named: object) -> Recorder:
        self._calls.append((self._name, (plain(args), plain(named))))
        return Recorder(f"{self._name}()", self._calls)

    def __getattr__(self, name: str) -> Recorder:
        if name.startswith("__"):
            raise AttributeError(name)
        return Recorder(f"{self._name}.{name}", self._calls)

    def __setattr__(self, name: str, value: object) -> None:
        self._calls.append((f"{self._name}.{name} =", plain(value)))

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0


def plain(value: object) -> object:
    """Values that compare by what they hold; of anything else the type."""
    if isinstance(value, Recorder):
        return value._name
    if isinstance(value, str | int | float | bool | Path | Enum | None):
        return value
    if isinstance(value, np.ndarray):
        return hashlib.sha256(value.tobytes()).hexdigest()
    if is_dataclass(value) and not isinstance(value, type):
        return type(value).__name__, {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    return type(value).__name__


@dataclass(frozen=True)
class Command:
    """A command with what shows that its options have an effect.

    base:   what is given always
    others: for each option a value that is not that of `base`, nor the default
    within: for some options what has to be given beside them
    stubs:  dotted names of what is only recorded; it gives the value, or what it makes of the arguments
    """

    words: tuple[str, ...]
    base: Given
    others: Given
    within: Mapping[str, Given] = field(default_factory=dict)
    stubs: Mapping[str, object] = field(default_factory=dict)

    @cached_property
    def click(self) -> Any:
        """The command as click has it."""
        found: Any = cli.Commands()
        for word in self.words:
            found = found.get_command(None, word)
        return found

    @property
    def options(self) -> list[str]:
        return [param.name for param in self.click.params if param.name != "help"]

    def line(self, given: Given) -> list[str]:
        """The words of a command line."""
        words = list(self.words)
        for param in self.click.params:
            value = given.get(param.name)
            if value is None:
                continue
            if param.param_type_name == "argument":
                words.append(str(value))
            elif isinstance(value, bool):
                words.append(param.opts[0] if value else param.secondary_opts[0])
            else:
                for one in [value] if isinstance(value, str) else value:
                    words += [param.opts[0], one]
        return words


class Outcome(NamedTuple):
    """What came of a command line; `errors` is stderr where it failed."""

    calls: list[Call]
    code: object
    out: str
    errors: str


def outcome(command: Command, given: Given, folder: Path) -> Outcome:
    """Run a command line in a folder, with the command's stubs in their places."""
    calls: list[Call] = []
    code: object = 0
    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        for name, value in command.stubs.items():
            recorder = Recorder(name.rpartition(".")[2], calls)
            patch.setattr(name, recorder if value is None else _giving(recorder, value))
        try:
            cli.run(command.line(given))
        except SystemExit as stop:
            code = stop.code
    return Outcome(calls, code, out.getvalue(), err.getvalue() if code else "")


def _giving(recorder: Recorder, value: object) -> Any:
    def called(*args: object, **named: object) -> object:
        recorder(*args, **named)
        return value(*args, **named) if callable(value) else value

    return called
