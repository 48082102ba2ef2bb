"""Lists of styles and times, as they are written on a command line."""

from __future__ import annotations

import re

from livestyle.core.errors import LivestyleError


def split_styles(text: str | None) -> tuple[str, ...]:
    """Turns 'a, b' into ('a', 'b'), and None or empty text into ()."""
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def parse_seconds(text: str) -> float:
    """The seconds in '5', '5s', '500ms' or '2m'; LivestyleError for anything else."""
    match = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+)\s*(ms|s|m|)", text.strip().lower())
    if match is None:
        raise LivestyleError(f"bad time {text!r}; expected seconds, for example 5s")
    return float(match[1]) * {"ms": 0.001, "m": 60.0}.get(match[2], 1.0)
