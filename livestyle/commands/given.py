"""Options that would have no effect where they are given: an error that names them."""

from __future__ import annotations

import typer

from livestyle.core.errors import LivestyleError


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
