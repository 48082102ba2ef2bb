"""The gallery in the window: what keys and clicks choose, and where everything lies."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from livestyle.core.bars import Box
from livestyle.core.size import Size
from livestyle.pipeline.gallery import THUMBNAIL, Thumbnail
from livestyle.sinks.pointer import Gesture, Pointer
from livestyle.stylizer.loading import load_models
from livestyle.ui.gallery_layout import layout_of
from livestyle.ui.gallery_panel import draw_gallery
from livestyle.ui.gallery_view import Choice, GalleryView, Offer
from livestyle.ui.models import titles_of
from livestyle.ui.overlay import ACCENT
from tests.conftest import picture

UP, DOWN, LEFT, RIGHT, ENTER, SHIFT_ENTER, ESC = 0xFF52, 0xFF54, 0xFF51, 0xFF53, 0x0D, 0x1000D, 0x1B
MODELS = ("cin-lite", "adain-lite", "cin")
CANVASES = [Size(320, 240), Size(640, 480), Size(800, 600), Size(1280, 800), Size(1920, 1080), Size(480, 640)]


def offer_of(count: int, style: int = 0, second: str = "") -> Offer:
    small = tuple(Thumbnail(f"style_{n}", np.full((120, 160, 3), n, np.uint8)) for n in range(count))
    titles = tuple((f"{one.style} by somebody", one.style) for one in small)
    return Offer(small, f"style_{style}", second, MODELS, 0, adds=True, titles=titles)


@pytest.fixture
def view() -> GalleryView:
    return GalleryView(offer_of(20, style=2), Size(640, 480))


def click(view: GalleryView, box: Box, shift: bool = False) -> Choice:
    return view.point(Pointer(Gesture.DOWN, box.left + 3, box.top + 3, shift))


@pytest.mark.parametrize("canvas", CANVASES)
@pytest.mark.parametrize("count", [1, 2, 17, 21, 60])
def test_nothing_overlaps_and_nothing_sticks_out(canvas: Size, count: int) -> None:
    layout = layout_of(count, MODELS, canvas)
    boxes = [*layout.models]
    boxes += [Box(b.left, b.top, Size(b.size.width, b.size.height + layout.label)) for b in layout.tiles]
    for box in boxes:
        assert box.left >= 0
        assert box.left + box.size.width <= canvas.width
        assert box.top >= 0
        assert box.top + box.size.height < layout.footer
    for one, other in combinations(boxes, 2):
        apart = one.left + one.size.width <= other.left or one.top + one.size.height <= other.top
        assert apart or other.left + other.size.width <= one.left
    assert layout.page >= min(count, 2)


@pytest.mark.parametrize("canvas", [*CANVASES[1:5], Size(800, 600)])
def test_twenty_styles_and_a_picture_are_seen_at_once_under_the_models_that_ship(canvas: Size) -> None:
    shipped = titles_of(load_models("cin-lite", lambda _: None))
    layout = layout_of(21, shipped, canvas)
    assert layout.page >= 21
    assert layout.tiles[0].size.width >= 80


def test_the_style_that_is_on_is_marked_and_arrows_go_on_from_there(view: GalleryView) -> None:
    assert view.marked == "style_2"
    for key, style in ((RIGHT, 3), (RIGHT, 4), (DOWN, 10), (UP, 4), (UP, 4), (LEFT, 3)):
        assert view.press(key) is Choice.NOTHING
        assert view.marked == f"style_{style}"
    for _ in range(4):
        view.press(LEFT)
    assert view.marked == ""
    assert view.press(ENTER) is Choice.ADD
    view.press(RIGHT)
    assert view.marked == "style_0"


def test_down_from_a_full_row_ends_at_the_last_place(view: GalleryView) -> None:
    for key in (RIGHT, RIGHT, RIGHT, DOWN, DOWN, DOWN, DOWN):
        view.press(key)
    assert view.marked == ""


def test_enter_takes_and_shift_enter_blends_with_what_is_on(view: GalleryView) -> None:
    assert view.press(SHIFT_ENTER) is Choice.TAKE  # itself
    view.press(RIGHT)
    assert view.press(ENTER) is Choice.TAKE
    assert view.press(SHIFT_ENTER) is Choice.BLEND
    assert view.press(ord("a")) is Choice.BLEND
    assert (view.before, view.marked) == ("style_2", "style_3")


@pytest.mark.parametrize("key", [ESC, ord("g"), ord("G")])
def test_it_closes(view: GalleryView, key: int) -> None:
    assert view.press(key) is Choice.CLOSE


@pytest.mark.parametrize("key", [9, ord("s"), ord("m"), ord(" "), 0xFFBE])
def test_other_keys_are_not_for_it(view: GalleryView, key: int) -> None:
    assert view.press(key) is Choice.OTHER
    assert view.marked == "style_2"


def test_digits_mark_by_number(view: GalleryView, monkeypatch: pytest.MonkeyPatch) -> None:
    for digits, style in (("7", 6), ("0", 6), ("9", 8)):
        for digit in digits:
            assert view.press(ord(digit)) is Choice.NOTHING
        assert view.marked == f"style_{style}"
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 100)
    for digit, style in (("1", 0), ("8", 17), ("4", 3)):
        view.press(ord(digit))
        assert view.marked == f"style_{style}"


def test_a_click_takes_and_a_second_one_blends_with_what_was_on(view: GalleryView) -> None:
    fourth = view.layout.tiles[4]
    assert click(view, fourth) is Choice.TAKE
    assert view.marked == "style_4"
    assert not view.done
    assert click(view, fourth) is Choice.BLEND
    assert view.before == "style_2"


def test_after_one_click_it_is_done(view: GalleryView, monkeypatch: pytest.MonkeyPatch) -> None:
    click(view, view.layout.tiles[4])
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 1)
    assert view.done


def test_shift_and_a_click_blends(view: GalleryView) -> None:
    assert click(view, view.layout.tiles[5], shift=True) is Choice.BLEND


def test_clicks_beside_thumbnails(view: GalleryView) -> None:
    layout = view.layout
    assert click(view, layout.models[1]) is Choice.MODEL
    assert view.model == 1
    assert click(view, layout.tiles[20]) is Choice.ADD
    gap = Pointer(Gesture.DOWN, layout.tiles[0].left + layout.tiles[0].size.width + 2, layout.tiles[0].top)
    assert view.point(gap) is Choice.NOTHING
    assert view.point(Pointer(Gesture.DOWN, 2, 300)) is Choice.CLOSE


def test_the_mouse_marks_what_it_is_over_and_the_wheel_goes_by_rows(view: GalleryView) -> None:
    box = view.layout.tiles[7]
    view.point(Pointer(Gesture.MOVE, box.left + 1, box.top + box.size.height + 1))
    assert view.marked == "style_7"
    view.point(Pointer(Gesture.MOVE, 1, 1))
    assert view.marked == "style_7"
    view.point(Pointer(Gesture.WHEEL_DOWN, 1, 1))
    assert view.mark == 7 + view.layout.columns
    view.point(Pointer(Gesture.WHEEL_UP, 1, 1))
    assert view.mark == 7


def test_what_does_not_fit_is_scrolled_to() -> None:
    view = GalleryView(offer_of(60), Size(640, 480))
    page, columns = view.layout.page, view.layout.columns
    assert page < 60
    assert view.first == 0
    for _ in range(page // columns):
        view.press(DOWN)
    assert view.first == columns
    assert view.first <= view.mark < view.first + page
    view.press(LEFT)
    view.press(LEFT)
    view.mark = 60
    assert view.first + page >= 61
    assert click(view, view.layout.tiles[0]) is Choice.TAKE
    assert view.marked == f"style_{view.first}"


def test_another_model_marks_its_own_style(view: GalleryView) -> None:
    view.press(RIGHT)
    view.update(replace(offer_of(3, style=1), model=2), Size(800, 600))
    assert (view.marked, view.before) == ("style_1", "style_1")
    view.update(replace(offer_of(2, style=1), model=2), Size(800, 600))
    view.mark = 9
    view.update(replace(offer_of(2, style=1), model=2), Size(800, 600))
    assert view.mark == 2


def test_a_blend_is_with_the_style_that_another_key_or_camera_set_meanwhile(view: GalleryView) -> None:
    view.press(RIGHT)
    view.update(offer_of(20, style=7), Size(640, 480))
    assert view.press(SHIFT_ENTER) is Choice.BLEND
    assert (view.before, view.marked) == ("style_7", "style_3")
    click(view, view.layout.tiles[4])
    view.update(offer_of(20, style=4), Size(640, 480))  # what the click took
    assert click(view, view.layout.tiles[4]) is Choice.BLEND
    assert (view.before, view.marked) == ("style_7", "style_4")


@pytest.mark.parametrize("canvas", CANVASES)
def test_every_thumbnail_is_drawn_where_it_is_clicked(canvas: Size) -> None:
    view = GalleryView(offer_of(12, style=3, second="style_5"), canvas)
    drawn = picture(canvas)
    draw_gallery(drawn, view, np.full((THUMBNAIL.height, THUMBNAIL.width, 3), 255, np.uint8))
    for number, box in enumerate(view.layout.tiles[: min(12, view.layout.page)]):
        middle = drawn[box.top + box.size.height // 2, box.left + box.size.width // 2]
        assert (middle == number).all()
    marked = view.layout.tiles[3 - view.first]
    assert tuple(drawn[marked.top + marked.size.height // 2, marked.left - 1]) == ACCENT


def test_a_style_that_is_not_painted_yet_shows_the_camera_dimly() -> None:
    view = GalleryView(
        Offer((Thumbnail("a", None),), "a", "", (), 0, adds=False, titles=(("A",),)), Size(640, 480)
    )
    drawn = np.zeros((480, 640, 3), np.uint8)
    draw_gallery(drawn, view, np.full((120, 160, 3), 200, np.uint8))
    box = view.layout.tiles[0]
    assert drawn[box.top + box.size.height // 2, box.left + box.size.width // 2].tolist() == [60, 60, 60]
