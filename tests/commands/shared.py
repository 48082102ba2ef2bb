"""What the tables of several commands share."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any

Run = Callable[..., subprocess.CompletedProcess[str]]
"""Gives what a command line came to."""

ENGINE: dict[str, Any] = {"model": "tiny", "device": "cpu", "precision": "f32", "threads": "3", "slots": "1"}


def within(base: dict[str, Any], *names: str) -> dict[str, dict[str, Any]]:
    return dict.fromkeys(names, base)
