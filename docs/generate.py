"""Write docs/reference.md, docs/api.md and the end of docs/remote.md: `python docs/generate.py`.

A test holds that they are current.

The reference is made of what typer knows of the commands and of the table of keys, the API page of the
docstrings of what `livestyle` exports.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from enum import Enum
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from typer.models import ArgumentInfo, OptionInfo

import livestyle
from livestyle import cli
from livestyle.commands import train
from livestyle.model.controls import CONTROLS
from livestyle.model.frame_style import Attribute
from livestyle.remote.osc_messages import OTHERS, ROOT, TOLD, takes
from livestyle.ui.buttons import ALLOWED, BUTTONS, HERE
from livestyle.ui.keys import HELP, NAMES, NOT_SHOWN, Action

DOCS = Path(__file__).parent
MADE = "<!-- Made by docs/generate.py; change the code, then run it. -->\n\n"


def pages() -> dict[Path, str]:
    """The text of each generated page, by its path."""
    texts = {"reference.md": reference(), "api.md": api(), "remote.md": addresses()}
    before = {"remote.md": (DOCS / "remote.md").read_text(encoding="utf-8").partition(MADE)[0]}
    return {DOCS / name: before.get(name, "") + MADE + "\n".join(lines) for name, lines in texts.items()}


def reference() -> Iterator[str]:
    """All commands with their options, then the keys."""
    yield "# Commands, options, keys\n"
    yield "`python run_live.py` is `livestyle live`. What has no effect where it is given is an error.\n"
    for name in cli.COMMANDS:
        module = import_module(f"livestyle.commands.{name}")
        if name == train.NAME:
            yield f"## `livestyle train METHOD`\n\n{prose(train.train.__doc__ or '')}\n"
            for method, options in train.METHODS.items():
                yield from command(f"livestyle train {method}", train.callback(options, ""), "###")
        else:
            yield from command(f"livestyle {name}", module.main, "##")
    yield "## Keys of the live window\n"
    yield "| key | does |\n|---|---|"
    for column in (*HELP, NOT_SHOWN):
        yield from (f"| {' '.join(f'`{key}`' for key in line.keys)} | {line.does} |" for line in column)
    windows = [
        name for name, key in NAMES.items() if isinstance(key.asks, Action) and key.asks not in HERE | ALLOWED
    ]
    names = ", ".join(f"`{name}`" for name in windows)
    yield f"\nThe page has them too, but for {names}. Tab, F1 and F11 are the browser's own there.\n"


def addresses() -> Iterator[str]:
    """All OSC addresses: of controls, of buttons, and what else is heard and told."""
    yield "| address | takes, and tells | |\n|---|---|---|"
    for control in CONTROLS:
        yield f"| `{ROOT}{control.name}` | {takes(control)} | {control.label} |"
    yield "\n| address | presses the key |\n|---|---|"
    yield from (f"| `{ROOT}{name}` | `{key}` |" for name, key in sorted(BUTTONS.items()))
    yield "\n| address | takes | does |\n|---|---|---|"
    yield from (f"| `{ROOT}{name}` | {takes} | {does} |" for name, (takes, does) in OTHERS.items())
    yield f"\nTold too: {', '.join(f'`{ROOT}{name}`' for name in (*TOLD, 'said', 'refused'))}.\n"


def command(name: str, main: Callable[..., Any], heading: str) -> Iterator[str]:
    """A command with a table of its options."""
    hints = get_type_hints(main, include_extras=True)
    given = [p.replace(annotation=hints[p.name]) for p in inspect.signature(main).parameters.values()]
    rows = [row(parameter) for parameter in given if parameter.name != "context"]
    words = [cells[0] for cells in rows if not cells[0].startswith("`-")]
    yield f"{heading} `{' '.join([name, *words])}`\n"
    yield f"{prose(main.__doc__ or '')}\n"
    yield "| option | value | default | |\n|---|---|---|---|"
    yield from (f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |" for cells in rows)
    yield ""


def row(parameter: inspect.Parameter) -> tuple[str, str, str, str]:
    """How an option is written, what it takes, what it is without, what it is for."""
    type_, info = get_args(parameter.annotation)
    names = [*([] if info.default is ... else [info.default]), *(info.param_decls or ())]
    if isinstance(info, ArgumentInfo):
        written = str(info.metavar or parameter.name).upper()
        return written, values(type_, ArgumentInfo()), "", info.help or ""
    flag = f"--{parameter.name.replace('_', '-')}"
    names = names or ([flag, flag.replace("--", "--no-")] if type_ is bool else [flag])
    default = info.show_default if isinstance(info.show_default, str) else parameter.default
    shown = "required" if default is parameter.empty else getattr(default, "value", default)
    shown = "" if shown in (None, False, Path()) and type_ not in (int, float) else shown
    shown = "yes" if shown is True else str(shown)
    return ", ".join(f"`{n}`" for n in names), values(type_, info), shown, info.help or ""


def values(type_: Any, info: OptionInfo | ArgumentInfo) -> str:
    """What an option or an argument takes."""
    if get_origin(type_) is UnionType:
        (type_,) = (part for part in get_args(type_) if part is not type(None))
    if get_origin(type_) is list:
        return f"{values(get_args(type_)[0], info)}, repeatable"
    if issubclass(type_, Enum):
        return ", ".join(f"`{member.value}`" for member in type_)
    word = info.metavar or {bool: "", int: "whole number", float: "number", Path: "path"}.get(type_, "text")
    if info.min is None:
        return word
    return f"{word}, {info.min:g} to {info.max:g}" if info.max is not None else f"{word}, from {info.min:g}"


def api() -> Iterator[str]:
    """Every class that `livestyle` exports, with its public members in the order of the code."""
    yield "# Python\n"
    yield f"`from livestyle import {', '.join(livestyle.__all__)}`\n"
    for name in livestyle.__all__:
        found = getattr(livestyle, name)
        if inspect.isclass(found):
            own = "__init__" in vars(found)
            yield f"## `{name}{signature(found) if own else ''}`\n"
            yield f"{prose(inspect.getdoc(found) or '')}\n"
            if own:
                yield f"{prose(inspect.getdoc(found.__init__) or '')}\n"
                yield from members(found)


def members(kind: type) -> Iterator[str]:
    """Properties and methods, those of the base classes first."""
    seen: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.startswith("livestyle"):
            seen |= {name: member for name, member in vars(base).items() if not name.startswith("_")}
    for name, member in seen.items():
        if isinstance(member, Attribute) or (isinstance(member, property) and member.fset):
            yield f"### `{name}`, may be set\n"
        elif isinstance(member, property):
            yield f"### `{name}`\n"
        elif inspect.isfunction(member):
            yield f"### `{name}{signature(member)}`\n"
        yield f"{prose(inspect.getdoc(member) or '')}\n"


def signature(found: Any) -> str:
    """As a user writes it: without self; a default that is no plain value is '…'."""
    parts = []
    for parameter in inspect.signature(found).parameters.values():
        default = parameter.default
        shown = f'"{default}"' if isinstance(default, str) else repr(default)
        plain = default is None or isinstance(default, str | int | float | Enum)
        text = f"{parameter.name}: {parameter.annotation}"
        if parameter.name != "self":
            parts.append(text if default is parameter.empty else f"{text} = {shown if plain else '…'}")
    returned = inspect.signature(found).return_annotation
    arrow = "" if returned in ("None", None, inspect.Signature.empty) else f" -> {returned}"
    return f"({', '.join(parts)}){arrow}"


def prose(text: str) -> str:
    """A docstring as Markdown: examples and command lines as code."""
    parts = []
    for part in inspect.cleandoc(text).split("\n\n"):
        code = part.startswith((">>>", "livestyle "))
        parts.append(f"```\n{part}\n```" if code else part)
    return "\n\n".join(parts)


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
