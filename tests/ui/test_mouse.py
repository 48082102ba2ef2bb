"""The mouse: what is clicked, turned and dragged, in front of what."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from livestyle.core.frame import Frame
from livestyle.core.size import Size
from livestyle.pipeline.lane import PaintedFrame
from livestyle.pipeline.live import LivePipeline
from livestyle.sinks.pointer import Gesture, Pointer, pointer_of
from livestyle.ui.mouse import Mouse
from livestyle.ui.picker import Picker
from livestyle.ui.plan import SessionOptions
from livestyle.ui.previews import Previews
from livestyle.ui.session import Session
from livestyle.ui.tiles import Tile, Tiles
from tests.pipeline.conftest import stylizer
from tests.ui.list_sink import ListSink
from tests.ui.test_session import FakeWindow, pipeline, session_of

__all__ = ["pipeline", "stylizer"]

CANVAS = Size(800, 480)


@pytest.fixture
def session(pipeline: LivePipeline) -> Session:
    """One that shows a picture of 640x480 in a wider window: black bars of 80 px beside it."""
    session = session_of(pipeline, SessionOptions(ListSink), FakeWindow())
    pixels = np.zeros((480, 640, 3), np.uint8)
    session.screen.take(PaintedFrame(Frame(pixels, 0, 0), Frame(pixels, 0, 0), "x"))
    session.screen.canvas = CANVAS
    return session


def do(session: Session, *gestures: tuple[Gesture, int]) -> None:
    mouse = Mouse(session.screen, session.actions)
    for gesture, x in gestures:
        mouse.hear(Pointer(gesture, x, 100))


def click(x: int = 300) -> tuple[tuple[Gesture, int], ...]:
    return (Gesture.MOVE, x), (Gesture.DOWN, x), (Gesture.UP, x)


def test_a_click_opens_the_gallery_and_one_beside_it_closes_it(session: Session) -> None:
    do(session, *click())
    assert session.screen.gallery is not None
    assert session.screen.gallery.marked == session.actions._look.style
    do(session, *click(1))
    assert session.screen.gallery is None


def test_a_double_click_on_the_picture_opens_the_gallery_and_takes_nothing(session: Session) -> None:
    do(session, *click())
    gallery = session.screen.gallery
    assert gallery is not None
    box, before = gallery.layout.tiles[1], session.actions._look.style
    mouse = Mouse(session.screen, session.actions)
    mouse.hear(Pointer(Gesture.DOWN, box.left, box.top, again=True))
    mouse.hear(Pointer(Gesture.UP, box.left, box.top))
    assert session.screen.gallery is gallery
    assert session.actions._look.style == before


def test_a_release_alone_opens_nothing(session: Session) -> None:
    do(session, (Gesture.UP, 300))
    assert session.screen.gallery is None


def test_a_click_in_the_gallery_takes_a_style_and_a_second_one_blends(
    session: Session, pipeline: LivePipeline
) -> None:
    do(session, *click())
    gallery, mouse = session.screen.gallery, Mouse(session.screen, session.actions)
    assert gallery is not None
    first, name = gallery.before, gallery.offer.thumbnails[3].style
    box = gallery.layout.tiles[3]
    mouse.hear(Pointer(Gesture.DOWN, box.left, box.top))
    assert (pipeline.look.style, pipeline.look.second_style) == (name, "")
    assert session.screen.gallery is gallery
    mouse.hear(Pointer(Gesture.DOWN, box.left, box.top))
    assert (pipeline.look.style, pipeline.look.second_style, pipeline.look.blend) == (first, name, 0.5)
    assert session.screen.gallery is None


def test_the_wheel_is_the_strength(session: Session, pipeline: LivePipeline) -> None:
    do(session, (Gesture.WHEEL_DOWN, 0), (Gesture.WHEEL_DOWN, 0), (Gesture.WHEEL_UP, 0))
    assert pipeline.look.strength == pytest.approx(0.9)


def test_a_right_click_is_help_and_any_click_leaves_it(session: Session) -> None:
    for gesture, help_is_on in ((Gesture.RIGHT, True), (Gesture.RIGHT, False), (Gesture.RIGHT, True)):
        do(session, (gesture, 300))
        assert session.screen.help is help_is_on
    do(session, *click())
    assert not session.screen.help
    assert not session.actions.over


def test_the_compare_line_is_dragged_within_its_picture(session: Session) -> None:
    screen = session.screen
    screen.compare = True
    do(session, (Gesture.DOWN, 402), (Gesture.MOVE, 240), (Gesture.UP, 240), (Gesture.MOVE, 500))
    assert screen.split == pytest.approx(0.25)
    assert screen.gallery is None
    do(session, (Gesture.DOWN, 240), (Gesture.MOVE, 5))
    assert screen.split == 0
    do(session, *click(500))
    assert screen.gallery is not None


def test_without_compare_there_is_no_line_to_take_hold_of(session: Session) -> None:
    do(session, (Gesture.DOWN, 400), (Gesture.MOVE, 240))
    assert session.screen.split == 0.5


def test_in_a_grid_every_picture_has_its_line(session: Session) -> None:
    session.screen.compare, session.screen.tiles = True, Tiles((Tile("a"), Tile("b")))
    do(session, (Gesture.DOWN, 80 + 480), (Gesture.MOVE, 80 + 320 + 80))
    assert session.screen.split == pytest.approx(0.25)


def test_while_a_picture_is_chosen_the_wheel_turns_no_strength(
    session: Session, pipeline: LivePipeline, tmp_path: Path
) -> None:
    session.screen.picker = Picker(tmp_path, Previews())
    do(session, (Gesture.WHEEL_DOWN, 0))
    assert pipeline.look.strength == 1


@pytest.mark.parametrize(
    ("event", "flags", "gesture"),
    [
        (0, 0, Gesture.MOVE),
        (1, 1, Gesture.DOWN),
        (7, 1, Gesture.DOWN),
        (4, 0, Gesture.UP),
        (2, 2, Gesture.RIGHT),
        (10, 120 << 16, Gesture.WHEEL_UP),
        (10, -120 << 16, Gesture.WHEEL_DOWN),
    ],
)
def test_what_opencv_tells(event: int, flags: int, gesture: Gesture) -> None:
    assert pointer_of(event, 3, 4, flags | 16) == Pointer(gesture, 3, 4, shift=True, again=event == 7)
    assert pointer_of(3, 0, 0, 0) is None
