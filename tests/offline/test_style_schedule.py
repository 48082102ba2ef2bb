"""Which style a moment has."""

from __future__ import annotations

import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.model.styles import StyleBank
from livestyle.offline.style_schedule import StyleSchedule

BANK = StyleBank(("wave", "night", "scream"), np.eye(3, dtype=np.float32))


def test_styles_take_turns_and_start_over() -> None:
    schedule = StyleSchedule.of(BANK, ["wave", "scream"], every_s=5, crossfade_s=0)
    named = [BANK.names[int(schedule.at(t).argmax())] for t in (0, 4.99, 5, 9.9, 10, 15)]
    assert named == ["wave", "wave", "scream", "scream", "wave", "scream"]


def test_a_change_fades_in_from_the_style_before() -> None:
    schedule = StyleSchedule.of(BANK, ["wave", "night"], every_s=5, crossfade_s=2)
    assert schedule.at(0.5).tolist() == [1, 0, 0]
    assert schedule.at(5.5).tolist() == [0.75, 0.25, 0]
    assert schedule.at(7.5).tolist() == [0, 1, 0]
    assert schedule.at(11).tolist() == [0.5, 0.5, 0]


def test_a_crossfade_is_no_longer_than_its_style() -> None:
    schedule = StyleSchedule.of(BANK, ["wave", "night"], every_s=1, crossfade_s=100)
    assert schedule.at(1.5).tolist() == [0.5, 0.5, 0]


def test_all_is_all_and_none_is_the_first() -> None:
    assert len(StyleSchedule.of(BANK, ["all"], 5, 1).vectors) == 3
    assert StyleSchedule.of(BANK, [], 5, 1).at(100).tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("names", "every_s", "crossfade_s"), [(["x"], 5, 1), (["wave"], 0, 1), (["wave"], 5, -1)]
)
def test_nonsense_is_refused(names: list[str], every_s: float, crossfade_s: float) -> None:
    with pytest.raises(LivestyleError):
        StyleSchedule.of(BANK, names, every_s, crossfade_s)
