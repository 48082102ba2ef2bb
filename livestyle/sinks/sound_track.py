"""The sound of a recording: what was heard, brought to the times of its pictures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from livestyle.core.frame import Frame
from livestyle.core.sound import RATE_HZ, Samples, Sound

LOOSE = RATE_HZ // 20
"""Samples that a piece may come early or late and still follow the one before: clocks are not so exact."""


class SoundTrack:
    """Takes what was heard up to each picture. Gives samples without a gap: what is missing is silence.

    What was heard before the first picture, in a pause, or behind the last picture is left out.
    """

    def __init__(self, start_ns: int, give: Callable[[Samples], None]) -> None:
        """start_ns: of the first picture. give: called with int16 (n, 2), which follow those before."""
        self._start_ns = self._last_ns = start_ns
        self._give = give
        self._given = 0
        self._cut_ns = 0
        self._pauses: list[tuple[int, int, int]] = []
        self._waiting: list[Sound] = []

    def add(self, heard: list[Sound], frame: Frame) -> None:
        """What was heard since the last call, and the picture that is written next."""
        if frame.cut_ns > self._cut_ns:
            self._pauses.append((self._last_ns, frame.captured_ns, frame.cut_ns))
            self._cut_ns = frame.cut_ns
        self._last_ns = frame.captured_ns
        self._waiting += heard
        while self._waiting and self._waiting[0].heard_ns <= self._last_ns:
            self._place(self._waiting.pop(0))

    def _place(self, sound: Sound) -> None:
        cut_ns = 0
        for begin_ns, end_ns, until_then_ns in self._pauses:
            if begin_ns < sound.heard_ns < end_ns:
                return
            if sound.heard_ns >= end_ns:
                cut_ns = until_then_ns
        at = round((sound.heard_ns - cut_ns - self._start_ns) * RATE_HZ / 1e9)
        samples = sound.samples
        if at > self._given + LOOSE:
            samples = np.concatenate([np.zeros((at - self._given, 2), np.int16), samples])
        elif at < self._given - LOOSE:
            samples = samples[self._given - at :]
        if len(samples):
            self._given += len(samples)
            self._give(samples)
