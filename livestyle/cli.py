"""The `livestyle` command: one subcommand a file in apps/."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from livestyle.apps import bench, doctor, export, image, live, train, video
from livestyle.errors import LivestyleError

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)
for module in (live, video, image, train, export, bench, doctor):
    app.command(module.NAME)(module.main)


def run(arguments: list[str] | None = None) -> None:
    """Parse and run; a LivestyleError is one line on stderr and exit code 2, Ctrl+C is 130."""
    try:
        app(args=arguments)
    except LivestyleError as error:
        Console(stderr=True, highlight=False, markup=False).print(f"error: {error}", style="red")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
