from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livestyle.pipeline.stats import Delay, Rate, Stats


def test_rate_of_a_steady_stream() -> None:
    rate = Rate()
    for n in range(91):
        rate.tick(100 + n / 30)
    assert rate.mean() == pytest.approx(30)
    assert rate.recent(103) == pytest.approx(30)
    assert rate.count == 91


def test_recent_rate_forgets() -> None:
    rate = Rate()
    for n in range(10):
        rate.tick(n / 10)
    assert rate.recent(100) == 0
    assert rate.mean() == pytest.approx(10)


def test_no_rate_before_the_second_event() -> None:
    rate = Rate()
    assert rate.mean() == rate.recent() == 0
    rate.tick()
    assert rate.mean() == rate.recent() == 0


@given(st.lists(st.floats(0.5, 5000), min_size=1, max_size=200), st.integers(0, 100))
def test_percentile_of_the_whole_run_is_close_to_the_exact_one(delays: list[float], percent: int) -> None:
    delay = Delay()
    for ms in delays:
        delay.add(ms, now=1.0)
    exact = sorted(delays)[min(len(delays) - 1, int(len(delays) * percent / 100))]
    assert delay.overall(percent) == pytest.approx(exact, rel=0.015)
    assert delay.recent(percent) == exact
    assert delay.max_ms == max(delays)


def test_recent_delay_forgets_and_the_run_does_not() -> None:
    delay = Delay()
    delay.add(500, now=1.0)
    delay.add(10, now=9.0)
    assert delay.recent(95) == 10
    assert delay.overall(95) == pytest.approx(500, rel=0.015)


def test_gaps_in_the_numbers_are_drops() -> None:
    stats = Stats()
    for index in (3, 4, 7, 8, 10):
        stats.shown(index, time.monotonic_ns() - 20_000_000)
    summary = stats.summary()
    assert (summary.frames, summary.dropped) == (5, 3)
    assert summary.latency_ms.p50 == pytest.approx(20, rel=0.5)
