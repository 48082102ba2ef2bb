"""What a check of `livestyle doctor` yields."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Says how a thing is: it works, it is missing and not needed, it needs attention, it stops the live
    app.
    """

    OK = "ok"
    ABSENT = "absent"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True)
class Finding:
    """Is one row: what was checked, how it is, what was found, and what to do about it."""

    topic: str
    name: str
    state: State
    found: str
    fix: str = ""
