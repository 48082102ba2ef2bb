"""How the size follows how long frames take; time is told, never waited for."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livestyle.pipeline.governor import PATIENCE_S, SHARES, Governor

TEN_MINUTES_S = 600.0
RATE = 30.0


def run(
    governor: Governor,
    whole_s: Callable[[float], float],
    until_s: float = TEN_MINUTES_S,
    open_s: float = 0.0,
) -> list[tuple[float, float]]:
    """Every step taken, as time and share. whole_s: how long a frame of the whole size takes at a time."""
    now, steps, ready_at = 0.0, [], None
    while now < until_s:
        took = whole_s(now) * governor.share**2
        now += max(took, 1 / governor.rate)
        governor.note(now, took)
        if governor.wanted == governor.share:
            ready_at = None
        elif ready_at is None:
            ready_at = now + open_s
        if ready_at is not None and now >= ready_at:
            governor.took_over(now, governor.wanted)
            steps.append((now, governor.share))
    assert governor.steps == len(steps)
    return steps


def test_a_machine_that_is_fast_enough_paints_the_whole_size() -> None:
    assert run(Governor(RATE), lambda _: 0.030) == []


@pytest.mark.parametrize(
    ("whole_ms", "share"), [(40, 0.75), (55, 0.75), (80, 0.5), (150, 1 / 3), (400, 1 / 3)]
)
def test_a_slow_one_goes_straight_to_the_size_that_holds_the_rate(whole_ms: float, share: float) -> None:
    assert [then for _, then in run(Governor(RATE), lambda _: whole_ms / 1e3)] == [share]


def test_it_wants_no_smaller_share_than_the_least() -> None:
    governor = Governor(RATE)
    governor.least = 0.5
    assert [then for _, then in run(governor, lambda _: 0.400)] == [0.5]


def test_it_goes_up_again_one_step_at_a_time_when_there_has_been_room() -> None:
    steps = run(Governor(RATE), lambda now: 0.100 if now < 20 else 0.015)
    assert [share for _, share in steps] == [0.5, 0.75, 1.0]
    down, first, second = (now for now, _ in steps)
    assert down < 2
    assert first > 20 + PATIENCE_S
    assert second > first + PATIENCE_S


def test_a_step_up_that_is_undone_makes_the_next_one_wait_longer() -> None:
    steps = run(Governor(RATE), lambda now: 0.060 if now % 12 < 4 else 0.010)
    ups = [now for now, share in steps if share == 1.0]
    waits = [later - sooner for sooner, later in pairwise(ups)]
    assert waits == sorted(waits)
    assert len(steps) < 12


def test_what_is_noted_while_an_engine_is_made_counts_for_nothing() -> None:
    governor = Governor(RATE)
    for number in range(5):
        governor.note(number * 0.3, 0.100)
    assert governor.wanted == 0.5
    for number in range(100):
        governor.note(2 + number * 0.1, 0.001)
    assert governor.wanted == 0.5
    assert governor.share == 1.0


def test_the_slow_first_frames_of_a_fast_machine_change_nothing() -> None:
    governor = Governor(RATE)
    for number in range(60):
        governor.note(number / 30, 0.200 if number < 4 else 0.010)
    assert governor.wanted == 1.0


def test_another_model_begins_anew_in_the_size_that_there_is() -> None:
    governor = Governor(RATE)
    for number in range(5):
        governor.note(number * 0.3, 0.100)
    governor.forget(1.4)
    assert governor.wanted == governor.share == 1.0
    governor.note(1.5, 0.100)
    assert governor.wanted == 1.0


def test_it_stays_where_another_size_cannot_be_had() -> None:
    governor = Governor(RATE)
    for number in range(5):
        governor.note(number * 0.3, 0.100)
    governor.stay()
    assert run(governor, lambda _: 0.100) == []


@settings(max_examples=10, deadline=None)
@given(
    whole_ms=st.floats(5, 200),
    factor=st.floats(1, 4),
    began_s=st.floats(0, 580),
    open_s=st.floats(0, 4),
    noise=st.lists(st.floats(0.8, 1.25), min_size=50, max_size=50),
    rate=st.sampled_from([10.0, 15.0, 30.0]),
)
def test_a_disturbance_of_20_s_in_ten_minutes_costs_six_steps_at_most(
    whole_ms: float, factor: float, began_s: float, open_s: float, noise: list[float], rate: float
) -> None:
    count = 0

    def whole_s(now: float) -> float:
        nonlocal count
        count += 1
        disturbed = factor if began_s <= now < began_s + 20 else 1.0
        return whole_ms / 1e3 * disturbed * noise[count * 7 % 50]

    steps = run(Governor(rate), whole_s, open_s=open_s)
    assert len(steps) <= 6
    check_pace(steps)


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.floats(1, 300), min_size=1, max_size=60), st.floats(0, 2), st.sampled_from([10.0, 15.0, 30.0])
)
def test_whatever_happens_it_takes_a_step_a_second_at_most_and_does_not_swing(
    each_ms: list[float], open_s: float, rate: float
) -> None:
    """A cost of the list for ten seconds each: up is what has to be waited for, longer each time."""
    steps = run(
        Governor(rate),
        lambda now: each_ms[int(now / 10) % len(each_ms)] / 1e3,
        open_s=open_s,
    )
    check_pace(steps)
    assert len(steps) <= 24
    assert {share for _, share in steps} <= set(SHARES)


def check_pace(steps: list[tuple[float, float]]) -> None:
    times = [now for now, _ in steps]
    assert all(later - sooner >= 1 for sooner, later in pairwise(times))
