"""`livestyle video` of a folder, killed at random moments by SIGKILL, and gone on with each time."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.offline.clips import Clip, frames, make, packets, steady, times
from tests.offline.library.films import names, painted_times
from tests.tiny import write_tiny

KILLS = 3
COMMAND = (sys.executable, "-m", "livestyle", "video")


def begin(films: Path, out: Path, *more: object) -> subprocess.Popen[bytes]:
    """superfast: x264 with mbtree, on several threads, does not always make the same bits of a picture."""
    arguments = (*COMMAND, films, out, "--piece", "1s", "--threads", "1", "--preset", "superfast", *more)
    return subprocess.Popen([str(word) for word in arguments], stderr=subprocess.PIPE)


def reason(run: subprocess.Popen[bytes]) -> str:
    return run.stderr.read().decode() if run.stderr else ""


def steps(out: Path) -> int:
    """What has been reached: grows with each film and each piece."""
    lines = (out / ".livestyle.jsonl").read_bytes().count(b"\n") if (out / ".livestyle.jsonl").exists() else 0
    return lines + sum(1 for path in out.glob(".livestyle/*/*") if ".part" not in path.name)


@pytest.mark.parametrize("jobs", [1, 2])
def test_killed_at_random_moments_and_resumed(tmp_path: Path, jobs: int) -> None:
    films = tmp_path / "films"
    films.mkdir()
    for number in range(4):
        make(films / f"{number}.mp4", Clip(steady(12 + number), sound="aac"))
    make(films / "long.mp4", Clip(steady(90), sound="aac"))
    write_tiny(tmp_path / "tiny")
    model = "--model", tmp_path / "tiny"
    whole = begin(films, tmp_path / "unbroken", *model)
    assert whole.wait() == 0, reason(whole)

    out, rng = tmp_path / "out", random.Random(jobs)
    for _ in range(KILLS):
        run = begin(films, out, *model, "--jobs", jobs)
        least = steps(out) + rng.randint(1, 3)
        while run.poll() is None and steps(out) < least:
            time.sleep(0.01)
        run.send_signal(signal.SIGKILL)
        run.wait()
        assert not [name for name in names(out) if name != ".livestyle" and not name.endswith(".mp4")]
    last = begin(films, out, *model, "--jobs", jobs)
    assert last.wait() == 0, reason(last)
    assert names(out) == names(films) == names(tmp_path / "unbroken")
    assert set(painted_times(out).values()) == {1}
    for name in names(films):
        a, b = tmp_path / "unbroken" / name, out / name
        assert times(a) == times(b) == times(films / name)
        assert packets(a, "audio") == packets(b, "audio")
        assert all((x == y).all() for x, y in zip(frames(a), frames(b), strict=True))
