"""Ctrl+C in a training: what is said of it."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from livestyle.commands.training.common import run_steps
from livestyle.core.ending import Interrupts, interrupted
from livestyle.workshop.training.loop import Note


@pytest.mark.parametrize(
    ("first", "at", "said"), [(1, 2, "step 3 of 4"), (1, 4, "step 4 of 4"), (3, 3, "step 4 of 4")]
)
def test_the_step_that_is_named_is_the_last_that_was_done(
    first: int, at: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """first: the one that a training begins or goes on with; at: the one after which the signal comes."""

    def notes() -> Iterator[Note]:
        for step in range(first, 5):
            stopping = interrupted()
            yield Note(step, {"loss": 1.0})
            if stopping:
                return
            if step == at:
                signal.raise_signal(signal.SIGINT)

    with Interrupts(), pytest.raises(KeyboardInterrupt):
        run_steps(notes(), 4)
    assert f"stopped after {said};" in capsys.readouterr().err
