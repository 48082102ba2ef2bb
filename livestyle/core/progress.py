"""How something that takes long tells how far it is, and what is worth a line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[float], None]
"""Told the share of the work that is done, 0 to 1, on the thread that works. What it raises ends the work."""

Report: TypeAlias = Callable[[str], None]
"""Told one line for the user."""
