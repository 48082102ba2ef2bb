"""The command line of `livestyle train`: one subcommand a method."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, get_type_hints

import typer
from typer.core import TyperGroup
from typer.main import get_command

from livestyle.commands.given import refuse
from livestyle.commands.training import train_methods as methods
from livestyle.commands.training.train_old_form import OLD_FORM, in_new_form, is_old_form
from livestyle.commands.training.train_options import PANELS, Course
from livestyle.core.errors import LivestyleError

NAME = "train"
METHODS: dict[str, type[Course]] = {
    "cin": methods.CinArguments,
    "johnson": methods.JohnsonArguments,
    "adain": methods.AdainArguments,
    "cyclegan": methods.CycleganArguments,
    "superres": methods.SuperresArguments,
    "texture": methods.TextureArguments,
    "add-style": methods.AddStyleArguments,
}
"""In the order of the help; what each does is `run` in commands/training/train_NAME.py."""


class Methods(TyperGroup):
    """Builds a method's command from its options when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(METHODS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in METHODS:
            return None
        single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        single.command(cmd_name)(callback(METHODS[cmd_name], f"train_{cmd_name.replace('-', '_')}"))
        return get_command(single)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if is_old_form(args):
            ctx.obj = OLD_FORM
            args = in_new_form(args, {name: self.get_command(ctx, name) for name in METHODS})
        return super().parse_args(ctx, args)


app = typer.Typer(
    name=NAME, cls=Methods, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


@app.callback()
def train() -> None:
    """Train styles in one network, or add one to it; see docs/methods.md for the methods."""


def callback(options: type[Course], module: str) -> Callable[..., None]:
    """A function for typer whose parameters are the fields of `options`; it has `module` run them."""

    def main(context: typer.Context, **given: Any) -> None:
        chosen = options(**given)
        for why, names in chosen.idle().items():
            try:
                refuse(context, why, *names)
            except LivestyleError as error:
                if context.obj != OLD_FORM:
                    raise
                sys.stderr.write(f"note: {error}\n")
        require_torch()
        import_module(f"livestyle.commands.training.{module}").run(chosen)

    hints = get_type_hints(options, include_extras=True)
    fields = [p.replace(annotation=hints[p.name]) for p in inspect.signature(options).parameters.values()]
    context = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    signature = inspect.Signature([context, *sorted(fields, key=_panel)])
    main.__signature__ = signature  # type: ignore[attr-defined]
    main.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
    main.__doc__ = options.__doc__
    return main


def _panel(field: inspect.Parameter) -> int:
    (option,) = field.annotation.__metadata__
    return PANELS.index(option.rich_help_panel) if option.rich_help_panel else -1


def require_torch(packages: Sequence[str] = ("torch", "onnx", "onnxscript", "nncf", "safetensors")) -> None:
    """LivestyleError with the install line where a package of the workshop is missing."""
    missing = [p for p in packages if find_spec(p) is None]
    if missing:
        raise LivestyleError(f"this needs {', '.join(missing)}; pip install '.[train]'")
