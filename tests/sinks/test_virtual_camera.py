from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame, Pixels
from livestyle.core.size import Size
from livestyle.sinks import loopback
from livestyle.sinks.virtual_camera import SIZE, VirtualCameraSink
from tests.sinks.virtual_cameras import NAME, FakeDevice, registered


@pytest.fixture
def device() -> Iterator[FakeDevice]:
    with registered() as device:
        yield device


def flat(width: int, height: int, bgr: tuple[int, int, int]) -> Frame:
    pixels: Pixels = np.full((height, width, 3), bgr, np.uint8)
    return Frame(pixels, 0, 0)


def near(pixels: Pixels, bgr: tuple[int, int, int]) -> bool:
    """To what converting to the colours of video and back may change."""
    return bool((np.abs(pixels.astype(int) - bgr) <= 4).all())


def test_the_device_has_one_size_whatever_the_pictures_have(device: FakeDevice) -> None:
    blue = (200, 60, 20)
    with VirtualCameraSink(NAME) as sink:
        sink.repeat()
        for width, height in ((640, 480), (1920, 1080), (90, 160)):
            sink.write(flat(width, height, blue))
        sink.repeat()
        assert sink.device == NAME
    assert device.opened == [(SIZE, 30)]
    assert device.closed == 1
    black, four_three, wide, tall, again = device.frames
    assert near(black, (0, 0, 0))
    assert near(wide, blue)
    assert near(four_three[:, 164:1116], blue)
    assert near(four_three[:, :156], (0, 0, 0))
    assert near(four_three[:, 1124:], (0, 0, 0))
    assert near(tall[:, 450:830], blue)
    assert near(tall[:, :430], (0, 0, 0))
    assert np.array_equal(again, tall)


def test_another_size(device: FakeDevice) -> None:
    with VirtualCameraSink(NAME, Size(640, 360), 25) as sink:
        sink.write(flat(640, 360, (9, 99, 199)))
    assert device.opened == [(Size(640, 360), 25)]
    assert near(device.frames[0], (9, 99, 199))


@pytest.mark.parametrize("size", [Size(641, 480), Size(640, 481), Size(0, 0), Size(9000, 480)])
def test_sizes_that_no_camera_has(size: Size) -> None:
    with pytest.raises(LivestyleError, match="expected even sides of 64 to 8192 px"):
        VirtualCameraSink(NAME, size)


def test_one_that_does_not_open_is_said_with_the_line_that_mends_it(
    device: FakeDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livestyle.sinks.virtual_camera.remedy", lambda: "do this")
    device.refuses = "in use by another program"
    with (
        pytest.raises(LivestyleError, match=r"no virtual camera opens \(.*in use by another.*\); do this"),
        VirtualCameraSink(NAME),
    ):
        pass
    assert not device.frames


def test_one_that_dies_is_said(device: FakeDevice) -> None:
    def die(_: int) -> None:
        raise OSError("No such device")

    with VirtualCameraSink(NAME) as sink:
        device.before_send = die
        with pytest.raises(LivestyleError, match=f"{NAME} takes no more: No such device"):
            sink.write(flat(64, 64, (0, 0, 0)))
    assert device.closed == 1


def test_without_the_package_its_install_line_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    with pytest.raises(LivestyleError, match=r"pip install '\.\[vcam\]'"), VirtualCameraSink(NAME):
        pass


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/dev is Linux's")
def test_a_number_is_a_device_of_linux() -> None:
    with pytest.raises(LivestyleError, match="/dev/video987 does not exist"), VirtualCameraSink("987"):
        pass


def test_elsewhere_obs_is_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert loopback.remedy() == loopback.INSTALL_OBS


def test_every_device_of_v4l2loopback_on_this_machine_takes_pictures() -> None:
    """Where there is none, as on most machines that test, this says nothing."""
    for name in loopback.loopback().devices:
        with VirtualCameraSink(name) as sink:
            sink.write(flat(640, 480, (200, 60, 20)))
            assert sink.device == name
