"""Keys and what is in front: the gallery first, help over it, then the picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from livestyle.core.size import Size
from livestyle.model.controls import STEADINESS, STRENGTH
from livestyle.pipeline.live import LivePipeline
from livestyle.sinks.pointer import Gesture, Pointer
from livestyle.sinks.xcb_input import PASTE
from livestyle.ui.keys import Action, Key
from livestyle.ui.panels import Bar
from livestyle.ui.picker import INSERT, Picker
from livestyle.ui.plan import SessionOptions
from livestyle.ui.previews import Previews
from livestyle.ui.session import Session
from tests.pipeline.conftest import stylizer
from tests.ui.list_sink import ListSink
from tests.ui.test_session import FakeWindow, pipeline, session_of

__all__ = ["pipeline", "stylizer"]

RIGHT, ENTER, SHIFT_ENTER, ESC, TAB = 0xFF53, 0x0D, 0x1000D, 0x1B, 0x09


@pytest.fixture
def session(pipeline: LivePipeline) -> Session:
    session = session_of(pipeline, SessionOptions(ListSink), FakeWindow())
    session.screen.canvas = Size(640, 480)
    return session


def hear(session: Session, *codes: int | str) -> None:
    for code in codes:
        session.actions.hear(ord(code) if isinstance(code, str) else code)


def test_enter_takes_the_marked_style_alone(session: Session, pipeline: LivePipeline) -> None:
    look, names = pipeline.look, pipeline.look.bank.names
    look.second_style = names[5]
    hear(session, "g", RIGHT, RIGHT, ENTER)
    assert (look.style, look.second_style) == (names[2], "")
    assert session.screen.gallery is None


def test_shift_enter_blends_and_shows_between_what(session: Session, pipeline: LivePipeline) -> None:
    look, names = pipeline.look, pipeline.look.bank.names
    one, two = look.bank.titles_of(names[0]), look.bank.titles_of(names[6])
    hear(session, "g", "7", SHIFT_ENTER)
    assert (look.style, look.second_style, look.blend) == (names[0], names[6], 0.5)
    assert session.screen._bar == Bar(one, 0.5, two)
    hear(session, "+")
    assert session.screen._bar == Bar(one, 0.6, two)


@pytest.mark.parametrize("key", ["g", "G", ESC])
def test_the_gallery_is_left_as_it_was(session: Session, pipeline: LivePipeline, key: int | str) -> None:
    hear(session, "g", RIGHT, key)
    assert session.screen.gallery is None
    assert pipeline.look.index == 0
    assert not session.actions.over


def test_other_keys_work_in_the_gallery(session: Session, pipeline: LivePipeline) -> None:
    hear(session, "g", "m")
    assert pipeline.look.mirror
    hear(session, TAB)
    assert "is the only model here" in session.screen._toast
    hear(session, RIGHT, "d")
    assert session.screen._toast.startswith(f"{pipeline.look.bank.names[1]} ships with")
    assert session.screen.gallery is not None
    hear(session, "q")
    assert session.actions.over


def test_help_lies_over_the_gallery(session: Session) -> None:
    hear(session, "g", "h")
    assert session.screen.help
    hear(session, ESC)
    assert not session.screen.help
    assert session.screen.gallery is not None


def test_the_place_for_a_picture_leads_to_the_picker(session: Session) -> None:
    hear(session, "g")
    assert session.screen.gallery is not None
    session.screen.gallery.mark = len(session.screen.gallery.offer.thumbnails) - 1
    hear(session, RIGHT, ENTER)  # this model alone takes none, so there is no such place: round to the first
    assert session.screen.picker is None
    assert session.screen.gallery is None


def test_a_picture_that_is_chosen_from_the_gallery_is_shown_at_once(session: Session, tmp_path: Path) -> None:
    (tmp_path / "sun.png").touch()
    for key, stays in ((ESC, True), (ENTER, False)):
        session.screen.gallery = None
        hear(session, "g")
        session.screen.picker = Picker(tmp_path, Previews())
        hear(session, key)
        assert session.screen.picker is None
        assert (session.screen.gallery is not None) is stays


@pytest.mark.parametrize("key", [PASTE, INSERT])
def test_the_picture_that_is_pasted_is_marked(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: int
) -> None:
    for name in ("moon.png", "sun.png"):
        (tmp_path / name).touch()
    monkeypatch.setattr("livestyle.ui.actions.pasted_path", lambda: tmp_path / "sun.png")
    session.screen.picker = picker = Picker(tmp_path, Previews())
    assert picker.marked == tmp_path / "moon.png"
    hear(session, key)
    assert picker.marked == tmp_path / "sun.png"
    assert session.screen.said == "Pasted sun.png"
    assert session.screen.picker is picker


def test_a_click_on_a_model_in_the_gallery_prepares_it(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session.actions._chooser.models, "choose", lambda number: f"Preparing {number}")
    hear(session, "g")
    gallery = session.screen.gallery
    assert gallery is not None
    gallery.update(replace(gallery.offer, models=("tiny", "cin")), gallery.canvas)
    box = gallery.layout.models[1]
    session.actions.point_at_gallery(gallery, Pointer(Gesture.DOWN, box.left + 3, box.top + 3))
    assert session.screen.said == "Preparing 1"
    assert session.screen.gallery is gallery


def test_bars_are_shown_while_something_is_turned(session: Session) -> None:
    session.actions.press(Key(STRENGTH, -1))
    assert session.screen._bar == Bar(("Strength",), 0.9)
    session.actions.press(Key(STEADINESS, 1))
    assert session.screen._bar == Bar(("Steadiness",), 0.9)
    session.actions.press(Key(Action.HUD))
    assert session.screen._bar is None


def test_a_snapshot_before_the_first_picture_is_answered(session: Session) -> None:
    hear(session, "s")
    assert session.screen.said == "There is no picture yet"
