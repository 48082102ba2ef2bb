"""Something slow is made beside the work and taken once."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from livestyle.core.background import Background
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
def background() -> Iterator[Background[Thing]]:
    background: Background[Thing] = Background()
    yield background
    background.close()


def test_it_is_there_once_and_nobody_waits_for_it(background: Background[Thing]) -> None:
    assert background.preparing == ""
    gate = threading.Event()
    thing = Thing(gate)
    background.prepare("a thing", thing.make)
    assert background.take() is None
    assert background.preparing == "a thing"
    gate.set()
    assert wait_for(background.take) is thing
    assert background.take() is None
    assert background.preparing == ""
    assert thing.closed == 0


def test_an_error_is_raised_once(background: Background[Thing]) -> None:
    def fail() -> Thing:
        raise LivestyleError("no such engine")

    background.prepare("a thing", fail)
    with pytest.raises(LivestyleError, match="no such engine"):
        wait_for(background.take)
    assert background.take() is None


def test_the_newest_wish_wins_and_the_rest_is_closed_or_never_made(background: Background[Thing]) -> None:
    gate = threading.Event()
    running, waiting, newest = Thing(gate), Thing(), Thing()
    begun = threading.Event()

    def make() -> Thing:
        begun.set()
        return running.make()

    background.prepare("running", make)
    assert begun.wait(60)
    background.prepare("waiting", waiting.make)
    background.prepare("newest", newest.make)
    assert background.preparing == "newest"
    gate.set()
    assert wait_for(background.take) is newest
    assert (running.closed, waiting.closed, newest.closed) == (1, 0, 0)


def test_what_is_cancelled_is_closed(background: Background[Thing]) -> None:
    thing = Thing()
    background.prepare("a thing", thing.make)
    wait_for(lambda: background._coming and background._coming[1].done())
    background.cancel()
    wait_for(lambda: thing.closed)
    assert background.take() is None


def test_what_is_retired_is_closed_on_the_other_thread(background: Background[Thing]) -> None:
    closers: list[threading.Thread] = []

    class Old(Thing):
        def close(self) -> None:
            closers.append(threading.current_thread())

    background.retire(Old())
    wait_for(lambda: closers)
    assert closers[0] is not threading.current_thread()


def test_closing_while_it_is_made_joins_the_thread_and_closes_it(background: Background[Thing]) -> None:
    threads = threading.active_count()
    gate = threading.Event()
    thing = Thing(gate)
    begun = threading.Event()

    def make() -> Thing:
        begun.set()
        return thing.make()

    background.prepare("a thing", make)
    assert begun.wait(60)
    threading.Timer(0.1, gate.set).start()
    background.close()
    wait_for(lambda: threading.active_count() == threads)
    assert thing.closed == 1


def test_closing_does_not_wait_for_what_cannot_be_broken_off() -> None:
    background: Background[Thing] = Background()
    gate = threading.Event()
    thing = Thing(gate)
    background.prepare("a thing", thing.make)
    background.close()
    assert thing.closed == 0
    gate.set()
    wait_for(lambda: thing.closed)
