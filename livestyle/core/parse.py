"""Lists of styles and times, as they are written on a command line."""

from __future__ import annotations

import re

from livestyle.core.errors import LivestyleError


def split_styles(text: str | None) -> tuple[str, ...]:
    """'a, b' to ('a', 'b'); nothing to ()."""
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def parse_seconds(text: str) -> float:
    """'5', '5s', '500ms' or '2m' in seconds; LivestyleError for anything else."""
    match = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+)\s*(ms|s|m|)", text.strip().lower())
    if match is None:
        raise LivestyleError(f"bad time {text!r}; expected seconds, for example 5s")
    return float(match[1]) * {"ms": 0.001, "m": 60.0}.get(match[2], 1.0)
