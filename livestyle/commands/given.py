"""What a command line gives: options that would have no effect are an error, some may have no value."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand

from livestyle.core.errors import LivestyleError

ALONE = ""
"""The value of an option that stands alone: whichever there is."""


def flags(context: typer.Context) -> dict[str, str]:
    """The options and arguments that the command line gave: names in the code, as the user writes them."""
    found = {}
    for param in context.command.params:
        source = context.get_parameter_source(param.name or "")
        if param.name and source is not None and source.name == "COMMANDLINE":
            found[param.name] = param.opts[0]
    return found


def refuse(context: typer.Context, why: str, *names: str) -> None:
    """LivestyleError where one of `names` was given; why: 'with --input', 'without --record'."""
    idle = [flag for name, flag in flags(context).items() if name in names]
    if idle:
        have, it = ("has", "it") if len(idle) == 1 else ("have", "them")
        raise LivestyleError(f"{', '.join(idle)} {have} no effect {why}; leave {it} out")


def refuse_all_but(context: typer.Context, why: str, *names: str) -> None:
    """LivestyleError where anything but `names` was given."""
    refuse(context, why, *(name for name in flags(context) if name not in names))


def standing_alone(*options: str) -> type[TyperCommand]:
    """A command of which these options may stand alone; typer knows of none that takes a value."""

    class StandingAlone(TyperCommand):
        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            for option in options:
                args = with_value(args, option, ALONE)
            return super().parse_args(ctx, args)

    return StandingAlone


def with_value(words: list[str], option: str, value: str) -> list[str]:
    """The words of a command line, with a value behind an option that has none."""
    filled = []
    for word, after in zip(words, [*words[1:], "-"], strict=False):
        filled += [word, value] if word == option and after.startswith("-") else [word]
    return filled
