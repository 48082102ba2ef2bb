from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame, Pixels
from livestyle.core.size import Size
from livestyle.model.controls import STRENGTH
from livestyle.pipeline.live import LivePipeline, PaintedFrame
from livestyle.pipeline.look import Look
from livestyle.sinks.pointer import Gesture, Pointer
from livestyle.sinks.sink import Sink
from livestyle.sinks.video_file import VideoFileSink
from livestyle.sinks.window import Window
from livestyle.stylizer.stylizer import Stylizer
from livestyle.ui.chooser import Chooser
from livestyle.ui.keys import Action, Key
from livestyle.ui.picker import Picker
from livestyle.ui.plan import SessionOptions
from livestyle.ui.previews import Previews
from livestyle.ui.screen import Hud, Screen
from livestyle.ui.session import GREETING, Session
from tests.pipeline.conftest import stylizer
from tests.pipeline.fakes import FakeCamera
from tests.ui.list_sink import ListSink

__all__ = ["stylizer"]


class FakeWindow:
    """Presses the keys it was given, one a frame; `shown` counts."""

    def __init__(self, keys: str = "", close_after: int = 10**9) -> None:
        self.shown, self.fullscreen, self.size = 0, False, Size(64, 64)
        self.caps_lock = False
        self._keys, self._close_after = iter(keys), close_after
        self._waiting = ""

    def show(self, pixels: Pixels) -> None:
        self.shown += 1
        self._waiting = next(self._keys, "")

    def key(self) -> int:
        key, self._waiting = self._waiting, ""
        return ord(key) if key else -1

    def pointer(self) -> Pointer | None:
        return None

    def dropped(self) -> str | None:
        return None

    @property
    def closed(self) -> bool:
        return self.shown >= self._close_after


class MovedWindow(FakeWindow):
    """The mouse moves in it whenever it is asked."""

    def __init__(self, keys: str = "") -> None:
        super().__init__(keys)
        self._moved = False

    def pointer(self) -> Pointer | None:
        self._moved = not self._moved
        return Pointer(Gesture.MOVE, 9, 9) if self._moved else None


@pytest.fixture
def pipeline(stylizer: Stylizer) -> Iterator[LivePipeline]:
    stylizer.open(Size(64, 64))
    with FakeCamera() as camera:
        yield LivePipeline(camera, stylizer, Look(stylizer.model.styles, stylizer.styles[0]))


def session_of(pipeline: LivePipeline, plan: SessionOptions, window: FakeWindow | None) -> Session:
    hud = Hud(pipeline)
    chooser = Chooser(pipeline, pipeline._stylizer, [pipeline._stylizer.model])
    return Session(pipeline, cast("Window | None", window), hud, plan, chooser)


def run(pipeline: LivePipeline, plan: SessionOptions, window: FakeWindow | None) -> Session:
    session = session_of(pipeline, plan, window)
    with pipeline:
        session.run()
    return session


def test_every_key_works_and_every_thread_is_joined(pipeline: LivePipeline, tmp_path: Path) -> None:
    threads = threading.active_count()
    window = FakeWindow("n3xcmb hH?osrr [[]fq")
    run(pipeline, SessionOptions(ListSink, folder=tmp_path), window)
    assert window.shown == len("n3xcmb hH?osrr [[]fq")
    look = pipeline.look
    assert (look.index, look.crossfade_s, look.keep_color, look.mirror, look.frozen) == (
        2,
        0.8,
        True,
        True,
        False,
    )
    assert look.steadiness == pytest.approx(0.7)
    assert window.fullscreen
    assert len(list(tmp_path.glob("*.png"))) == 2
    assert threading.active_count() == threads


@pytest.mark.parametrize("figures", [False, True])
def test_it_opens_with_the_picture_and_a_word_of_greeting(pipeline: LivePipeline, figures: bool) -> None:
    session = run(pipeline, SessionOptions(ListSink, figures=figures), FakeWindow("\0q"))
    assert session.screen._toast == f"{pipeline.look.title}  ·  {GREETING}"
    assert session.screen.hud is figures
    assert Screen().hud is False
    dark = np.full((64, 64, 3), 90, np.uint8)
    session.screen._toast_until = 0.0
    shown = session.screen.compose(dark, Size(64, 64), Hud(pipeline))
    assert np.array_equal(shown, dark) is not figures


