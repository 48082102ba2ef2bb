from __future__ import annotations

import threading

from livestyle.core.latest import Latest


def test_newest_wins() -> None:
    slot: Latest[int] = Latest()
    for number in range(5):
        slot.put(number)
    assert slot.get() == 4
    assert slot.get(timeout_s=0) is None


def test_what_lies_there_at_the_end_can_still_be_taken() -> None:
    with Latest[str]() as slot:
        slot.put("last")
    assert not slot.ended
    assert slot.get() == "last"
    assert slot.ended
    assert slot.get() is None


def test_a_closed_slot_takes_nothing() -> None:
    slot: Latest[int] = Latest()
    slot.close()
    slot.put(1)
    assert slot.get() is None


def test_closing_wakes_the_reader() -> None:
    slot: Latest[int] = Latest()
    got: list[int | None] = []
    reader = threading.Thread(target=lambda: got.append(slot.get()))
    reader.start()
    slot.close()
    reader.join(30)
    assert got == [None]


def test_a_reader_that_waits_gets_what_comes() -> None:
    slot: Latest[int] = Latest()
    writer = threading.Timer(0.05, slot.put, (7,))
    writer.start()
    assert slot.get(timeout_s=30) == 7
    writer.join()
