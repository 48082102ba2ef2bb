"""Broken inputs, full disks and Ctrl+C: the promised outcome, and nothing half-written."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.model.card import Model
from livestyle.offline import TranscodeOptions, transcode
from livestyle.sinks.encoders import Encoding
from tests.offline.clips import Clip, Negative, make, steady, times

CASES = 32
"""Of each kind, in each container."""

LOSSLESS = TranscodeOptions(encoding=Encoding(crf=0, preset="ultrafast"))

SLOW = """
import sys, time
from livestyle import cli
from livestyle.stylizer.stylizer import Stylizer
paint = Stylizer.result
def slowly(self):
    time.sleep(0.01)
    sys.stdout.write("painted\\n")
    sys.stdout.flush()
    return paint(self)
Stylizer.result = slowly
cli.run(["video", *sys.argv[1:]])
"""


def truncated(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: int(rng.integers(1, len(data)))]


def flipped(data: bytes, rng: np.random.Generator) -> bytes:
    """One bit in a thousand bytes or so, at least one."""
    changed = bytearray(data)
    for place in rng.integers(0, len(data), max(1, len(data) // 1000)):
        changed[place] ^= 1 << int(rng.integers(8))
    return bytes(changed)


@pytest.mark.parametrize("container", ["mp4", "mkv"])
@pytest.mark.parametrize("damage", [truncated, flipped])
def test_a_damaged_file_is_painted_or_refused(
    tmp_path: Path, model: Model, container: str, damage: object
) -> None:
    assert callable(damage)
    whole = make(tmp_path / f"whole.{container}", Clip(steady(24), sound="aac")).read_bytes()
    painted = refused = 0
    for seed in range(CASES):
        source = tmp_path / f"in.{container}"
        source.write_bytes(damage(whole, np.random.default_rng(seed)))
        target = tmp_path / "out.mkv"
        warnings: list[str] = []
        try:
            done = transcode(source, target, Negative(model), warn=warnings.append)
        except LivestyleError:
            refused += 1
            assert not list(tmp_path.glob("out*")), f"seed {seed}"
            continue
        painted += 1
        assert len(times(target)) == done.frames > 0
        assert bool(done.damaged) == any("skipped" in w for w in warnings)
        target.unlink()
    assert painted + refused == CASES
    if damage is flipped:
        assert painted


def test_damaged_frames_are_skipped_and_counted(tmp_path: Path, model: Model) -> None:
    """Zeros over packets in the middle of a file: the frames around them are painted."""
    source = make(tmp_path / "in.mkv", Clip(steady(60)))
    data = bytearray(source.read_bytes())
    middle = len(data) // 2
    data[middle : middle + len(data) // 10] = bytes(len(data) // 10)
    source.write_bytes(data)
    warnings: list[str] = []
    done = transcode(source, tmp_path / "out.mkv", Negative(model), warn=warnings.append)
    assert 20 < done.frames < 60
    assert done.damaged > 0
    assert warnings == [f"in.mkv: {done.damaged} damaged frames or packets were skipped"]


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file of this process grows beyond 20 kB."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_a_file_that_cannot_grow_is_an_error(
    tmp_path: Path, model: Model, container: str, request: pytest.FixtureRequest
) -> None:
    source = make(tmp_path / "in.mp4", Clip(steady(100), width=192, height=128))
    request.getfixturevalue("small_files")
    with pytest.raises(LivestyleError, match="File too large"):
        transcode(source, tmp_path / f"out.{container}", Negative(model), LOSSLESS)
    kept = tmp_path / f"out.partial.{container}"
    assert {p.name for p in tmp_path.iterdir()} <= {"in.mp4", kept.name}
    if kept.exists():
        assert 0 < len(times(kept)) < 100


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB."""
    place = tmp_path / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(command, capture_output=True, timeout=30).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("may not mount a small file system here")
    yield place
    subprocess.run(["umount", str(place)], check=True, timeout=30)


def test_a_full_disk_is_an_error(tmp_path: Path, model: Model, small_disk: Path) -> None:
    source = make(tmp_path / "in.mp4", Clip(steady(150), width=192, height=128))
    with pytest.raises(LivestyleError, match=r"No space left.*make room"):
        transcode(source, small_disk / "out.mp4", Negative(model), LOSSLESS)
    kept = small_disk / "out.partial.mp4"
    assert {*small_disk.iterdir()} <= {kept}
    if kept.exists():
        assert 0 < len(times(kept)) < 150


def stop_after(frames: int, how: signal.Signals, source: Path, target: Path) -> tuple[int, str]:
    command = [sys.executable, "-c", SLOW, str(source), str(target)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for _ in range(frames):
            assert child.stdout.readline() == "painted\n"
        child.send_signal(how)
        _, errors = child.communicate(timeout=120)
        return child.returncode, errors


def test_ctrl_c_keeps_a_playable_partial_file(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", Clip(steady(1000), sound="aac"))
    code, errors = stop_after(40, signal.SIGINT, source, tmp_path / "out.mp4")
    assert code == 130
    assert "Traceback" not in errors
    assert "out.partial.mp4" in errors
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.mp4", "out.partial.mp4"]
    kept = times(tmp_path / "out.partial.mp4")
    assert 39 <= len(kept) < 1000
    assert kept == times(source)[: len(kept)]


@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_a_kill_leaves_a_playable_part(tmp_path: Path, container: str) -> None:
    source = make(tmp_path / "in.mp4", Clip(steady(1000)))
    stop_after(150, signal.SIGKILL, source, tmp_path / f"out.{container}")
    assert not (tmp_path / f"out.{container}").exists()
    (part,) = tmp_path.glob(f"out.{container}.livestyle-*.part")
    assert len(times(part)) > 20
    make(source, Clip(steady(3)))
    warnings: list[str] = []
    target = tmp_path / f"out.{container}"
    transcode(source, target, Negative(Model.load("cin-lite")), warn=warnings.append)
    assert "out.partial" in warnings[0]
    assert len(times(tmp_path / f"out.partial.{container}")) > 20
    assert len(times(target)) == 3
