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


def test_another_call_goes_on_where_the_last_one_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "gpu.json"
    command = "gpu.py --device cpu --models cin-lite --sizes 64x64 --compiled-at --streams --only switches"
    arguments = [*command.split(), "--switches", "6", "--seconds", "0.01", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", [*arguments, "--budget", "0"])
    with pytest.raises(SystemExit) as stop:
        gpu.main()
    assert stop.value.code == gpu.MORE
    assert json.loads(out.read_text())["switches"] == {}
    monkeypatch.setattr(sys, "argv", arguments)
    gpu.main()
    found = json.loads(out.read_text())
    assert found["switches"]["openvino"]["mixed"] == 0
    assert found["models"] == {}
    gpu.main()
    assert json.loads(out.read_text())["switches"] == found["switches"]


def test_a_model_that_can_t_be_made_costs_the_others_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(folder: Path) -> None:
        raise RuntimeError("the exporter is another one here")

    monkeypatch.setattr(gpu, "wide_model", broken)
    out = tmp_path / "gpu.json"
    command = "gpu.py --device cpu --models wide cin-lite --sizes 64x64 --only switches --switches 2"
    monkeypatch.setattr(sys, "argv", [*command.split(), "--out", str(out)])
    gpu.main()
    found = json.loads(out.read_text())
    assert found["not_measured"] == {"wide": "RuntimeError: the exporter is another one here"}
    assert found["switches"]["openvino"]["mixed"] == 0


def test_what_cannot_be_measured_costs_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["gpu.py", "--device", "cpu", "--out", str(tmp_path / "gpu.json")])
    run = gpu.Run(gpu.parse())
    rows: dict[str, object] = {}
    run.row(rows, "first", lambda: {"worst": 1 / 0})
    run.row(rows, "second", lambda: {"found": 1})
    assert not run.more
    run.options.budget = 0
    run.row(rows, "third", lambda: {"found": 1})
    run.row(rows, "second", lambda: {"found": 2})
    assert rows == {"first": {"skipped": "ZeroDivisionError: division by zero"}, "second": {"found": 1}}
    assert run.more
    assert (tmp_path / "gpu.json").exists()
