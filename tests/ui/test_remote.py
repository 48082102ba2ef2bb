"""What guests of a session see and may ask for."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame
from livestyle.pipeline.live import LivePipeline
from livestyle.pipeline.look import Look
from livestyle.sources.source import Source
from livestyle.stylizer.stylizer import Stylizer
from livestyle.ui.chooser import Chooser
from livestyle.ui.guests import Guests
from livestyle.ui.plan import SessionOptions
from livestyle.ui.remote import Remote, keys
from livestyle.ui.screen import Hud
from livestyle.ui.session import Session
from tests.pipeline.fakes import FakeCamera
from tests.tiny import write_tiny
from tests.ui.list_sink import ListSink


class NotingGuest:
    """Has something done as soon as it has seen a picture, on a thread of its own, and leaves."""

    def __init__(self, visit: Callable[[Remote], Any]) -> None:
        self.shown: list[Frame] = []
        self.found: list[Any] = []
        self.over, self.seen = threading.Event(), threading.Event()
        self._visit = visit

    def source(self, camera: str, open_it: Callable[[], Source]) -> Source:
        return open_it()

    def show(self, frame: Frame) -> None:
        self.shown.append(frame)
        self.seen.set()

    @contextlib.contextmanager
    def welcome(self, remote: Remote) -> Iterator[None]:
        def visit() -> None:
            assert self.seen.wait(60)
            try:
                self.found.append(self._visit(remote))
            except LivestyleError as error:
                self.found.append(str(error))
            self.over.set()

        thread = threading.Thread(target=visit)
        thread.start()
        yield
        thread.join()


def visited(folder: Path, visit: Callable[[Remote], Any], *others: NotingGuest) -> tuple[Any, NotingGuest]:
    """What came of a visit to a session that paints with the tiny model. others: who is there too."""
    model = write_tiny(folder / "tiny", "grey", "dark")
    guest = NotingGuest(visit)
    with Stylizer(model, threads=1) as stylizer:
        pipeline = LivePipeline(FakeCamera(), stylizer, Look(model.styles, "grey"))
        plan = SessionOptions(ListSink, folder=folder, stopped=guest.over.is_set, seconds=60)
        chooser = Chooser(pipeline, stylizer, [model])
        with pipeline:
            Session(pipeline, None, Hud(pipeline), plan, chooser, Guests([guest, *others])).run()
    return guest.found[0], guest


def asked(remote: Remote, act: Callable[[], Any]) -> Any:
    return remote.ask(act).result(30)


def test_a_guest_sees_the_pictures_and_turns_controls(tmp_path: Path) -> None:
    def visit(remote: Remote) -> Any:
        asked(remote, lambda: remote.set({"strength": 0.5, "style": "dark", "crossfade_s": 2.0}))
        asked(remote, lambda: remote.press("m"))
        return asked(remote, remote.state)

    state, guest = visited(tmp_path, visit)
    assert state["values"]["strength"] == 0.5
    assert state["values"]["style"] == "dark"
    assert state["values"]["mirror"] is True
    assert state["said"]["text"] == "Mirrored"
    assert [style["title"] for style in state["styles"]] == ["Grey", "Dark"]
    assert state["takes_pictures"]
    assert guest.shown


@pytest.mark.parametrize("key", ["q", "esc", ",", "f", "h", "é", "nothing"])
def test_a_guest_can_not_quit_nor_look_through_folders(key: str, tmp_path: Path) -> None:
    said, _ = visited(tmp_path, lambda remote: asked(remote, lambda: remote.press(key)))
    assert "there is no key" in said


@pytest.mark.parametrize(
    "values", [{"strength": 2.0}, {"crossfade_s": -1.0}, {"style": "nobody"}, {"frame_style": 1}]
)
def test_a_bad_value_is_refused(values: dict[str, Any], tmp_path: Path) -> None:
    said, _ = visited(tmp_path, lambda remote: asked(remote, lambda: remote.set(values)))
    assert isinstance(said, str)


def test_a_picture_of_a_guest_becomes_the_style(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVESTYLE_DATA", str(tmp_path / "data"))

    def visit(remote: Remote) -> Any:
        asked(remote, lambda: remote.add_style("My Red", np.full((64, 64, 3), 9, np.uint8)))
        while (state := asked(remote, remote.state))["values"]["style"] != "my_red":
            pass
        return state

    state, _ = visited(tmp_path, visit)
    assert state["styles"][-1]["name"] == "my_red"


def test_a_recording_of_a_guest_is_there_when_it_is_finished(tmp_path: Path) -> None:
    def visit(remote: Remote) -> Any:
        asked(remote, lambda: remote.press("r"))
        state = asked(remote, remote.state)
        recording = state["recording"], state["recorded_so_far"]
        asked(remote, lambda: remote.press("u"))
        assert asked(remote, remote.state)["recorded_so_far"].startswith("Paused  0:0")
        asked(remote, lambda: remote.press("r"))
        assert asked(remote, remote.state)["recorded_so_far"] == ""
        return recording, asked(remote, lambda: remote.recorded)

    (recording, path), _ = visited(tmp_path, visit)
    assert recording == (True, "0:00")
    assert path.parent == tmp_path
    assert path.exists()


def test_a_guest_gets_thumbnails_of_every_style(tmp_path: Path) -> None:
    def visit(remote: Remote) -> Any:
        while len(found := asked(remote, remote.thumbnails)) < 2:
            pass
        return found

    found, _ = visited(tmp_path, visit)
    assert {name: pixels.shape for name, pixels in found.items()} == dict.fromkeys(
        ("grey", "dark"), (120, 160, 3)
    )


def test_another_model_has_to_be_one_that_is_here(tmp_path: Path) -> None:
    said, _ = visited(tmp_path, lambda remote: asked(remote, lambda: remote.turn_to("nobody")))
    assert "there is no model 'nobody' here; expected one of tiny" in said


def test_a_guest_without_a_screen_presses_buttons_and_has_knobs_learn(tmp_path: Path) -> None:
    def visit(remote: Remote) -> Any:
        asked(remote, lambda: remote.do("learn"))
        said = [asked(remote, remote.state)["said"]["text"]]
        asked(remote, remote.offer_learning)
        asked(remote, lambda: remote.set({"steadiness": 0.5}, show=True))
        said.append(asked(remote, remote.state)["said"]["text"])
        asked(remote, lambda: remote.do("learn"))
        knob = asked(remote, lambda: remote.learning)
        asked(remote, lambda: remote.do("mirror/step"))
        other = asked(remote, lambda: remote.learning)
        asked(remote, remote.learned)
        asked(remote, lambda: remote.do("gallery"))
        said.append(asked(remote, remote.state)["said"]["text"])
        with pytest.raises(LivestyleError, match="there is no button 'quit'"):
            asked(remote, lambda: remote.do("quit"))
        return said, knob, other, asked(remote, lambda: remote.learning)

    (said, knob, other, none), _ = visited(tmp_path, visit)
    assert said == [
        "There is no MIDI device; --midi takes one",
        "Steadiness 50 %",
        "the gallery needs a window",
    ]
    assert knob == ("steadiness", "steadiness/up")
    assert other == ("mirror", "mirror/step")
    assert none is None


def test_several_guests_are_shown_the_same_and_all_may_turn(tmp_path: Path) -> None:
    other = NotingGuest(lambda remote: asked(remote, lambda: remote.set({"strength": 0.25})))

    def visit(remote: Remote) -> Any:
        assert other.over.wait(60)
        return asked(remote, remote.state)["values"]["strength"]

    strength, guest = visited(tmp_path, visit, other)
    assert strength == 0.25
    assert guest.shown == other.shown != []


def test_the_keys_of_guests_say_where_they_act() -> None:
    found = {row["does"]: row["here"] for row in keys()}
    assert found["full screen"] == "fullscreen"
    assert found["record, pause it"] == ""
    assert "quit" not in found
