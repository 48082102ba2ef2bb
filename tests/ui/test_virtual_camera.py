"""A session with a virtual camera: beside a window and a recording, and when it is slow or dies."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from livestyle.core.bars import contain
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame
from livestyle.core.size import Size
from livestyle.model.controls import FREEZE, MIRROR
from livestyle.pipeline.live import LivePipeline, PaintedFrame
from livestyle.sinks.virtual_camera import VirtualCameraSink
from livestyle.ui.keys import Action, Key
from livestyle.ui.plan import SessionOptions
from livestyle.ui.run import ShowOptions, show
from livestyle.ui.session import Session
from livestyle.ui.virtual_camera import VirtualCamera
from tests.pipeline.conftest import stylizer
from tests.sinks.virtual_cameras import NAME, FakeDevice, registered
from tests.ui.desktop import wait_for
from tests.ui.list_sink import ListSink
from tests.ui.test_session import FakeWindow, pipeline, session_of

__all__ = ["pipeline", "stylizer"]

SIZE = Size(128, 64)


@pytest.fixture
def device() -> Iterator[FakeDevice]:
    with registered() as device:
        yield device


def camera() -> VirtualCamera:
    return VirtualCamera(lambda: VirtualCameraSink(NAME, SIZE))


def until(session: Session, pipeline: LivePipeline, true: Callable[[], object]) -> None:
    """Run a session until something is true."""
    object.__setattr__(session._plan, "stopped", lambda: bool(true()))
    with pipeline:
        session.run()


def test_key_v_switches_it_on_and_off(pipeline: LivePipeline, device: FakeDevice) -> None:
    session = session_of(pipeline, SessionOptions(ListSink, virtual_camera=camera()), FakeWindow())
    said: list[str] = []
    session.screen.toast = lambda text, *_, **__: said.append(text)  # type: ignore[method-assign]
    session.actions.press(Key(Action.VIRTUAL_CAMERA))
    until(session, pipeline, lambda: len(device.frames) > 5 and session.screen.on_air)
    assert f"Virtual camera: {NAME}, 128×64 at 30 fps" in said
    assert NAME in dict(session._hud.rows()).get("Virtual camera", NAME)
    session.actions.press(Key(Action.VIRTUAL_CAMERA))
    assert said[-1] == "Virtual camera off"
    wait_for(lambda: device.closed == 1)


def test_what_lies_over_the_picture_stays_in_the_window(pipeline: LivePipeline, device: FakeDevice) -> None:
    plan = SessionOptions(ListSink, virtual_camera=camera(), figures=True)
    session = session_of(pipeline, plan, FakeWindow())
    plan.virtual_camera.start()
    session.actions.press(Key(FREEZE, 1))
    session.actions.press(Key(Action.HELP))

    def shown() -> bool:
        painting = session.screen.painting
        if painting is None:
            return False
        expected = contain(painting.painted.pixels, SIZE)
        differences = [np.abs(pixels.astype(int) - expected).mean() for pixels in device.frames[-1:]]
        return len(device.frames) > 20 and min(differences) < 6

    until(session, pipeline, shown)
    plan.virtual_camera.close()


def test_a_mirror_is_for_the_window_alone(pipeline: LivePipeline, device: FakeDevice) -> None:
    plan = SessionOptions(ListSink, virtual_camera=camera())
    session = session_of(pipeline, plan, FakeWindow())
    given: list[bool] = []
    plan.virtual_camera.add = lambda frame, mirrored: given.append(mirrored)  # type: ignore[method-assign]
    session.actions.press(Key(MIRROR, 1))
    until(session, pipeline, lambda: len(given) > 3)
    assert set(given) == {True}
    notice = Frame(np.zeros((64, 64, 3), np.uint8), 0, 0, notice=True)
    session.captures.add(PaintedFrame(notice, notice, ""), notice.pixels, mirrored=True)
    assert given[-1] is False


def test_a_camera_that_is_away_is_seen_in_the_call(pipeline: LivePipeline, device: FakeDevice) -> None:
    plan = SessionOptions(ListSink, virtual_camera=camera())
    session = session_of(pipeline, plan, None)
    with plan.virtual_camera:
        plan.virtual_camera.start()
        notice = Frame(np.full((64, 64, 3), 90, np.uint8), 0, 0, notice=True)
        session.captures.add(PaintedFrame(notice, notice, ""), notice.pixels)
        wait_for(lambda: device.frames and abs(int(device.frames[-1][32, 64, 0]) - 90) < 3)


def test_a_slow_one_slows_neither_window_nor_recording(
    pipeline: LivePipeline, device: FakeDevice, tmp_path: Path
) -> None:
    gate, held = threading.Event(), threading.Event()

    def hold(_: int) -> None:
        held.set()
        gate.wait(60)

    device.before_send = hold
    plan = SessionOptions(ListSink, record=tmp_path / "a.mp4", virtual_camera=camera())
    window = FakeWindow()
    session = session_of(pipeline, plan, window)
    session.actions.press(Key(Action.VIRTUAL_CAMERA))
    assert held.wait(60)
    until(session, pipeline, lambda: pipeline.stats.display.count > 30)
    recorded = [int(index) for index in (tmp_path / "a.mp4").read_text().split()]
    assert len(recorded) == pipeline.stats.display.count
    assert window.shown >= len(recorded)
    assert device.frames == []
    gate.set()
    plan.virtual_camera.close()


def test_one_that_does_not_open_is_said_and_tried_again_by_key(
    pipeline: LivePipeline, device: FakeDevice
) -> None:
    told: list[str] = []
    plan = SessionOptions(ListSink, virtual_camera=camera(), say=told.append)
    session = session_of(pipeline, plan, FakeWindow())
    device.refuses = "in use"
    session.actions.press(Key(Action.VIRTUAL_CAMERA))
    again = partial(session.actions.press, Key(Action.VIRTUAL_CAMERA))

    def recovered() -> bool:
        if told and device.refuses:
            assert "in use" in session.screen._toast
            assert session.screen._toast.endswith("v tries again")
            device.refuses = ""
            again()
        return len(device.frames) > 2

    until(session, pipeline, recovered)
    plan.virtual_camera.close()
    assert len(told) == 1


def test_one_that_dies_ends_nothing_else(pipeline: LivePipeline, device: FakeDevice, tmp_path: Path) -> None:
    def die(number: int) -> None:
        if number == 3:
            raise OSError("No such device")

    device.before_send = die
    told: list[str] = []
    plan = SessionOptions(ListSink, record=tmp_path / "a.mp4", virtual_camera=camera(), say=told.append)
    session = session_of(pipeline, plan, FakeWindow())
    plan.virtual_camera.start()
    until(session, pipeline, lambda: len(told) > 1 and pipeline.stats.display.count > 20)
    assert told[0].startswith("Recording ")
    assert "No such device" in told[1]
    assert not plan.virtual_camera.on
    assert len((tmp_path / "a.mp4").read_text().split()) == pipeline.stats.display.count


def test_without_a_window_its_end_is_an_error(pipeline: LivePipeline, device: FakeDevice) -> None:
    def die(number: int) -> None:
        if number == 3:
            raise OSError("No such device")

    device.before_send = die
    plan = SessionOptions(ListSink, virtual_camera=camera())
    session = session_of(pipeline, plan, None)
    plan.virtual_camera.start()
    with pytest.raises(LivestyleError, match="No such device"), pipeline:
        session.run()


def test_one_that_is_asked_for_at_the_start_has_to_open(device: FakeDevice) -> None:
    with camera() as opened:
        assert opened.start() == f"Virtual camera: {NAME}, 128×64 at 30 fps"
    device.refuses = "in use"
    with pytest.raises(LivestyleError, match="in use"):
        camera().start()


def test_a_run_sends_and_tells_how_much(device: FakeDevice) -> None:
    options = ShowOptions(
        cameras=("synthetic:160x120",), window=False, virtual_camera=NAME, max_frames=9, threads=1
    )
    figures = show(options, Console(quiet=True))["virtual_camera"]
    assert 0 < figures["sent"] <= len(device.frames)
    assert (figures["device"], figures["size"]) == (NAME, "1280x720")
    assert device.opened[0] == (Size(1280, 720), 30)
    wait_for(lambda: device.closed == 1)
