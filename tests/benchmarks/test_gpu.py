"""benchmarks/gpu.py as a whole: without a GPU it says so, and on a CPU it runs from end to end."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import gpu
import pytest
import torch


def test_without_a_gpu_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(sys, "argv", ["gpu.py", "--out", str(tmp_path / "gpu.json")])
    with pytest.raises(SystemExit) as stop:
        gpu.main()
    shown = capsys.readouterr()
    assert (stop.value.code, shown.out) == (2, "")
    assert shown.err.startswith("error: torch sees no NVIDIA GPU")
    assert shown.err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_runs_from_end_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "new" / "gpu.json"
    small = (
        "--device cpu --models cin-lite --sizes 64x64 --compiled-at --streams 2 --switches 6 --seconds 0.01"
    )
    monkeypatch.setattr(sys, "argv", ["gpu.py", *small.split(), "--out", str(out)])
    gpu.main()
    found = json.loads(out.read_text())
    assert found["machine"]["torch"] == torch.__version__
    rows = found["models"]["cin-lite"]["64x64"]["rows"]
    assert {"openvino, one at a time", "naive loop", "torch eager f32", "torch eager f16"} <= set(rows)
    for name in ("openvino, one at a time", "torch eager f32"):
        assert rows[name]["frames"] >= 10
    assert found["models"]["cin-lite"]["64x64"]["floor"]["gflop"] > 0
    assert all(verdict["good"] for verdict in found["acceptance"].values())
    assert found["half_psnr_db"]["torch f16"]["worst"] >= 40


def test_what_cannot_be_measured_costs_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["gpu.py", "--device", "cpu", "--out", str(tmp_path / "gpu.json")])
    run = gpu.Run(gpu.parse())
    rows: dict[str, object] = {}
    run.row(rows, "first", lambda: {"worst": 1 / 0})
    run.row(rows, "second", lambda: {"found": 1})
    run.options.budget = 0
    run.row(rows, "third", lambda: {"found": 1})
    assert rows["first"] == {"skipped": "ZeroDivisionError: division by zero"}
    assert rows["second"] == {"found": 1}
    assert "--budget are over" in str(rows["third"])
    assert (tmp_path / "gpu.json").exists()
