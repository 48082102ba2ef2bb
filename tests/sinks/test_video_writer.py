"""A writer of films leaves the threads of this process as it found them."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import numpy as np

from livestyle.core.size import Size
from livestyle.sinks.video_format import VideoFormat
from livestyle.sinks.video_writer import VideoWriter


def threads() -> set[int]:
    return {int(thread.name) for thread in Path("/proc/self/task").iterdir()}


def test_no_thread_runs_before_those_of_others(tmp_path: Path) -> None:
    """SVT-AV1 asks for real time where it may, which is as root."""
    usual, before = os.sched_getscheduler(0), threads()
    writer = VideoWriter(tmp_path / "a.webm", VideoFormat(Size(64, 64), Fraction(1, 25), Fraction(25)))
    writer.start()
    for number in range(3):
        writer.write(np.zeros((64, 64, 3), np.uint8), number)
    new = threads() - before
    assert len(new) > 4
    assert {os.sched_getscheduler(thread) for thread in (0, *new)} == {usual}
    writer.finish()
