"""Rates and delays, for the screen while it runs and for the summary at the end."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from dataclasses import dataclass

WINDOW_S = 2.0
"""How far back the figures on the screen look."""

_BINS_A_DOUBLING = 48
_SMALLEST_MS = 0.01


class Rate:
    """Events a second. Counted by one thread, read by any."""

    def __init__(self) -> None:
        self.count = 0
        self._lock = threading.Lock()
        self._first = self._last = 0.0
        self._recent: deque[float] = deque()

    def tick(self, now: float | None = None) -> None:
        """Count one event; `now` in seconds of time.monotonic()."""
        now = time.monotonic() if now is None else now
        with self._lock:
            self.count += 1
            self._first = now if self.count == 1 else self._first
            self._last = now
            self._recent.append(now)
            self._forget(now)

    def recent(self, now: float | None = None) -> float:
        """Events a second over the last two seconds."""
        now = time.monotonic() if now is None else now
        with self._lock:
            self._forget(now)
            times = self._recent
            return (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else 0.0

    def mean(self) -> float:
        """Events a second from the first to the last."""
        with self._lock:
            return (self.count - 1) / (self._last - self._first) if self._last > self._first else 0.0

    def _forget(self, now: float) -> None:
        while self._recent and self._recent[0] < now - WINDOW_S:
            self._recent.popleft()


class Delay:
    """Milliseconds: percentiles of the last seconds exactly, of the whole run within 1.5 %.

    The run is a histogram with bins that grow by a factor, so it takes the same memory for ever.
    Written by one thread, read by any.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._recent: deque[tuple[float, float]] = deque()
        self._bins: dict[int, int] = {}
        self.max_ms = 0.0

    def add(self, delay_ms: float, now: float | None = None) -> None:
        """Count one delay, seen at `now` in seconds of time.monotonic()."""
        now = time.monotonic() if now is None else now
        where = round(math.log2(max(delay_ms, _SMALLEST_MS)) * _BINS_A_DOUBLING)
        with self._lock:
            self._bins[where] = self._bins.get(where, 0) + 1
            self.max_ms = max(self.max_ms, delay_ms)
            self._recent.append((now, delay_ms))
            while self._recent[0][0] < now - WINDOW_S:
                self._recent.popleft()

    def recent(self, percent: float) -> float:
        """A percentile over the last two seconds; 0 before the first."""
        with self._lock:
            values = sorted(ms for _, ms in self._recent)
        return values[_rank(percent, len(values))] if values else 0.0

    def overall(self, percent: float) -> float:
        """A percentile over the whole run; 0 before the first."""
        with self._lock:
            bins = sorted(self._bins.items())
        left = _rank(percent, sum(n for _, n in bins))
        for where, count in bins:
            if left < count:
                return min(self.max_ms, float(2 ** (where / _BINS_A_DOUBLING)))
            left -= count
        return 0.0


def _rank(percent: float, count: int) -> int:
    return min(count - 1, int(count * percent / 100))


class Stats:
    """Everything the pipeline counts."""

    def __init__(self) -> None:
        self.capture = Rate()
        self.inference = Rate()
        self.display = Rate()
        self.inference_ms = Delay()
        self.latency_ms = Delay()
        """From capture to display."""
        self.dropped = 0
        """Frames that were captured and never shown: gaps in the numbers of those that were."""
        self._last_index: int | None = None

    def shown(self, index: int, captured_ns: int) -> None:
        """Count a frame that is on the screen now."""
        self.display.tick()
        self.latency_ms.add((time.monotonic_ns() - captured_ns) / 1e6)
        if self._last_index is not None:
            self.dropped += max(0, index - self._last_index - 1)
        self._last_index = index

    def summary(self) -> Summary:
        return Summary(
            frames=self.display.count,
            dropped=self.dropped,
            capture_fps=round(self.capture.mean(), 2),
            inference_fps=round(self.inference.mean(), 2),
            display_fps=round(self.display.mean(), 2),
            inference_ms=Percentiles.of(self.inference_ms),
            latency_ms=Percentiles.of(self.latency_ms),
        )


@dataclass(frozen=True)
class Percentiles:
    p50: float
    p95: float
    max: float

    @classmethod
    def of(cls, delay: Delay) -> Percentiles:
        return cls(round(delay.overall(50), 2), round(delay.overall(95), 2), round(delay.max_ms, 2))


@dataclass(frozen=True)
class Summary:
    """A whole run: rates from the first to the last frame, percentiles over all frames."""

    frames: int
    dropped: int
    capture_fps: float
    inference_fps: float
    display_fps: float
    inference_ms: Percentiles
    latency_ms: Percentiles
