"""The `livestyle` command: one subcommand a file in commands/."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import typer
from rich.console import Console
from typer.core import TyperGroup
from typer.main import get_command

from livestyle.core.errors import LivestyleError

COMMANDS = (
    "live",
    "video",
    "image",
    "train",
    "optimize",
    "reproduce",
    "export",
    "evaluate",
    "calibrate",
    "build",
    "bench",
    "doctor",
)
"""The modules of commands/ that are commands, in the order of the help."""


class Commands(TyperGroup):
    """Imports a command's module when it is asked for: starting one does not load what others need."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"livestyle.commands.{cmd_name}")
        if hasattr(module, "app"):
            return get_command(module.app)
        single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        single.command(module.NAME)(module.main)
        return get_command(single)


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def livestyle() -> None:
    """A webcam or a video, painted in real time."""


def run(arguments: list[str] | None = None) -> None:
    """Parse and run; a LivestyleError is one line on stderr and exit code 2, Ctrl+C is 130."""
    try:
        app(args=arguments)
    except LivestyleError as error:
        Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(
            f"error: {error}", style="red"
        )
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
