"""Something slow is made beside the work and taken once."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from livestyle.core.background import Successor
from livestyle.core.errors import LivestyleError
from tests.ui.desktop import wait_for


class Thing:
    """Counts how often it is closed; `make` waits for the gate."""

    def __init__(self, gate: threading.Event | None = None) -> None:
        self.closed = 0
        self._gate = gate

    def make(self) -> Thing:
        if self._gate is not None:
            assert self._gate.wait(60)
        return self

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def successor() -> Iterator[Successor[Thing]]:
    successor: Successor[Thing] = Successor()
    yield successor
    successor.close()


def test_it_is_there_once_and_nobody_waits_for_it(successor: Successor[Thing]) -> None:
    assert successor.preparing == ""
    gate = threading.Event()
    thing = Thing(gate)
    successor.prepare("a thing", thing.make)
    assert successor.take() is None
    assert successor.preparing == "a thing"
    gate.set()
    assert wait_for(successor.take) is thing
    assert successor.take() is None
    assert successor.preparing == ""
    assert thing.closed == 0


def test_an_error_is_raised_once(successor: Successor[Thing]) -> None:
    def fail() -> Thing:
        raise LivestyleError("no such engine")

    successor.prepare("a thing", fail)
    with pytest.raises(LivestyleError, match="no such engine"):
        wait_for(successor.take)
    assert successor.take() is None


def test_the_newest_wish_wins_and_the_rest_is_closed_or_never_made(successor: Successor[Thing]) -> None:
    gate = threading.Event()
    running, waiting, newest = Thing(gate), Thing(), Thing()
    begun = threading.Event()

    def make() -> Thing:
        begun.set()
        return running.make()

    successor.prepare("running", make)
    assert begun.wait(60)
    successor.prepare("waiting", waiting.make)
    successor.prepare("newest", newest.make)
    assert successor.preparing == "newest"
    gate.set()
    assert wait_for(successor.take) is newest
    assert (running.closed, waiting.closed, newest.closed) == (1, 0, 0)


def test_what_is_cancelled_is_closed(successor: Successor[Thing]) -> None:
    thing = Thing()
    successor.prepare("a thing", thing.make)
    wait_for(lambda: successor._coming and successor._coming[1].done())
    successor.cancel()
    wait_for(lambda: thing.closed)
    assert successor.take() is None


def test_what_is_retired_is_closed_on_the_other_thread(successor: Successor[Thing]) -> None:
    closers: list[threading.Thread] = []

    class Old(Thing):
        def close(self) -> None:
            closers.append(threading.current_thread())

    successor.retire(Old())
    wait_for(lambda: closers)
    assert closers[0] is not threading.current_thread()


def test_closing_while_it_is_made_joins_the_thread_and_closes_it(successor: Successor[Thing]) -> None:
    threads = threading.active_count()
    gate = threading.Event()
    thing = Thing(gate)
    begun = threading.Event()

    def make() -> Thing:
        begun.set()
        return thing.make()

    successor.prepare("a thing", make)
    assert begun.wait(60)
    threading.Timer(0.1, gate.set).start()
    successor.close()
    wait_for(lambda: threading.active_count() == threads)
    assert thing.closed == 1


def test_closing_does_not_wait_for_what_cannot_be_broken_off() -> None:
    successor: Successor[Thing] = Successor()
    gate = threading.Event()
    thing = Thing(gate)
    successor.prepare("a thing", thing.make)
    successor.close()
    assert thing.closed == 0
    gate.set()
    wait_for(lambda: thing.closed)
