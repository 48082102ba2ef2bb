"""Paintings in memory that is used again: never while anyone can still see it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livestyle.core.frame import Pixels
from livestyle.runtime.results import KEPT, Results

SHAPE = (4, 6, 3)


def picture(value: int) -> Pixels:
    return np.full(SHAPE, value, np.uint8)


def address(pixels: Pixels) -> int:
    return pixels.ctypes.data


def test_memory_is_used_again_once_it_is_let_go() -> None:
    results = Results(SHAPE)
    first = results.copy(picture(1))
    assert (first == 1).all()
    assert first.flags.writeable
    where = address(first)
    del first
    assert address(results.copy(picture(2))) == where


@pytest.mark.parametrize(
    "look", [lambda p: p[1:], lambda p: p.reshape(-1)[3:], lambda p: p[..., ::-1].T, memoryview]
)
def test_a_view_keeps_its_painting(look: object) -> None:
    results = Results(SHAPE)
    view = look(results.copy(picture(7)))  # type: ignore[operator]
    others = [results.copy(picture(n)) for n in range(3)]
    assert (np.asarray(view) == 7).all()
    del others


@given(st.lists(st.integers(0, 9), max_size=60))
def test_what_is_held_stays_as_it_is(slots: list[int]) -> None:
    results, held = Results(SHAPE), dict[int, tuple[int, Pixels]]()
    for number, slot in enumerate(slots):
        held[slot] = number, results.copy(picture(number))[:, 1:]
        assert all((pixels == value).all() for value, pixels in held.values())


def test_only_a_few_pieces_wait() -> None:
    results = Results(SHAPE)
    many = [results.copy(picture(n)) for n in range(3 * KEPT)]
    del many
    assert len(results._free) == KEPT
