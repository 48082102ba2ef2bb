"""Options that tell which of their fields were read."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any


def watched(options: Any, seen: set[str], inner: Collection[str] = (), prefix: str = "") -> Any:
    """A copy of a dataclass that writes into `seen` which fields are read, those of `inner` one by one too.

    What its `record` reads, for the card, does not count.
    """
    kind = type(options)

    class Watched(kind):  # type: ignore[misc, valid-type]
        def __getattribute__(self, name: str) -> Any:
            seen.add(prefix + name)
            return super().__getattribute__(name)

        def record(self) -> Any:
            return kind.record(options)

    copy = object.__new__(Watched)
    values = vars(options)
    copies = {name: watched(values[name], seen, (), f"{name}.") for name in inner if name in values}
    copy.__dict__.update({**values, **copies})
    return copy
