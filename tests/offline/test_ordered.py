"""Every item in order, three stages at once, and no thread left behind."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator

import pytest

from livestyle.core.errors import LivestyleError
from livestyle.offline.ordered import run_ordered

WAIT_S = 30.0


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def each(work: Callable[[int], int]) -> Callable[[Iterable[int]], Iterable[int]]:
    return lambda items: map(work, items)


def failing_after(count: int, error: BaseException) -> Iterator[int]:
    yield from range(count)
    raise error


def test_all_items_come_out_in_order() -> None:
    out: list[int] = []
    run_ordered(range(1000), each(lambda n: n * 2), out.append, depth=3)
    assert out == list(range(0, 2000, 2))


def test_work_may_take_some_before_it_gives_the_first() -> None:
    def behind(items: Iterable[int]) -> Iterator[int]:
        held: list[int] = []
        for item in items:
            held.append(item)
            if len(held) == 3:
                yield held.pop(0)
        yield from held

    out: list[int] = []
    run_ordered(range(100), behind, out.append, depth=2)
    assert out == list(range(100))


def test_no_items_are_no_problem() -> None:
    out: list[int] = []
    run_ordered([], each(lambda n: n), out.append)
    assert out == []


def test_reading_working_and_writing_overlap() -> None:
    """Each stage waits until the other two are inside an item of theirs: only possible at once."""
    together = threading.Barrier(3)

    def source() -> Iterator[int]:
        for n in range(6):
            if n == 2:
                together.wait(WAIT_S)
            yield n

    def work(n: int) -> int:
        if n == 1:
            together.wait(WAIT_S)
        return n

    def sink(n: int) -> None:
        if n == 0:
            together.wait(WAIT_S)

    run_ordered(source(), each(work), sink)
    assert not together.broken


def test_reading_does_not_run_ahead() -> None:
    read: list[int] = []
    worked: list[int] = []
    ahead: list[int] = []

    def source() -> Iterator[int]:
        for n in range(50):
            read.append(n)
            yield n

    def work(n: int) -> int:
        worked.append(n)
        ahead.append(len(read) - len(worked))
        return n

    run_ordered(source(), each(work), lambda _: None, depth=4)
    assert max(ahead) <= 4 + 1


def test_an_error_in_reading_is_raised_after_what_was_read_is_written() -> None:
    out: list[int] = []
    with pytest.raises(LivestyleError, match="broken"):
        run_ordered(failing_after(10, LivestyleError("broken")), each(lambda n: n), out.append, depth=20)
    assert out == list(range(10))


@pytest.mark.parametrize("error", [LivestyleError("no"), KeyboardInterrupt()])
def test_an_error_in_working_is_raised_after_what_was_done_is_written(error: BaseException) -> None:
    out: list[int] = []

    def work(n: int) -> int:
        if n == 5:
            raise error
        return n

    with pytest.raises(type(error)):
        run_ordered(iter(range(10_000_000)), each(work), out.append)
    assert out == list(range(5))


def test_an_error_in_writing_ends_an_endless_source() -> None:
    def sink(n: int) -> None:
        if n == 7:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        run_ordered(itertools.count(), each(lambda n: n), sink)
