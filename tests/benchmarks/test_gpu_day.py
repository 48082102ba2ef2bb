"""The run on a lent machine: no step costs another, and all that was said is kept."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import gpu_day
import pytest


def python(name: str, code: str, limit_s: float = 60) -> gpu_day.Step:
    return gpu_day.Step(name, (sys.executable, "-c", code), limit_s)


def test_every_step_runs_whatever_becomes_of_the_others(tmp_path: Path) -> None:
    todo = [
        python("good", "print('all is well')"),
        python("bad", "import sys; sys.exit('it broke')"),
        python("slow", "import time; print('so far', flush=True); time.sleep(60)", limit_s=2),
        gpu_day.Step("missing", ("no-such-program",), 5),
        python("last", "import livestyle; print(livestyle.__file__)"),
    ]
    ended = gpu_day.run_all(todo, tmp_path)
    assert {e.name: e.code for e in ended} == {"good": 0, "bad": 1, "slow": None, "missing": 127, "last": 0}
    logs = {e.name: (tmp_path / f"{e.name}.log").read_text() for e in ended}
    assert logs["good"] == "all is well\n"
    assert logs["bad"] == "it broke\n"
    assert logs["slow"] == "so far\n\nstopped after 2 s\n"
    assert "no-such-program" in logs["missing"]
    assert Path(logs["last"].strip()).is_relative_to(gpu_day.ROOT)
    assert [e["name"] for e in json.loads((tmp_path / "steps.json").read_text())] == list(logs)


def test_only_what_is_at_hand_is_installed_and_it_fits_into_ten_minutes(tmp_path: Path) -> None:
    for name in ("pycuda-2026.1.tar.gz", "tensorrt_rtx-1.2-py3-none-any.whl", "numpy-2-py3-none-any.whl"):
        (tmp_path / name).touch()
    found = gpu_day.preparations(tmp_path)
    names = [step.name for step in found]
    assert names == ["machine", "install pycuda", "install tensorrt-rtx"]
    assert {step.log for step in found} == {"machine.log", "install.log"}
    assert [step.name for step in gpu_day.preparations(None)] == ["machine"]
    for seconds in (400, 570):
        limits = [step.limit_s for step in gpu_day.measurements(tmp_path, seconds)]
        assert sum(limits) <= seconds


def test_without_a_gpu_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(sys, "argv", ["gpu_day.py", "--out", str(tmp_path / "out")])
    with pytest.raises(SystemExit) as stop:
        gpu_day.main()
    assert stop.value.code == 2
    assert "no nvidia-smi" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
