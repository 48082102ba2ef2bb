"""The commands without a window, as a script starts them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import av
import pytest

from livestyle.card import Model

ROOT = Path(__file__).parents[2]


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "run_live.py"), *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


def test_a_recording_and_one_line_of_json(tmp_path: Path) -> None:
    options = (
        "--camera",
        "synthetic:160x120",
        "--no-window",
        "--record",
        "a.mp4",
        "--max-frames",
        "20",
        "--json",
    )
    done = run(tmp_path, *options)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["frames"] == 20
    assert found["size"] == "160x120"
    assert 0 < found["latency_ms"]["p50"] <= found["latency_ms"]["p95"] <= found["latency_ms"]["max"]
    assert found["memory_mb"] is None or found["memory_mb"] < 600
    assert "synthetic · 160×120 · 30 fps" in done.stderr
    with av.open(str(tmp_path / "a.mp4")) as file:
        times = [frame.time for frame in file.decode(video=0)]
    assert len(times) == 20
    assert times[0] == 0
    again = run(tmp_path, *options)
    assert again.returncode == 2
    assert "exists" in again.stderr


def test_styles_are_listed(tmp_path: Path, model: Model) -> None:
    done = run(tmp_path, "--list-styles")
    assert [line.split()[1] for line in done.stdout.splitlines()] == list(model.styles)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--camera", "synthetic", "--style", "no_such"), "expected one of"),
        (("--camera", "synthetic", "--size", "big"), "expected WIDTHxHEIGHT"),
        (("--camera", "nothing.mp4"), "does not exist"),
        (("--camera", "synthetic", "--model", "nope"), "no model 'nope'"),
        (("--input", "a.mp4"), "--output is missing"),
        (("--camera", "synthetic", "--device", "abacus"), "unknown device"),
    ],
)
def test_mistakes_are_one_clear_error(options: tuple[str, ...], says: str, tmp_path: Path) -> None:
    done = run(tmp_path, "--no-window", *options)
    assert done.returncode == 2
    assert says in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_bench_gives_json(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "livestyle",
        "bench",
        "--size",
        "128x96",
        "--seconds",
        "1",
        "--frames",
        "5",
    ]
    done = subprocess.run([*command, "--json"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["frames"] > 1
    assert found["engine_alone_ms"]["p50"] > 0
    assert not found["window"]
