"""`livestyle train --method NAME …`, as it was written before the methods were commands; goes in 0.2.

The old form took every option with every method; those without an effect are named in its notice.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

OLD_FORM = "the old form"
"""What the context of a command is about, where it was called so: its idle options are no errors yet."""


def is_old_form(arguments: Sequence[str]) -> bool:
    """Whether these are options without a method before them."""
    return bool(arguments) and arguments[0].startswith("-") and arguments[0] != "--help"


def in_new_form(arguments: Sequence[str], commands: Mapping[str, Any]) -> list[str]:
    """`--method NAME OPTIONS` as `NAME OPTIONS`, with a line on stderr.

    commands: by their names; options that the named one lacks and another has are left out.
    """
    options, words = _taken_out(arguments, ("--method", "--add-style"))
    method, painting = options.get("--method", "cin"), options.get("--add-style")
    if method == "cin" and painting is not None:
        method, words = "add-style", [painting, *words]
    own = _options(commands[method]) if method in commands else {}
    others = {name: flag for command in commands.values() for name, flag in _options(command).items()}
    kept, idle = [], []
    rest = iter(words)
    for word in rest:
        name, equals, _ = word.partition("=")
        value = [next(rest, "")] if name in others and not others[name] and not equals else []
        if name in others and name not in own:
            idle.append(name)
        else:
            kept += [word, *value]
    ignored = f"; {method} has no {', '.join(idle)}, which is ignored" if idle else ""
    sys.stderr.write(f"note: from the next release on this is `livestyle train {method} …`{ignored}\n")
    return [method, *kept]


def _taken_out(arguments: Sequence[str], names: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """The values of `names`, as `--name VALUE` or `--name=VALUE`, and all other words."""
    found: dict[str, str] = {}
    others = []
    rest = iter(arguments)
    for word in rest:
        name, equals, value = word.partition("=")
        if name in names:
            found[name] = value if equals else next(rest, "")
        else:
            others.append(word)
    return found, others


def _options(command: Any) -> dict[str, bool]:
    """Each option as it is written, and whether it is a flag, which takes no value."""
    params = [param for param in command.params if param.param_type_name == "option"]
    return {name: param.is_flag for param in params for name in (*param.opts, *param.secondary_opts)}
