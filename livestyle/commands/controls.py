"""The options of the controls, made from their registry."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import MappingProxyType
from typing import Annotated, Any

import typer
from typer.models import OptionInfo

from livestyle.core.errors import LivestyleError
from livestyle.model.controls import CONTROLS, Control, Scope, Slider, Values

PARAMETER = "controls"

NONE_GIVEN: Values = MappingProxyType({})
"""What a command's `controls` is until `takes_controls` fills it."""


def flag(control: Control[Any]) -> str:
    """How the command line names a control: '--keep-color'."""
    return f"--{control.name.replace('_', '-')}"


def option_of(control: Control[Any]) -> OptionInfo:
    """What typer shows and checks of a control; the option is named as the parameter is."""
    if isinstance(control, Slider):
        option = typer.Option(help=control.about, min=control.low, max=control.high)
    elif isinstance(control.default, bool):
        option = typer.Option(flag(control), help=control.about)
    else:
        option = typer.Option(help=control.about, show_default=bool(control.default))
    assert isinstance(option, OptionInfo)
    return option


def takes_controls(scope: Scope, *but: Control[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a command an option for each control that has an effect there, where its `controls` stands.

    The command gets their values as `controls`, by name. but: those whose option it has itself.
    """
    chosen = [c for c in CONTROLS if c.about and c.scope >= scope and c not in but]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def main(*arguments: Any, **options: Any) -> None:
            values = {c.name: options.pop(c.name, c.default) for c in chosen}
            for control in chosen:
                _check_needs(control, values)
            command(*arguments, **{PARAMETER: values}, **options)

        signature = _with_options(command, chosen)
        main.__signature__ = signature  # type: ignore[attr-defined]
        main.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
        return main

    return decorate


def _check_needs(control: Control[Any], values: Values) -> None:
    needed = control.needs
    if needed and values[needed.name] == needed.default and values[control.name] != control.default:
        raise LivestyleError(f"{flag(control)} has no effect without {flag(needed)}; leave it out")


def names_of(scope: Scope) -> list[str]:
    """The controls that have an effect there and not further, by the names of their options in a command."""
    return [control.name for control in CONTROLS if control.about and control.scope is scope]


def within(scope: Scope, values: Values) -> Values:
    """Those of the values that have an effect there."""
    return {c.name: values[c.name] for c in CONTROLS if c.scope >= scope and c.name in values}


def _with_options(command: Callable[..., None], chosen: list[Control[Any]]) -> inspect.Signature:
    own = inspect.signature(command, eval_str=True)
    made = [
        inspect.Parameter(
            c.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=c.default,
            annotation=Annotated[type(c.default), option_of(c)],
        )
        for c in chosen
    ]
    parameters: list[inspect.Parameter] = []
    for parameter in own.parameters.values():
        parameters += made if parameter.name == PARAMETER else [parameter]
    # The order is that of the help: typer calls by name.
    keyword = inspect.Parameter.KEYWORD_ONLY
    return own.replace(parameters=[parameter.replace(kind=keyword) for parameter in parameters])
