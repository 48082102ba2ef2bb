"""Recordings are never lost: full disks, impatient fingers, signals, a display that goes, a kill."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame
from livestyle.core.size import Size
from livestyle.sinks import video_file
from livestyle.sinks.encoders import Encoding
from livestyle.sinks.video_file import VideoFileSink
from livestyle.ui.leftovers import rescued
from tests.conftest import noisy
from tests.ui.desktop import desktop, wait_for

ROOT = Path(__file__).parents[2]
SIZE = Size(320, 240)
LIVE = [sys.executable, str(ROOT / "run_live.py"), "--camera", "synthetic:160x120@20"]


def pictures(path: Path) -> int:
    with av.open(str(path)) as file:
        return sum(1 for _ in file.decode(video=0))


def record(sink: VideoFileSink, count: int) -> None:
    """Noise, so that there is much to write."""
    frames = noisy(SIZE, 8)
    with sink:
        for index in range(count):
            sink.write(Frame(frames[index % 8], index, index * 50_000_000))


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file grows beyond 400 kB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("small_files")
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_what_a_disk_takes_can_be_played(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    with pytest.raises(LivestyleError, match=rf"File too large.*until then is .*out\.partial\{suffix}"):
        record(VideoFileSink(path, encoding=Encoding(crf=10, preset="ultrafast")), 400)
    assert pictures(tmp_path / f"out.partial{suffix}") >= 8
    assert [p.name for p in tmp_path.iterdir()] == [f"out.partial{suffix}"]


def test_a_disk_that_is_almost_full_leaves_room_for_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    class Free:
        @property
        def free(self) -> int:
            asked.append(tmp_path)
            return 10**9 if len(asked) < 3 else 10**6

    monkeypatch.setattr(video_file, "disk_usage", lambda folder: Free())
    with pytest.raises(LivestyleError, match="is full; make room"):
        record(VideoFileSink(tmp_path / "out.mp4"), 400)
    assert pictures(tmp_path / "out.partial.mp4") == 2 * video_file.CHECK_FRAMES


def begin(folder: Path, *options: str, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """The app, once its recording has begun; without an environment of its own without a window."""
    shown = () if env else ("--no-window",)
    app = subprocess.Popen(
        [*LIVE, *shown, "--record", "a.mp4", "--json", *options],
        cwd=folder,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    wait_for(lambda: [part for part in folder.glob("a.mp4.*.part") if part.stat().st_size])
    return app


@pytest.mark.parametrize(
    "signals",
    [
        [signal.SIGTERM],
        [signal.SIGHUP],
        [signal.SIGINT, signal.SIGINT],
        [signal.SIGINT, signal.SIGTERM, signal.SIGINT],
    ],
)
def test_signals_end_it_in_order(tmp_path: Path, signals: list[signal.Signals]) -> None:
    app = begin(tmp_path)
    for number in signals:
        app.send_signal(number)
        time.sleep(0.02)
    out, errors = app.communicate(timeout=90)
    assert app.returncode == 0, errors
    assert "Traceback" not in errors
    assert pictures(tmp_path / "a.mp4") == json.loads(out)["frames"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_what_a_kill_left_is_found_at_the_next_start(tmp_path: Path) -> None:
    app = begin(tmp_path)
    wait_for(lambda: [part for part in tmp_path.glob("*.part") if part.stat().st_size > 20_000])
    app.kill()
    app.communicate()
    again = subprocess.run(
        [*LIVE, "--no-window", "--record", "a.mp4", "--max-frames", "3"],
        cwd=tmp_path,
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert again.returncode == 0, again.stderr
    assert re.search(
        r"a\.mp4 was cut off in an earlier run; what there is: .*a\.partial\.mp4 \(\d+ s\)", again.stderr
    )
    assert pictures(tmp_path / "a.mp4") == 3
    assert pictures(tmp_path / "a.partial.mp4") > 3


def test_what_is_no_recording_or_in_use_is_left_alone(tmp_path: Path) -> None:
    for name in ("model.onnx.livestyle-1.part", "a.mp4.part", "notes.txt"):
        (tmp_path / name).write_text("x")
    assert rescued([tmp_path, tmp_path / "no such folder"]) == []
    (tmp_path / "b.mp4.livestyle-1.part").write_text("nonsense")
    (line,) = rescued([tmp_path])
    assert "can't be played" in line


def test_a_second_run_does_not_harm_the_first(tmp_path: Path) -> None:
    first = begin(tmp_path)
    second = subprocess.run(
        [*LIVE, "--no-window", "--record", "a.mp4"],
        cwd=tmp_path,
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert second.returncode == 2
    assert f"process {first.pid}" in second.stderr
    first.send_signal(signal.SIGINT)
    assert first.communicate(timeout=90)
    assert pictures(tmp_path / "a.mp4") > 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11")
def test_a_display_that_goes_away_leaves_a_whole_recording(tmp_path: Path) -> None:
    with desktop(lasting=False) as env:
        app = begin(tmp_path, env=env)
        server = int(env["XVFB_PID"])
        os.kill(server, signal.SIGKILL)
        _, errors = app.communicate(timeout=90)
    assert app.returncode in (1, 2), errors
    assert "Traceback" not in errors
    assert pictures(tmp_path / "a.mp4") > 0
