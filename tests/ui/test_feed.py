from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame, Pixels
from livestyle.core.size import Size
from livestyle.sinks import virtual_camera
from livestyle.sinks.virtual_camera import VirtualCameraSink
from livestyle.ui.feed import NAME as THREAD
from livestyle.ui.feed import Feed
from tests.sinks.virtual_cameras import NAME, FakeDevice, registered
from tests.ui.desktop import wait_for

SMALL = Size(64, 64)


@pytest.fixture
def device() -> Iterator[FakeDevice]:
    with registered() as device:
        yield device


def feed(rate: float = 200) -> Feed[VirtualCameraSink]:
    return Feed(lambda: VirtualCameraSink(NAME, SMALL, rate))


def grey(level: int) -> Frame:
    return Frame(np.full((64, 64, 3), level, np.uint8), level, level)


def levels(device: FakeDevice) -> list[int]:
    """What was sent after the black before the first picture, to tens: converting shifts levels a little."""
    return [level for pixels in device.frames if (level := 10 * round(float(pixels.mean()) / 10))]


def test_the_picture_before_is_sent_again_until_there_is_another(device: FakeDevice) -> None:
    sender = feed()
    sender.add(grey(60), mirrored=False)
    wait_for(lambda: levels(device).count(60) > 3)
    sender.add(grey(120), mirrored=False)
    wait_for(lambda: levels(device).count(120) > 3)
    sender.finish()
    wait_for(lambda: device.closed == 1)
    wait_for(lambda: THREAD not in [thread.name for thread in threading.enumerate()])
    assert levels(device) == sorted(levels(device))
    assert (sender.given, sender.taken, sender.dropped) == (2, 2, 0)
    assert sender.sent.count == len(device.frames) > 6


def test_pictures_are_converted_on_its_own_thread(
    device: FakeDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    convert, threads = virtual_camera._converted, list[str]()

    def note(pixels: Pixels) -> Pixels:
        threads.append(threading.current_thread().name)
        return convert(pixels)

    sender = feed()
    sender.wait()  # the black before the first picture is converted
    monkeypatch.setattr(virtual_camera, "_converted", note)
    sender.add(grey(60), mirrored=False)
    wait_for(lambda: levels(device))
    sender.finish()
    assert threads == [THREAD]


def test_it_keeps_its_rate_whatever_comes(device: FakeDevice) -> None:
    """No more is sent than the rate allows, which holds on the slowest machine."""
    began = time.monotonic()
    sender = feed(rate=50)
    while len(device.frames) < 20:
        sender.add(grey(99), mirrored=False)
        time.sleep(0.001)
    assert time.monotonic() - began > 18 / 50
    sender.finish()


def test_others_see_no_mirror_image(device: FakeDevice) -> None:
    pixels: Pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:, :32] = 200
    sender = feed()
    sender.add(Frame(pixels, 0, 0), mirrored=True)
    wait_for(lambda: levels(device))
    sender.finish()
    assert device.frames[-1][:, :30].max() < 5
    assert device.frames[-1][:, 34:].min() > 195


def test_a_slow_device_gets_the_newest_and_makes_nobody_wait(device: FakeDevice) -> None:
    gate, held = threading.Event(), threading.Event()

    def hold(_: int) -> None:
        held.set()
        gate.wait(60)

    device.before_send = hold
    sender = feed()
    assert held.wait(60)
    for level in [50] * 99 + [150]:
        sender.add(grey(level), mirrored=False)
    gate.set()
    wait_for(lambda: levels(device))
    sender.finish()
    assert set(levels(device)) == {150}
    assert (sender.taken, sender.dropped) == (1, 99)


def test_one_that_hangs_is_left_behind(device: FakeDevice) -> None:
    gate, held = threading.Event(), threading.Event()

    def hang(_: int) -> None:
        held.set()
        gate.wait(60)

    device.before_send = hang
    sender = feed()
    assert held.wait(60)
    sender.finish()
    assert device.closed == 0
    gate.set()
    wait_for(lambda: device.closed)


def test_one_that_does_not_open_fails(device: FakeDevice) -> None:
    device.refuses = "in use"
    sender = feed()
    sender.wait()
    wait_for(lambda: sender.failed)
    sender.add(grey(9), mirrored=False)
    with pytest.raises(LivestyleError, match="in use"):
        sender.finish()


def test_one_that_dies_fails(device: FakeDevice) -> None:
    def die(number: int) -> None:
        if number == 3:
            raise OSError("No such device")

    device.before_send = die
    sender = feed()
    wait_for(lambda: sender.failed)
    with pytest.raises(LivestyleError, match="No such device"):
        sender.finish()
    assert (len(device.frames), device.closed) == (3, 1)
