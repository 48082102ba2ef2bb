from __future__ import annotations

import numpy as np

from livestyle.core.frame import Frame
from livestyle.core.sound import RATE_HZ, Samples, Sound
from livestyle.sinks.sound_track import SoundTrack

MS = 1_000_000
START = 5_000 * MS


def sound(at_ms: int, level: int, length_ms: int = 100) -> Sound:
    return Sound(np.full((length_ms * RATE_HZ // 1000, 2), level, np.int16), START + at_ms * MS)


def frame(at_ms: int, cut_ms: int = 0) -> Frame:
    return Frame(np.zeros((4, 4, 3), np.uint8), 0, START + at_ms * MS, cut_ns=cut_ms * MS)


def track() -> tuple[SoundTrack, list[Samples]]:
    given: list[Samples] = []
    return SoundTrack(START, given.append), given


def levels(given: list[Samples]) -> list[int]:
    """Of every tenth of a second, from its middle."""
    samples = np.concatenate(given)
    return [int(level) for level in samples[RATE_HZ // 20 :: RATE_HZ // 10, 0]]


def test_pieces_follow_one_another_though_clocks_differ_a_little() -> None:
    heard, given = track()
    heard.add([sound(0, 1), sound(103, 2), sound(198, 3)], frame(300))
    assert levels(given) == [1, 2, 3]
    assert sum(map(len, given)) == 3 * RATE_HZ // 10


def test_what_is_missing_is_silence() -> None:
    heard, given = track()
    heard.add([sound(200, 1), sound(500, 2)], frame(600))
    assert levels(given) == [0, 0, 1, 0, 0, 2]


def test_what_was_heard_before_the_first_picture_is_left_out() -> None:
    heard, given = track()
    heard.add([sound(-400, 7), sound(-100, 7), sound(0, 1)], frame(100))
    assert levels(given) == [1]


def test_what_comes_behind_the_last_picture_waits_for_one() -> None:
    heard, given = track()
    heard.add([sound(0, 1), sound(100, 2)], frame(50))
    assert levels(given) == [1]
    heard.add([], frame(150))
    assert levels(given) == [1, 2]


def test_a_pause_is_cut_out() -> None:
    heard, given = track()
    heard.add([sound(0, 1), sound(100, 2)], frame(200))
    pause = [sound(at, 9) for at in range(210, 1200, 100)]
    heard.add([*pause, sound(1200, 3)], frame(1200, cut_ms=1000))
    heard.add([sound(1300, 4)], frame(1300, cut_ms=1000))
    assert levels(given) == [1, 2, 3, 4]
