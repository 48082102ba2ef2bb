"""livestyle doctor: what it finds here, and what it says where something is missing."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import cv2
import pytest

from livestyle import cli
from livestyle.commands import doctor as command
from livestyle.core.errors import LivestyleError
from livestyle.core.packages import MEND_OPENCV
from livestyle.doctor import checks
from livestyle.doctor.checks import examine, requirements
from livestyle.doctor.finding import Finding, State
from livestyle.runtime import openvino
from livestyle.runtime.onnxruntime import OnnxRuntimeEngine
from livestyle.runtime.openvino import OpenVinoEngine, core
from livestyle.runtime.select import UNMEASURED


@pytest.fixture(scope="module", autouse=True)
def terminal() -> Iterator[None]:
    """A wide terminal, and no desktop."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "200")
        patch.delenv("DISPLAY", raising=False)
        patch.delenv("WAYLAND_DISPLAY", raising=False)
        yield


@pytest.fixture(scope="module")
def here(terminal: None) -> list[Finding]:
    """What is found on this machine."""
    return examine()


@pytest.fixture
def found_here(here: list[Finding], monkeypatch: pytest.MonkeyPatch) -> None:
    """The command shows what is in `here`."""
    monkeypatch.setattr(command, "examine", lambda: here)


def find(findings: list[Finding], topic: str, name: str) -> Finding:
    return next(f for f in findings if (f.topic, f.name) == (topic, name))


def doctor(*arguments: str) -> object:
    with pytest.raises(SystemExit) as exit_:
        cli.run(["doctor", *arguments])
    return exit_.value.code


@pytest.mark.usefixtures("found_here")
def test_it_is_well_here(capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor("--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is True
    assert {row["topic"] for row in report["findings"]} == set(checks.CHECKS)
    findings = [Finding(**{**row, "state": State(row["state"])}) for row in report["findings"]]
    assert find(findings, "packages", "numpy").found == metadata.version("numpy")
    assert find(findings, "engines", "openvino f32").state is State.OK
    assert find(findings, "engines", "onnxruntime f32").state is State.OK
    assert find(findings, "engines", "onnxruntime bf16").state is State.ABSENT
    assert "CPUExecutionProvider" in find(findings, "devices", "ONNX Runtime").found
    for name in UNMEASURED:
        device = find(findings, "engines", name)
        assert device.state in (State.OK, State.ABSENT)
        assert ("; only if asked for: --device" in device.found) is (device.state is State.OK)
    coreml = find(findings, "engines", "coreml")
    assert coreml.state is State.OK or "has no CoreMLExecutionProvider" in coreml.found
    assert "libx264" in find(findings, "video files", "encoders").found
    assert "styles" in find(findings, "models", "cin-lite").found


def test_what_nobody_has_measured_is_there_only_if_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_trial", lambda model, device, precision: (True, "it paints"))
    findings = list(checks.engines("engines"))
    for name in UNMEASURED:
        found = find(findings, "engines", name)
        assert (found.state, found.found) == (State.OK, f"it paints; only if asked for: --device {name}")
    assert find(findings, "engines", "auto").found == "it paints"
    assert find(findings, "engines", "openvino f32").found == "it paints"


def test_video_on_hardware_is_named_or_why_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "decoders_refusal", lambda name: "" if name in ("cuda", "qsv") else "gone")
    monkeypatch.setattr(
        checks, "encoders_refusal", lambda name: "no driver" if "nvenc" in name else "not built"
    )
    found = {finding.name: finding for finding in checks.encoders("video files")}
    assert (found["decoded on hardware"].state, found["decoded on hardware"].found) == (State.OK, "cuda, qsv")
    none = found["encoded on hardware"]
    assert none.state is State.ABSENT
    assert none.found.startswith("nothing opens (h264_nvenc, hevc_nvenc: no driver; h264_qsv, ")


def test_what_is_missing_comes_with_a_fix(here: list[Finding]) -> None:
    for finding in here:
        if finding.state in (State.WARNING, State.FAILED):
            assert finding.fix, finding


@pytest.mark.usefixtures("found_here")
def test_the_table_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor() == 0
    shown = capsys.readouterr().out
    assert "[onnxruntime]" in shown
    assert "DISPLAY is not set" in shown
    assert "The live app can run, but opens no window here" in shown


def test_without_an_engine_it_exits_1_and_says_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(self: object) -> None:
        raise LivestyleError("the library does not load; reinstall it")

    for engine in (OpenVinoEngine, OnnxRuntimeEngine):
        monkeypatch.setattr(engine, "_open_impl", broken)
    assert doctor() == 1
    shown = capsys.readouterr().out
    assert "the library does not load; reinstall it" in shown
    assert "pip install --force-reinstall openvino" in shown
    assert "The live app can't run here" in shown


def test_openvino_missing_is_survived(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    for module in (checks, openvino):
        monkeypatch.setattr(module, "core", core.__wrapped__)  # not the one that is there already
    findings = examine()
    assert "pip install openvino" in find(findings, "engines", "openvino f32").found
    assert find(findings, "engines", "auto").state is State.OK


def test_a_check_that_breaks_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(topic: str) -> list[Finding]:
        raise OSError("no such bus")

    def works(topic: str) -> Iterator[Finding]:
        yield Finding(topic, "", State.OK, "all is well")

    every = {name: broken if name == "cameras" else works for name in checks.CHECKS}
    monkeypatch.setattr(checks, "CHECKS", every)
    findings = examine()
    assert find(findings, "cameras", "") == Finding(
        "cameras", "", State.WARNING, "no such bus", checks.INSTALL_AGAIN
    )
    assert {finding.topic for finding in findings} == set(every)


def test_a_damaged_model_is_named(own_folders: Path) -> None:
    folder = own_folders / "data" / "models" / "damaged"
    folder.mkdir(parents=True)
    (folder / "card.json").write_text("{")
    try:
        finding = find(list(checks.models("models")), "models", "damaged")
    finally:
        shutil.rmtree(folder)
    assert finding.state is State.WARNING
    assert "cannot read the model card" in finding.found


def test_folders_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LIVESTYLE_CACHE", str(tmp_path / "file" / "cache"))
    finding = find(list(checks.folders("folders")), "folders", "cache")
    assert finding.state is State.WARNING
    assert finding.fix.startswith("set LIVESTYLE_CACHE")


def test_a_file_that_goes_meanwhile_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where another run renames what it has written: first it is seen, then it is not there."""
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    monkeypatch.setenv("LIVESTYLE_CACHE", str(tmp_path))
    monkeypatch.setattr(Path, "is_file", lambda path: True)
    finding = find(list(checks.folders("folders")), "folders", "cache")
    assert (finding.state, finding.found) == (State.OK, f"{tmp_path}, 0.0 MB")


def test_a_wrong_display_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":54321")
    (finding,) = checks.display("display")
    assert finding.state is State.WARNING
    assert ":54321" in finding.found


def test_an_opencv_without_windows_is_named_with_what_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cv2, "currentUIFramework", lambda: "")
    (finding,) = checks.display("display")
    assert finding.state is State.WARNING
    assert "opencv-python-headless lies over opencv-python" in finding.found
    assert MEND_OPENCV in finding.fix


def test_requirements_by_extra() -> None:
    needs = ["numpy>=2.0", "opencv-python", "torch>=2.9; extra == 'train'", 'onnx; extra == "train"']
    assert requirements(needs) == ["numpy", "opencv-python"]
    assert requirements(needs, "train") == ["torch", "onnx"]
    assert requirements(needs, "dev") == []
