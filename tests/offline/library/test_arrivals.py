"""What appears in a folder is painted once it is whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from livestyle.offline.library.arrivals import Arrivals
from tests.offline.clips import Clip, make, steady, times
from tests.offline.library.films import names
from tests.tiny import write_tiny


def test_each_version_of_a_file_comes_once_and_not_while_it_grows(tmp_path: Path) -> None:
    arrivals = Arrivals(lambda: [(path, Path(path.name)) for path in sorted(tmp_path.iterdir())], 0.0)
    a, b = tmp_path / "a", tmp_path / "b"
    assert arrivals.look() == []
    a.write_bytes(b"1")
    assert arrivals.look() == []
    a.write_bytes(b"12")
    assert arrivals.look() == []
    assert arrivals.look() == [(a, Path("a"))]
    assert arrivals.look() == []
    b.write_bytes(b"1")
    a.write_bytes(b"123")
    os.utime(a, ns=(5, 5))
    assert arrivals.look() == []
    assert arrivals.look() == [(a, Path("a")), (b, Path("b"))]
    b.unlink()
    assert arrivals.look() == []


def test_it_looks_no_more_often_than_it_may(tmp_path: Path) -> None:
    looks: list[int] = []

    def pairs() -> list[tuple[Path, Path]]:
        looks.append(1)
        return []

    arrivals = Arrivals(pairs, 3600.0)
    for _ in range(3):
        arrivals.look()
    assert looks == [1]


def test_watching_paints_what_appears_until_ctrl_c(tmp_path: Path) -> None:
    films, out = tmp_path / "films", tmp_path / "out"
    films.mkdir()
    write_tiny(tmp_path / "tiny")
    words = (sys.executable, "-m", "livestyle", "video", films, out, "--watch", "--model", tmp_path / "tiny")
    run = subprocess.Popen([str(word) for word in words], stderr=subprocess.PIPE)
    for name in ("a.mp4", "b.mp4"):
        make(tmp_path / name, Clip(steady(5))).rename(films / name)
        while not (out / name).exists():
            assert run.poll() is None, run.stderr and run.stderr.read()
            time.sleep(0.05)
    run.send_signal(signal.SIGINT)
    assert run.wait() == 130
    assert [name for name in names(out) if not name.startswith(".")] == ["a.mp4", "b.mp4"]
    assert times(out / "b.mp4") == times(films / "b.mp4")
