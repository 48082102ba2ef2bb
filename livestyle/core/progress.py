"""How something that takes long reports its progress, and what is worth a line to the user."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[float], None]
"""Called with the share of the work that is done, 0 to 1, on the working thread. What it raises ends the
work."""

Report: TypeAlias = Callable[[str], None]
"""Called with one line for the user."""

TELL_EVERY_S = 5.0
"""How often a line says how far something is."""


class Lines:
    """Progress as lines for the user, one every few seconds: 'the engine is being built: 50%'."""

    def __init__(self, report: Report, what: str) -> None:
        """what: goes on, 'the engine is being built'."""
        self._report = report
        self._what = what
        self._next = time.monotonic() + TELL_EVERY_S

    def tell(self, share: float) -> None:
        """A Progress."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + TELL_EVERY_S
            self._report(f"{self._what}: {share:.0%}")
