"""What a check of `livestyle doctor` yields."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a thing is: works; is left out and not needed; wants a look; stops the live app."""

    OK = "ok"
    ABSENT = "absent"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True)
class Finding:
    """One row: what was looked at, how it is, what was found, and what to do about it."""

    topic: str
    name: str
    state: State
    found: str
    fix: str = ""
