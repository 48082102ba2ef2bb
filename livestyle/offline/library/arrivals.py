"""What appears in a folder, file by file, once it is whole."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from livestyle.offline.batch import Pair
from livestyle.offline.library.manifest import Fingerprint

LOOK_S = 1.0
"""A file that has not changed for so long is whole."""


class Arrivals:
    """Gives every version of every file once."""

    def __init__(self, pairs: Callable[[], list[Pair]], look_s: float = LOOK_S) -> None:
        """pairs: what is there now, with its outputs."""
        self._pairs = pairs
        self._look_s = look_s
        self._looked_at: float | None = None
        self._seen: dict[Path, Fingerprint | None] = {}
        self._given: dict[Path, Fingerprint] = {}

    def look(self) -> list[Pair]:
        """Those that are new since the last look, and as they were then; looks not more often than it may."""
        now = time.monotonic()
        if self._looked_at is not None and now - self._looked_at < self._look_s:
            return []
        self._looked_at = now
        found: list[Pair] = []
        seen = {source: (Fingerprint.of(source), target) for source, target in self._pairs()}
        for source, (version, target) in seen.items():
            settled = version is not None and version == self._seen.get(source)
            if settled and version is not None and version != self._given.get(source):
                self._given[source] = version
                found.append((source, target))
        self._seen = {source: version for source, (version, _) in seen.items()}
        return found
