"""v4l2loopback as it can be found, in a /sys of the test's own."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from livestyle.sinks import loopback as module
from livestyle.sinks.loopback import INSTALL_MODULE, JOIN_GROUP, LOAD_AGAIN, LOAD_MODULE, loopback


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "SYS", tmp_path / "sys")
    monkeypatch.setattr(module, "MODULES", tmp_path / "modules")
    return tmp_path


def install(system: Path) -> None:
    folder = system / "modules" / platform.release() / "updates" / "dkms"
    folder.mkdir(parents=True)
    (folder / "v4l2loopback.ko.zst").touch()


def load(system: Path, exclusive_caps: str, *numbers: int) -> None:
    parameters = system / "sys" / "module" / "v4l2loopback" / "parameters"
    parameters.mkdir(parents=True)
    (parameters / "exclusive_caps").write_text(f"{exclusive_caps}\n")
    for number in numbers:
        device = system / "sys" / "devices" / "virtual" / "video4linux" / f"video{number}"
        device.mkdir(parents=True)
        (device / "max_openers").write_text("10\n")
        (device / "name").write_text("livestyle\n")


def test_nothing_is_installed(system: Path) -> None:
    found = loopback()
    assert (found.installed, found.loaded, found.devices) == (False, False, {})
    assert found.remedy == f"{INSTALL_MODULE} && {LOAD_MODULE}"


def test_it_is_installed_and_not_loaded(system: Path) -> None:
    install(system)
    assert loopback().remedy == LOAD_MODULE
    assert LOAD_MODULE.startswith("sudo modprobe v4l2loopback exclusive_caps=1")


def test_it_is_loaded_without_a_device(system: Path) -> None:
    load(system, "N,N")
    assert loopback().remedy == LOAD_AGAIN


def test_a_device_that_browsers_hide(system: Path) -> None:
    load(system, "N,N,N", 10)
    found = loopback()
    assert found.hidden == ("/dev/video10",)
    assert found.remedy == LOAD_AGAIN


def test_a_device_that_all_programs_list(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(system, "Y,N", 10, 2)
    other = system / "sys" / "devices" / "virtual" / "video4linux" / "video0"
    other.mkdir()
    found = loopback()
    assert list(found.devices.items()) == [("/dev/video2", "livestyle"), ("/dev/video10", "livestyle")]
    assert found.hidden == ("/dev/video10",)
    monkeypatch.setattr("os.access", lambda *_: True)
    assert found.remedy == ""
    monkeypatch.setattr("os.access", lambda *_: False)
    assert found.remedy == JOIN_GROUP


def test_the_readme_gives_the_same_lines() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8").splitlines()
    assert {module.INSTALL_PACKAGE, INSTALL_MODULE, LOAD_MODULE} <= {*readme}
