from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial

import pytest

from livestyle.doctor import virtual_camera as module
from livestyle.doctor.finding import Finding, State
from livestyle.doctor.virtual_camera import virtual_camera
from livestyle.sinks.loopback import INSTALL_OBS, INSTALL_PACKAGE, LOAD_AGAIN, LOAD_MODULE, Loopback
from livestyle.sinks.virtual_camera import VirtualCameraSink
from tests.sinks.virtual_cameras import NAME, FakeDevice, registered

GONE = Loopback(installed=True, loaded=False, devices={})
THERE = Loopback(installed=True, loaded=True, devices={"/dev/null": "livestyle"})


@pytest.fixture(autouse=True)
def device(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDevice]:
    monkeypatch.setattr(module, "VirtualCameraSink", partial(VirtualCameraSink, NAME))
    with registered() as device:
        yield device


def examined(monkeypatch: pytest.MonkeyPatch, found: Loopback, system: str = "linux") -> dict[str, Finding]:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(module, "loopback", lambda: found)
    monkeypatch.setattr("livestyle.sinks.loopback.loopback", lambda: found)
    return {finding.name: finding for finding in virtual_camera("virtual camera")}


def test_all_is_there(monkeypatch: pytest.MonkeyPatch, device: FakeDevice) -> None:
    found = examined(monkeypatch, THERE)
    assert found["v4l2loopback"].state is State.OK
    assert (found["device"].state, found["device"].found) == (State.OK, f"{NAME} takes 1280x720 at 30 fps")
    assert device.closed == 1


def test_the_package_is_missing(monkeypatch: pytest.MonkeyPatch, device: FakeDevice) -> None:
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    found = examined(monkeypatch, THERE)
    assert (found["package"].state, found["package"].fix) == (State.ABSENT, INSTALL_PACKAGE)
    assert "device" not in found
    assert not device.opened


def test_the_module_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    found = examined(monkeypatch, GONE)
    assert list(found) == ["v4l2loopback"]
    assert (found["v4l2loopback"].state, found["v4l2loopback"].fix) == (State.ABSENT, LOAD_MODULE)


def test_browsers_hide_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found = examined(monkeypatch, Loopback(True, True, {"/dev/null": "livestyle"}, ("/dev/null",)))
    assert found["v4l2loopback"] == Finding(
        "virtual camera", "v4l2loopback", State.WARNING, "/dev/null (livestyle): browsers hide it", LOAD_AGAIN
    )


def test_one_that_does_not_open(monkeypatch: pytest.MonkeyPatch, device: FakeDevice) -> None:
    device.refuses = "in use"
    found = examined(monkeypatch, THERE)
    assert found["device"].state is State.WARNING
    assert "in use" in found["device"].found
    assert found["device"].fix


def test_elsewhere_it_is_obs(monkeypatch: pytest.MonkeyPatch, device: FakeDevice) -> None:
    device.refuses = "OBS is not installed"
    found = examined(monkeypatch, GONE, "darwin")
    assert (found["device"].state, found["device"].fix) == (State.ABSENT, INSTALL_OBS)
