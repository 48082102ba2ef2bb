"""The run on a lent machine: no stage costs another, what was found is kept, further calls go on from it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import gpu_day
import numpy as np
import pytest
from gpu_pack import pack
from gpu_pieces import PIECE_BYTES, join, split
from gpu_stages import MORE, PICK, SUITE, Stage, stages

from tests.runtime.emulated.build import build_driver
from tests.workshop.small import write_photos, write_vgg

HIDDEN = (
    *("openvino", "av", "typer", "platformdirs", "pycuda", "tensorrt_rtx", "nncf"),
    *("aiohttp", "aiortc", "mido", "pythonosc", "pyvirtualcam", "ray", "torchvision", "torchmetrics"),
)
"""What a lent machine lacks of what is installed here."""

HOOK = f"""
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {HIDDEN!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Hidden())
"""


def python(name: str, code: str, limit_s: float = 60, goes_on: bool = False) -> Stage:
    return Stage(name, (sys.executable, "-c", code), limit_s, goes_on=goes_on)


def test_every_stage_runs_whatever_becomes_of_the_others(tmp_path: Path) -> None:
    todo = [
        python("good", "print('all is well')"),
        python("bad", "import sys; sys.exit('it broke')"),
        python("slow", "import time; print('so far', flush=True); time.sleep(60)", limit_s=2),
        Stage("missing", ("no-such-program",), 5),
        python("last", "import livestyle; print(livestyle.__file__)"),
    ]
    assert gpu_day.Day(tmp_path, 1000).run_all(todo)
    ended = json.loads((tmp_path / "day.json").read_text())
    codes = {"good": 0, "bad": 1, "slow": None, "missing": None, "last": 0}
    assert {name: row["code"] for name, row in ended.items()} == codes
    assert ended["slow"]["why"] == "stopped after 2 s"
    assert "no-such-program" in ended["missing"]["why"]
    log = (tmp_path / "day.log").read_text()
    assert all(text in log for text in ("all is well", "it broke", "so far", str(gpu_day.ROOT)))


def test_a_call_takes_no_longer_than_it_may_and_the_next_goes_on(tmp_path: Path) -> None:
    count = "import pathlib, sys; p = pathlib.Path('{0}'); n = len(p.read_text()) if p.exists() else 0; "
    count += "p.write_text('x' * (n + 1)); sys.exit(75 if n == 0 else 0)"
    todo = [
        python("first", "print('once')"),
        python("second", count.format(tmp_path / "count"), goes_on=True),
        python("third", "pass", limit_s=500),
    ]
    assert not gpu_day.Day(tmp_path, 540).run_all(todo[:2])
    day = gpu_day.Day(tmp_path, 540)
    day.began -= 100  # as if the stages before had taken so long
    assert not day.run_all(todo)
    assert {name: e.code for name, e in day.ended.items()} == {"first": 0, "second": 0}
    assert gpu_day.Day(tmp_path, 540).run_all(todo)
    assert (tmp_path / "day.log").read_text().count("once\n") == 1


def test_a_stage_that_always_gets_a_fresh_call_fits_into_it(tmp_path: Path) -> None:
    limits = [s.limit_s for s in stages("cuda", False, None, tmp_path, tmp_path) if not s.goes_on]
    assert max(limits) <= 540 - gpu_day.MARGIN_S


@pytest.mark.parametrize("driver", [True, False])
def test_tests_marked_gpu_run_where_there_is_a_driver_and_in_the_first_stage(
    tmp_path: Path, driver: bool
) -> None:
    (on_gpu,) = (name for name in SUITE if name.endswith("test_on_gpu.py"))
    if driver and shutil.which("gcc") is None:
        pytest.skip("there is no gcc to compile the emulated driver with")
    if driver:
        build_driver(tmp_path)
    elif shutil.which("nvidia-smi"):
        pytest.skip("this machine has an NVIDIA GPU")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "--collect-only",
            "-q",
            "-p",
            "no:cacheprovider",
            on_gpu,
            "-k",
            PICK["cuda"],
        ],
        cwd=gpu_day.ROOT,
        env={**os.environ, "LD_LIBRARY_PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    *_, last = done.stdout.strip().splitlines()
    assert ("deselected" in last) is not driver, done.stdout
    for test in ("test_a_frame_is_what_a_cpu_paints[", "test_frames_in_flight_keep_their_order"):
        assert (test in done.stdout) is driver
    assert ("bindings-" in done.stdout or "-bindings" in done.stdout) is driver


def test_wheels_are_installed_with_the_toolkit_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheels, toolkit = tmp_path / "wheels", tmp_path / "cuda" / "bin"
    for folder in (wheels, toolkit):
        folder.mkdir(parents=True)
    for name in ("pycuda-2026.1.tar.gz", "setuptools-84-py3-none-any.whl"):
        (wheels / name).touch()
    monkeypatch.setattr(gpu_day, "toolkit", lambda: toolkit.parent)
    ran: list[tuple[str, str]] = []

    def run(command: list[str], env: dict[str, str], **_: object) -> None:
        ran.append((Path(command[-1]).name, env["PATH"].split(os.pathsep)[0]))
        raise subprocess.TimeoutExpired(command, 180)

    monkeypatch.setattr(subprocess, "run", run)
    for leave_out in ("", "pycuda"):
        gpu_day.install(wheels, tmp_path, tmp_path / "log", leave_out)
    assert [name for name, _ in ran] == [
        "setuptools-84-py3-none-any.whl",
        "pycuda-2026.1.tar.gz",
        "setuptools-84-py3-none-any.whl",
    ]
    assert {first for _, first in ran} == {str(toolkit)}
    assert "CUDA_ENABLE_CURAND = False" in (tmp_path / ".aksetup-defaults.py").read_text()


def test_the_toolkit_is_the_one_with_headers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: str(tmp_path / "bin" / name))
    assert gpu_day.toolkit(tmp_path) is None
    for version in ("12.9", "13.0"):
        (tmp_path / f"cuda-{version}" / "include").mkdir(parents=True)
        (tmp_path / f"cuda-{version}" / "include" / "cuda.h").touch()
    assert gpu_day.toolkit(tmp_path) == tmp_path / "cuda-13.0"
    monkeypatch.setattr(shutil, "which", lambda name: str(tmp_path / "cuda-12.9" / "bin" / name))
    assert gpu_day.toolkit(tmp_path) == tmp_path / "cuda-12.9"


def test_a_folder_travels_in_pieces(tmp_path: Path) -> None:
    work, out = tmp_path / "work", tmp_path / "out"
    (work / "wide").mkdir(parents=True)
    out.mkdir()
    data = np.random.default_rng(0).bytes(2 * PIECE_BYTES)
    (work / "wide" / "checkpoint.pt").write_bytes(data)
    for number in (500, 1000):
        (work / "wide" / f"sheet-{number:06d}.jpg").touch()
    split(work, out)
    assert [path.name for path in sorted(out.iterdir())] == [f"training.tgz.{n}" for n in range(3)]
    assert all(path.stat().st_size <= PIECE_BYTES for path in out.iterdir())
    join(out, tmp_path / "again")
    assert (tmp_path / "again" / "wide" / "checkpoint.pt").read_bytes() == data
    sheets = [path.name for path in (tmp_path / "again" / "wide").glob("*.jpg")]
    assert sheets == ["sheet-001000.jpg"]
    split(tmp_path / "missing", out)
    join(tmp_path, tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


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


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Photos, paintings and a VGG-19, packed to travel."""
    for folder in ("photos", "paintings"):
        write_photos(tmp_path / folder, 3)
    vgg, found = write_vgg(tmp_path / "vgg.safetensors", eight_bit=True), tmp_path / "data"
    most = vgg.stat().st_size + 10**6
    assert pack(tmp_path / "photos", tmp_path / "paintings", None, vgg, found, most) == 3
    return found


