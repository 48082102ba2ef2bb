"""The `livestyle` command: one subcommand a file in commands/."""

from __future__ import annotations

import sys
import traceback
from importlib import import_module
from io import TextIOWrapper
from signal import SIGINT
from typing import Any

import typer
from rich.console import Console
from typer.core import TyperGroup
from typer.main import get_command

from livestyle.core.address import without_passwords
from livestyle.core.ending import Interrupts, leave, must_leave
from livestyle.core.errors import LivestyleError, PartlyDoneError
from livestyle.core.packages import NO_MEMORY, explained, out_of_memory

COMMANDS = (
    "live",
    "page",
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
        try:
            module = import_module(f"livestyle.commands.{cmd_name}")
        except (ImportError, AttributeError) as error:
            raise explained(error) or error from error
        if hasattr(module, "app"):
            return get_command(module.app)
        single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        single.command(module.NAME, cls=getattr(module, "Command", None))(module.main)
        return get_command(single)

    def invoke(self, ctx: Any) -> Any:
        """A number out of its range is told both ends of it; typer names one."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            low, high = (getattr(error.param, end, None) for end in ("min", "max"))
            if low is not None and high is not None:
                error.message += f"; expected {low:g} to {high:g}"
            raise


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def livestyle() -> None:
    """A webcam or a video, painted in real time."""


def run(arguments: list[str] | None = None) -> None:
    """Parse and run; a LivestyleError is one line on stderr and exit code 2.

    Where some of many files failed it is 1. Ctrl+C is 130, SIGTERM 143, a closed terminal 129: the first
    of them ends the command in order, a second one changes nothing.
    """
    _write_any_letter()
    with Interrupts() as interrupts:
        try:
            app(args=arguments)
            code: Any = 0
        except SystemExit as end:  # of KeyboardInterrupt typer makes one with 130
            code = interrupts.code if end.code == 128 + SIGINT else end.code
        except PartlyDoneError as error:
            _tell(str(error))
            code = 1
        except LivestyleError as error:
            code = _tell(str(error))
        except KeyboardInterrupt:
            code = interrupts.code
        except Exception as error:
            broken = explained(error) if isinstance(error, ImportError | AttributeError) else None
            if broken is not None or out_of_memory(error):
                code = _tell(str(broken or NO_MEMORY))
            elif must_leave(interrupts):
                traceback.print_exc()
                code = 1
            else:
                raise
        if must_leave(interrupts):
            leave(code if isinstance(code, int) else 0)
    sys.exit(code)


def _tell(error: str) -> int:
    Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(
        f"error: {without_passwords(error)}", style="red"
    )
    return 2


def _write_any_letter() -> None:
    """What a terminal's or a file's encoding has no letter for is a question mark, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
