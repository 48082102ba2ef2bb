"""What keys save: where it goes, what is said of it, and what a pause leaves out."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame
from livestyle.pipeline.lane import PaintedFrame
from livestyle.pipeline.live import LivePipeline
from livestyle.ui import captures as captures_module
from livestyle.ui import open_folder as open_folder_module
from livestyle.ui.capture_files import PAUSE_SHOWN_NS, Recording
from livestyle.ui.captures import Captures
from livestyle.ui.keys import Action, Key
from livestyle.ui.open_folder import open_folder
from livestyle.ui.plan import SessionOptions
from tests.pipeline.conftest import stylizer
from tests.ui.desktop import wait_for
from tests.ui.list_sink import ListSink
from tests.ui.test_session import FakeWindow, pipeline, run, session_of

__all__ = ["pipeline", "stylizer"]

TENTH_NS = 100_000_000


@pytest.fixture(autouse=True)
def media(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders for pictures and videos of a user of the test's own."""
    for name in ("pictures", "videos"):
        (tmp_path / name).mkdir()
        monkeypatch.setattr(f"platformdirs.user_{name}_dir", lambda name=name: str(tmp_path / name))
    return tmp_path


def grey(level: int, at_ns: int = 0) -> Frame:
    return Frame(np.full((64, 64, 3), level, np.uint8), level, at_ns)


def test_snapshots_go_to_the_pictures_and_recordings_to_the_videos(
    pipeline: LivePipeline, media: Path
) -> None:
    said: list[str] = []
    run(pipeline, SessionOptions(ListSink, say=said.append), FakeWindow("\0sr\0\0rq"))
    (painted,) = (p for p in (media / "pictures").iterdir() if "original" not in p.name)
    (video,) = (media / "videos").iterdir()
    assert sorted(said) == sorted([f"Saved {painted}", f"Saved {video}"])


def test_what_is_saved_at_the_end_is_said_with_its_full_path(
    pipeline: LivePipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said: list[str] = []
    plan = SessionOptions(ListSink, folder=Path("new"), say=said.append)
    Path("new").mkdir()
    session = run(pipeline, plan, FakeWindow("\0srq"))
    assert len(said) == 2
    for line in said:
        assert Path(line.removeprefix("Saved ")).parent == tmp_path / "new"
    assert session.captures.recording is None


@pytest.mark.parametrize(("sound", "end"), [(False, ".mp4, without sound"), (True, ".mp4")])
def test_a_recording_that_begins_says_where_it_goes_and_if_without_sound(
    media: Path, sound: bool, end: str
) -> None:
    with Captures(SessionOptions(ListSink, sound=sound), shown=True) as captures:
        said = captures.record()
    assert said.startswith(f"Recording {media / 'videos'}")
    assert said.endswith(end)


def test_a_snapshot_shows_what_is_seen(pipeline: LivePipeline, media: Path) -> None:
    session = session_of(pipeline, SessionOptions(ListSink), None)
    session.screen.take(PaintedFrame(grey(10), grey(200), "x"))
    session.actions.press(Key(Action.COMPARE))
    with session.captures:
        session.actions.press(Key(Action.SNAPSHOT))
    pictures = {"original" in p.name: cv2.imread(str(p)) for p in (media / "pictures").iterdir()}
    seen, original = pictures[False], pictures[True]
    assert seen is not None
    assert original is not None
    assert (int(seen[0, 0, 0]), int(seen[0, 63, 0])) == (10, 200)
    assert (original == 10).all()


def test_what_is_shown_in_a_pause_is_not_recorded_nor_is_its_time(tmp_path: Path) -> None:
    times: list[int] = []

    def note(frame: Frame) -> None:
        times.append(frame.captured_ns - frame.cut_ns)

    recording = Recording(tmp_path / "a.mp4", lambda path: ListSink(path, note))
    for index in range(30):
        recording.paused = 10 <= index < 25
        recording.add(grey(index, index * TENTH_NS))
    assert recording.seconds == pytest.approx(1.3 + PAUSE_SHOWN_NS / 1e9)
    recording.finish()
    kept = [int(index) for index in (tmp_path / "a.mp4").read_text().split()]
    assert kept == [*range(10), *range(25, 30)]
    assert set(np.diff(times)) == {TENTH_NS, PAUSE_SHOWN_NS}


def test_the_key_u_pauses_and_goes_on(pipeline: LivePipeline) -> None:
    session = session_of(pipeline, SessionOptions(ListSink), None)
    for action, said in (
        (Action.PAUSE_RECORDING, "Nothing is recorded; r begins"),
        (Action.RECORD, "Recording "),
        (Action.PAUSE_RECORDING, "Recording paused"),
        (Action.PAUSE_RECORDING, "Recording goes on"),
        (Action.RECORD, "Saved "),
    ):
        session.actions.press(Key(action))
        assert session.screen._toast.startswith(said)


def test_esc_asks_once_while_there_is_a_recording(pipeline: LivePipeline, media: Path) -> None:
    window = FakeWindow("\0r\0\x1b\0\x1b")
    session = run(pipeline, SessionOptions(ListSink), window)
    assert window.shown == 6
    assert session.screen._toast == "Esc again ends the recording, saves it and quits"
    assert len(list((media / "videos").iterdir())) == 1


def test_the_folder_of_what_was_saved_last_is_opened(
    pipeline: LivePipeline, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(captures_module, "open_folder", opened.append)
    run(pipeline, SessionOptions(ListSink), FakeWindow("\0OrOsOq"))
    assert opened == [media / "pictures", media / "videos", media / "pictures"]


@pytest.mark.skipif(os.name == "nt", reason="a script in place of the program")
def test_a_folder_is_opened_by_the_desktop_without_the_qt_of_opencv(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "opener"
    script.write_text(
        f'#!/bin/sh\necho "$1 [$QT_QPA_PLATFORM_PLUGIN_PATH]" > {tmp_path}/told.new\n'
        f"mv {tmp_path}/told.new {tmp_path}/told\n"
    )
    script.chmod(stat.S_IRWXU)
    monkeypatch.setitem(open_folder_module.OPENERS, sys.platform, str(script))
    monkeypatch.setenv("QT_QPA_PLATFORM_PLUGIN_PATH", "/cv2/qt/plugins")
    open_folder(tmp_path / "a folder")
    wait_for((tmp_path / "told").exists)
    assert (tmp_path / "told").read_text() == f"{tmp_path / 'a folder'} []\n"


def test_without_a_desktop_the_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(open_folder_module.OPENERS, sys.platform, "no-such-opener")
    with pytest.raises(LivestyleError, match=f"no-such-opener can't be started.*the folder is {tmp_path}"):
        open_folder(tmp_path)