def test_the_first_words_come_again_with_the_mouse_until_something_is_pressed(
    pipeline: LivePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livestyle.ui.session.GREETING_S", -1.0)
    session = session_of(pipeline, SessionOptions(ListSink), FakeWindow())
    window, greeting = MovedWindow("\0"), f"{pipeline.look.title}  ·  {GREETING}"
    session._hear(cast(Window, window))
    assert session.screen.said == ""  # there is no picture yet
    session._greet()
    session.screen.toast("")
    session._hear(cast(Window, window))
    assert session.screen.said == greeting
    session.screen.toast("")
    window._waiting = "x"
    session._hear(cast(Window, window))
    assert session.screen.said.startswith("Crossfade")
    session._hear(cast(Window, window))
    assert session.screen.said.startswith("Crossfade")


def test_a_closed_window_ends_it(pipeline: LivePipeline) -> None:
    window = FakeWindow(close_after=3)
    run(pipeline, SessionOptions(ListSink), window)
    assert window.shown == 3


def test_keys_are_answered_while_no_frame_comes(stylizer: Stylizer) -> None:
    window = FakeWindow("h   q")
    with FakeCamera(rate=0.7) as camera:
        stylizer.open(Size(64, 64))
        pipeline = LivePipeline(camera, stylizer, Look(stylizer.model.styles, stylizer.styles[0]))
        session = run(pipeline, SessionOptions(ListSink), window)
    assert session.screen.help
    assert window.shown == 5
    assert pipeline.stats.display.count < 5


def test_max_frames_and_record_without_a_window(pipeline: LivePipeline, tmp_path: Path) -> None:
    path, said = tmp_path / "live.mp4", list[str]()
    run(pipeline, SessionOptions(ListSink, record=path, max_frames=12, say=said.append), None)
    assert said == [f"Recording {path}, without sound", f"Saved {path}"]
    recorded = [int(n) for n in path.read_text().split()]
    assert pipeline.stats.display.count == len(recorded) == 12


def test_a_camera_that_is_away_is_not_recorded(pipeline: LivePipeline, tmp_path: Path) -> None:
    session = session_of(pipeline, SessionOptions(ListSink), None)
    session.captures.start(tmp_path / "a.mp4")
    pixels = np.zeros((64, 64, 3), np.uint8)
    for index, away in enumerate((False, True, True, False)):
        frame = Frame(pixels, index, index, notice=away)
        session.captures.add(PaintedFrame(frame, frame, "x"), pixels)
    session.captures.stop()
    assert (tmp_path / "a.mp4").read_text() == "0 3"


def test_a_recording_that_fails_says_so_and_the_show_goes_on(pipeline: LivePipeline, tmp_path: Path) -> None:
    window = FakeWindow("r" + " " * 40 + "q")
    session = run(pipeline, SessionOptions(fail_to_open, folder=tmp_path), window)
    assert window.shown == 42
    assert session.screen.recording is None


@pytest.mark.parametrize("where", ["folder that is a file", "folder that is a link to itself"])
def test_no_key_ends_the_app_by_what_the_system_says(
    pipeline: LivePipeline, tmp_path: Path, where: str
) -> None:
    folder = tmp_path / "folder"
    if "link" in where:
        folder.symlink_to(folder)
    else:
        folder.touch()
    window = FakeWindow("sr" + "\0" * 20 + "rsq")
    session = run(pipeline, SessionOptions(VideoFileSink, folder=folder / "x"), window)
    assert window.shown == 25
    assert "cannot" in session.screen._toast


def test_that_a_camera_changes_its_size_is_said(stylizer: Stylizer) -> None:
    with FakeCamera() as camera:
        camera.changes = 10
        stylizer.open(Size(64, 64))
        pipeline = LivePipeline(camera, stylizer, Look(stylizer.model.styles, stylizer.styles[0]))
        session = run(pipeline, SessionOptions(ListSink), FakeWindow("\0" * 40 + "q"))
    assert session.screen._toast == "The camera gives 96×64 now"


def test_a_run_that_is_ended_from_outside_finishes_its_files(pipeline: LivePipeline, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    window = FakeWindow()
    run(pipeline, SessionOptions(ListSink, record=path, stopped=lambda: window.shown > 5), window)
    assert path.exists()


def test_a_recording_that_fails_without_a_window_is_an_error(pipeline: LivePipeline, tmp_path: Path) -> None:
    with pytest.raises(LivestyleError, match="disk full"):
        run(pipeline, SessionOptions(fail_to_open, record=tmp_path / "a.mp4"), None)


def fail_to_open(path: Path) -> Sink:
    raise LivestyleError("disk full")


def test_strength_stays_in_range(pipeline: LivePipeline) -> None:
    session = session_of(pipeline, SessionOptions(ListSink), None)
    session.actions.press(Key(STRENGTH, 1))
    assert pipeline.look.strength == 1
    for _ in range(12):
        session.actions.press(Key(STRENGTH, -1))
    assert pipeline.look.strength == 0


def test_back_leaves_help_then_full_screen_then_the_app(pipeline: LivePipeline) -> None:
    window = FakeWindow("fh\x1b\x1b\x1b")
    session = run(pipeline, SessionOptions(ListSink), window)
    assert window.shown == 5
    assert not session.screen.help
    assert not window.fullscreen


def test_compare_shows_the_camera_left_and_the_painting_right(pipeline: LivePipeline) -> None:
    session = session_of(pipeline, SessionOptions(ListSink), None)
    session.actions.press(Key(Action.COMPARE))
    dark, light = (np.full((64, 64, 3), v, np.uint8) for v in (10, 200))
    picture = session.screen.picture(PaintedFrame(Frame(dark, 0, 0), Frame(light, 0, 0), "x"))
    assert (picture[:, :30] == 10).all()
    assert (picture[:, 34:] == 200).all()


def test_keys_go_to_the_picker_while_it_is_open(pipeline: LivePipeline, tmp_path: Path) -> None:
    session = session_of(pipeline, SessionOptions(ListSink), FakeWindow("2qq\x1bxq"))
    session.screen.picker = Picker(tmp_path, Previews())
    with pipeline:
        session.run()
    assert session.screen.picker is None
    assert pipeline.look.index == 0
    assert pipeline.look.crossfade_s > 0


def test_models_and_pictures_that_are_not_there_are_notices(pipeline: LivePipeline) -> None:
    session = session_of(pipeline, SessionOptions(ListSink), None)
    for action, said in (
        (Action.NEXT_MODEL, "cin-lite is the only model here"),
        (Action.OPEN_PICTURE, "cin-lite takes trained styles only"),
        (Action.NEXT_PICTURE, "cin-lite takes trained styles only"),
    ):
        session.actions.press(Key(action))
        assert said in session.screen._toast
    assert session.screen.picker is None
