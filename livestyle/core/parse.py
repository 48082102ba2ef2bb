"""What is written on a command line: lists of styles, times, and names that are nearly right."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

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


def did_you_mean(wanted: str, names: Sequence[str]) -> str:
    """'; did you mean scream?' where a name, or a word of it, is nearly what was written; else nothing."""
    plain = wanted.strip().lower().replace("-", "_").replace(" ", "_")
    parts = {
        part: name for name in reversed(names) for part in (*re.split("[_-]", name.lower()), name.lower())
    }
    near = difflib.get_close_matches(plain, list(parts), n=1, cutoff=0.7)
    return f"; did you mean {parts[near[0]]}?" if near else ""
