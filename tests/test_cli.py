"""The command line as a shell sees it: exit codes, streams, one line for an error, nothing loaded in vain."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle import cli
from livestyle.commands import doctor
from livestyle.core.errors import LivestyleError, NoEngineError
from livestyle.core.packages import NO_MEMORY

HEAVY = ("torch", "torchvision", "onnx", "onnxruntime", "openvino", "nncf")
ROOT = Path(__file__).parents[1]


def livestyle(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "livestyle", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT)


def loaded_by(statement: str) -> set[str]:
    """Which heavy packages a fresh Python has loaded after `statement`."""
    script = f"import sys\ntry:\n    {statement}\nexcept SystemExit:\n    pass\n"
    script += f"sys.stderr.write(' '.join(set({HEAVY}) & set(sys.modules)))"
    command = [sys.executable, "-c", script]
    child = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT, check=True)
    return set(child.stderr.split())


def exit_code(*arguments: str) -> object:
    with pytest.raises(SystemExit) as exit_:
        cli.run(list(arguments))
    return exit_.value.code


def test_help_names_every_command() -> None:
    shown = livestyle("--help")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert all(f" {name} " in shown.stdout for name in cli.COMMANDS)


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(command, "--help") == 0
    assert f"{command} [OPTIONS]" in capsys.readouterr().out


@pytest.mark.parametrize(
    "statement",
    [
        "import livestyle",
        "from livestyle.cli import run; run(['--help'])",
        *(f"from livestyle.cli import run; run(['{name}', '--help'])" for name in ("live", "video", "train")),
    ],
)
def test_nothing_heavy_is_loaded_before_it_is_needed(statement: str) -> None:
    assert loaded_by(statement) == set()


def test_painting_loads_no_torch() -> None:
    paint = "import numpy, livestyle; livestyle.Stylizer().stylize(numpy.zeros((64, 64, 3), numpy.uint8))"
    assert loaded_by(paint) & {"torch", "torchvision", "onnx", "nncf"} == set()


@pytest.mark.parametrize("arguments", [("nope",), ("doctor", "--nope"), ("doctor", "surplus")])
def test_bad_usage_is_exit_code_2_without_a_traceback(arguments: tuple[str, ...]) -> None:
    shown = livestyle(*arguments)
    assert shown.returncode == 2
    assert shown.stdout == ""
    assert "Traceback" not in shown.stderr


def test_an_error_is_one_line_on_stderr_and_exit_code_2() -> None:
    shown = livestyle("live", "--camera", "synthetic", "--no-window", "--model", "no/such/model/" + "x" * 100)
    assert shown.returncode == 2
    assert shown.stderr.startswith("error: no model 'no/such/model/xxx")
    assert shown.stderr.count("\n") == 1


def test_brackets_in_an_error_are_shown_as_they_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise LivestyleError("pip install '.[train]'")

    monkeypatch.setattr(doctor, "main", fail)
    assert exit_code("doctor") == 2
    assert capsys.readouterr().err == "error: pip install '.[train]'\n"


def without_opencv(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A run of livestyle with what is left of one OpenCV when another one has been removed."""
    (tmp_path / "cv2").mkdir()
    (tmp_path / "cv2" / "__init__.py").write_text("__version__ = '5.0'")
    env = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}", "COLUMNS": "400"}
    line = [sys.executable, "-m", "livestyle", *arguments]
    return subprocess.run(line, capture_output=True, text=True, timeout=120, cwd=tmp_path, env=env)


@pytest.mark.parametrize("line", ["live --help", "live --camera synthetic --no-window", "image a.png b.png"])
def test_an_opencv_that_is_half_removed_is_one_line(tmp_path: Path, line: str) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((64, 64, 3), np.uint8))
    shown = without_opencv(tmp_path, *line.split())
    assert shown.returncode == 2
    assert shown.stderr.startswith("error: OpenCV is missing or half removed")
    assert "opencv-python and opencv-python-headless" in shown.stderr
    assert "pip uninstall" in shown.stderr
    assert shown.stderr.count("\n") == 1


def test_doctor_says_that_opencv_is_half_removed(tmp_path: Path) -> None:
    shown = without_opencv(tmp_path, "doctor")
    assert shown.returncode == 1
    assert "OpenCV is missing or half removed" in shown.stdout
    assert "can't run here" in shown.stdout


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (
            "libavcodec.so.62: no such file",
            "av can't be loaded (libavcodec.so.62: no such file); pip install --force-reinstall av",
        ),
        ("libavcodec.so.62: failed to map segment from shared object", NO_MEMORY),
    ],
)
def test_a_package_that_does_not_load_is_one_line(tmp_path: Path, cause: str, said: str) -> None:
    (tmp_path / "av.py").write_text(f"raise ImportError({cause!r}, name='av')")
    env = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    command = [sys.executable, "-m", "livestyle", "video", "--help"]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=tmp_path, env=env)
    assert shown.returncode == 2
    assert shown.stderr == f"error: {said}\n"


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("std::bad_alloc")])
def test_too_little_memory_is_one_line(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def main() -> None:
        raise error

    monkeypatch.setattr(doctor, "main", main)
    assert exit_code("doctor") == 2
    assert capsys.readouterr().err == f"error: {NO_MEMORY}\n"


def test_ctrl_c_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(doctor, "main", interrupted)
    assert exit_code("doctor") == 130


def test_no_engine_error_holds_all_causes() -> None:
    error = NoEngineError({"openvino": "too old; update it", "onnxruntime": "missing; install it"})
    assert isinstance(error, LivestyleError)
    assert str(error).splitlines()[1:] == [
        "  openvino: too old; update it",
        "  onnxruntime: missing; install it",
    ]
    assert error.causes["openvino"] == "too old; update it"


def test_run_live_is_the_live_command() -> None:
    command = [sys.executable, "run_live.py", "--help"]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert shown.returncode == 0
    assert "--camera" in shown.stdout


@pytest.mark.parametrize("value", ["3", "-1", "much"])
def test_a_number_out_of_its_range_is_told_both_ends(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.run(["image", "in.png", "out.png", "--strength", value])
    assert "expected 0 to 1" in " ".join(capsys.readouterr().err.replace("│", " ").split())
