"""A camera that takes its time: the window says so, and can be left."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size
from livestyle.sinks.window import Window
from livestyle.ui import connecting
from livestyle.ui.connecting import enter_all, notice
from tests.pipeline.fakes import FakeCamera
from tests.sources.cameras import TextServer
from tests.ui.desktop import App, desktop, wait_for
from tests.ui.test_session import FakeWindow


class SlowCamera(FakeCamera):
    """Opens once `gate` is set, with an error where it was stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.entered, self.exited = threading.Event(), threading.Event(), threading.Event()

    def stop(self) -> None:
        super().stop()
        self.gate.set()

    def __enter__(self) -> Self:
        self.entered.set()
        assert self.gate.wait(60)
        if self._left.is_set():
            raise LivestyleError("stopped")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.exited.set()


class OpeningWindow(FakeWindow):
    """Opens when entered; after `frames` pictures it lets the camera open."""

    def __init__(self, camera: SlowCamera, frames: int, keys: str = "") -> None:
        super().__init__(keys)
        self.entered = False
        self._camera, self._frames = camera, frames

    def show(self, pixels: object) -> None:
        assert self.entered
        self.shown += 1
        self._waiting = next(self._keys, "")
        if self.shown == self._frames:
            self._camera.gate.set()

    def __enter__(self) -> Self:
        self.entered = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.entered = False


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "PATIENCE_S", 0.01)


def enter(camera: SlowCamera, window: OpeningWindow | None, said: list[str]) -> bool:
    with contextlib.ExitStack() as stack:
        return enter_all([camera], ["cam"], stack, cast("Window | None", window), said.append)


def test_the_window_waits_with_the_user() -> None:
    camera, said = SlowCamera(), list[str]()
    window = OpeningWindow(camera, 3)
    assert enter(camera, window, said)
    assert window.shown >= 3
    assert said == ["waiting for cam"]
    assert camera.exited.is_set()


@pytest.mark.parametrize("key", ["q", "\x1b"])
def test_it_can_be_left_before_there_is_a_picture(key: str) -> None:
    camera = SlowCamera()
    window = OpeningWindow(camera, 10**9, "  " + key)
    assert not enter(camera, window, [])
    assert window.shown == 3


def test_a_camera_that_opens_at_once_shows_no_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "PATIENCE_S", 60)
    camera, said = SlowCamera(), list[str]()
    camera.gate.set()
    assert enter(camera, OpeningWindow(camera, 1), said)
    assert said == []


def test_an_error_of_the_camera_is_raised() -> None:
    camera = SlowCamera()
    camera.stop()
    with pytest.raises(LivestyleError, match="stopped"):
        enter(camera, None, [])


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[App]:
    with desktop() as env, contextlib.closing(TextServer("")) as server:
        app = App(env, tmp_path, "--camera", server.url)
        yield app
        app.kill()


def test_a_camera_that_never_answers_can_be_left_by_a_key(silent: App) -> None:
    wait_for(lambda: silent.shot().any())
    silent.key("q")
    code, out, errors = silent.end()
    assert code == 0, errors
    assert json.loads(out) == {}
    assert errors.startswith("waiting for 127.0.0.1")


@pytest.mark.parametrize("size", [Size(320, 240), Size(3840, 2160), Size(480, 800)])
def test_what_is_waited_for_is_read_whole_in_the_shape_of_the_window(size: Size) -> None:
    window = FakeWindow()
    window.size = size
    shown = notice(cast(Window, window), "livestyle", "waiting for a-name-that-is-very-long-indeed.mkv", 0.0)
    assert shown.shape[1] / shown.shape[0] == pytest.approx(size.width / size.height, rel=0.01)
    edge = shown.shape[1] // 50
    assert (shown[:, :edge] == shown[0, 0]).all()
    assert (shown[:, -edge:] == shown[0, 0]).all()
