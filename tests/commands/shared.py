"""What the tables of several commands share."""

from __future__ import annotations

from typing import Any

ENGINE: dict[str, Any] = {"model": "tiny", "device": "cpu", "precision": "f32", "threads": "3", "slots": "1"}


def within(base: dict[str, Any], *names: str) -> dict[str, dict[str, Any]]:
    return dict.fromkeys(names, base)