def test_on_a_bare_machine_it_runs_to_its_end(tmp_path: Path, data: Path) -> None:
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "sitecustomize.py").write_text(HOOK)
    path = os.pathsep.join(filter(None, (str(tmp_path / "hidden"), os.environ.get("PYTHONPATH"))))
    unset = ("LIVESTYLE_CACHE", "LIVESTYLE_DATA")
    environment = {k: v for k, v in os.environ.items() if k not in unset} | {"PYTHONPATH": path}
    out = tmp_path / "out"
    command = [sys.executable, "benchmarks/gpu_day.py", "--device", "cpu", "--tiny", "--out", str(out)]
    done = subprocess.run(
        [*command, "--seconds", "9999", "--data", str(data)],
        cwd=gpu_day.ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    log = (out / "day.log").read_text()
    ended = json.loads((out / "day.json").read_text())
    codes = {name: row["code"] for name, row in ended.items()}
    assert ended.pop("a conformance, pycuda")["why"] == "pycuda is not installed", log
    assert {row["code"] for row in ended.values()} == {0}, (codes, log)
    assert done.returncode == 1  # for pycuda
    assert "all is done" in done.stdout
    assert ended["b state"]["found"]["onnxruntime f32"]["bit_equal"]
    assert ended["e soak"]["found"]["went_wrong"] == []
    assert ended["f training"]["found"]["wide"]["done"] == 2
    figures = json.loads((out / "gpu.json").read_text())
    for name in ("cin-lite", "wide-untrained"):
        assert figures["models"][name]["64x64"]["rows"]["torch eager f32"]["frames"] >= 10
    assert {path.name for path in out.iterdir()} <= {
        "day.json", "day.log", "gpu.json", *(f"training.tgz.{n}" for n in range(5)),
    }  # fmt: skip
    assert MORE not in codes.values()
