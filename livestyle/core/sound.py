"""A piece of sound on its way into a recording."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 48_000

Samples = NDArray[np.int16]
"""int16 (n, 2), left and right, RATE_HZ."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Holds samples with their time.

    samples:  int16 (n, 2), RATE_HZ
    heard_ns: time.monotonic_ns() when the first was heard, the clock of frames
    """

    samples: Samples
    heard_ns: int


class Ear(Protocol):
    """Hears while it is entered."""

    def take(self) -> list[Sound]:
        """The sound heard since the last call, in order; never waits."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
