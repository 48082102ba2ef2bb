"""The gallery, the picker and the mouse in the app with a real window, keyboard and mouse."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle.core.bars import Box
from livestyle.core.size import Size
from livestyle.model.card import STYLES_NAME
from livestyle.model.styles import StyleBank
from livestyle.ui.gallery_layout import layout_of
from livestyle.ui.picker_panel import picker_layout
from tests.tiny import write_tiny
from tests.ui.desktop import App, desktop
from tests.ui.dragging import Dragging

WINDOW = Size(320, 240)
STYLES = 5
MODELS = ("tiny", "tidy")


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """Style n of either model paints all in the grey 40 n."""
    for name in MODELS:
        model = write_tiny(tmp_path / name, *(f"grey_{n}" for n in range(STYLES)))
        StyleBank(model.styles.names, model.styles.vectors * 40).save(tmp_path / name / STYLES_NAME)
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name, color in (("Evening Sun.png", (10, 20, 220)), ("evening sea.png", (200, 40, 0))):
        assert cv2.imwrite(str(pictures / name), np.full((90, 90, 3), color, np.uint8))
    with desktop() as env:
        folders = {"XDG_PICTURES_DIR": str(pictures), "LIVESTYLE_DATA": str(tmp_path / "data")}
        options = ("--camera", f"synthetic:{WINDOW}@15", "--precision", "f32", "--model", ",".join(MODELS))
        app = App({**env, **folders}, tmp_path, *options)
        app.wait_for(lambda: app.shot().any())
        yield app
        app.kill()


def upper(app: App) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Where no toast and no badge lies."""
    pixels = app.shot().astype(int)
    return pixels[: pixels.shape[0] // 2, : pixels.shape[1] // 2]


def is_all(app: App, color: int | tuple[int, int, int]) -> bool:
    return bool((np.abs(upper(app) - color) <= 2).all())


def tile(number: int) -> Box:
    return layout_of(STYLES + 1, MODELS, WINDOW).tiles[number]


def inside(number: int) -> tuple[int, int]:
    return tile(number).left + 9, tile(number).top + 9


def shows_gallery(app: App) -> bool:
    """Every thumbnail is there, in its style."""
    pixels = app.shot().astype(int)
    middles = [(b.top + b.size.height // 2, b.left + b.size.width // 2) for b in map(tile, range(STYLES))]
    return all((np.abs(pixels[at] - 40 * n) <= 2).all() for n, at in enumerate(middles))


def test_the_gallery_by_keys_with_and_without_caps_lock(app: App) -> None:
    app.wait_for(partial(is_all, app, 0))
    for first, before in ((0, 0), (1, 40)):
        app.key("g")
        app.wait_for(partial(shows_gallery, app))
        app.burst("Right", "Return")
        app.wait_for(partial(is_all, app, before + 40))
        app.burst("g", "5", "shift+Return")
        app.wait_for(partial(is_all, app, (before + 40 + 160) // 2))
        app.burst("g", "3", "Escape", str(first + 2))
        app.key("a")  # the second style goes
        app.wait_for(partial(is_all, app, before + 40))
        app.press("Caps_Lock")
    app.key("q")
    assert app.end()[0] == 0


@pytest.mark.parametrize("caps_lock", [False, True])
def test_the_mouse(app: App, caps_lock: bool) -> None:
    app.wait_for(partial(is_all, app, 0))
    if caps_lock:
        app.press("Caps_Lock")
    app.mouse(100, 60, "click 1")
    app.wait_for(partial(shows_gallery, app))
    app.mouse(*inside(3), "click 1")
    app.wait_for(partial(is_all, app, 120))
    app.mouse(100, 60, "click 1")
    app.wait_for(partial(shows_gallery, app))
    app.mouse(*inside(4), "click --repeat 2 --delay 60 1")
    app.wait_for(partial(is_all, app, 140))
    app.mouse(100, 60, *["click 5"] * 10)
    assert not is_all(app, 140)  # the camera
    app.mouse(100, 60, *["click 4"] * 10)
    app.wait_for(partial(is_all, app, 140))
    app.mouse(100, 60, "click 3")
    app.wait_for(lambda: upper(app).mean() < 110)  # help
    app.mouse(100, 60, "click 3")
    app.wait_for(partial(is_all, app, 140))
    app.key("b")
    app.wait_for(lambda: not is_all(app, 140))
    app.mouse(160, 60, "mousedown 1")
    app.mouse(4, 60, "mouseup 1")
    app.wait_for(lambda: (np.abs(upper(app)[:, 8:] - 140) <= 2).all())
    app.key("q")
    assert app.end()[0] == 0


@pytest.mark.parametrize("caps_lock", [False, True])
def test_the_mouse_in_the_gallery_and_in_the_picker(app: App, caps_lock: bool) -> None:
    app.wait_for(partial(is_all, app, 0))
    if caps_lock:
        app.press("Caps_Lock")
    app.mouse(100, 60, "click 1")
    app.wait_for(partial(shows_gallery, app))
    app.mouse(*inside(3))  # marks it
    app.key("Return")
    app.wait_for(partial(is_all, app, 120))
    app.mouse(100, 60, "click 1")
    app.wait_for(partial(shows_gallery, app))
    app.mouse(*inside(1), "keydown shift click 1 keyup shift")
    app.wait_for(partial(is_all, app, 80))
    app.mouse(100, 60, "click 1")
    app.wait_for(partial(shows_gallery, app))
    app.mouse(*inside(0), "click 5")  # a row on
    app.key("Return")
    app.wait_for(partial(is_all, app, 40 * layout_of(STYLES + 1, MODELS, WINDOW).columns))
    app.mouse(100, 60, "click 1")
    app.wait_for(partial(shows_gallery, app))
    app.mouse(2, 120, "click 1")  # beside it
    app.wait_for(lambda: is_all(app, 40 * layout_of(STYLES + 1, MODELS, WINDOW).columns))
    app.mouse(100, 60, "click 1")
    app.wait_for(partial(shows_gallery, app))
    app.mouse(*inside(STYLES), "click 1")  # the place for a picture
    row = picker_layout(WINDOW).rows[0]
    app.mouse(row.left + 9, row.top + 9, "click 5", "click 4", "click 1")
    app.wait_for(partial(is_all, app, (200, 40, 0)))
    app.key("q")
    assert app.end()[0] == 0


def test_no_letter_is_lost_and_caps_lock_does_not_matter(app: App) -> None:
    app.wait_for(partial(is_all, app, 0))
    app.burst(*["i", *"evening", "space", *"sun", "Return"])
    app.wait_for(partial(is_all, app, (10, 20, 220)))
    app.press("Caps_Lock")
    app.burst(*["i", *"evening", "space", *"sea", "Return"])
    app.wait_for(partial(is_all, app, (200, 40, 0)))
    app.burst("i", "Escape", "d", "d")
    app.wait_for(partial(is_all, app, 0))
    app.key("q")
    assert app.end()[0] == 0


def test_a_picture_that_is_dropped_becomes_a_style(
    app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.wait_for(partial(is_all, app, 0))
    monkeypatch.setenv("DISPLAY", app.display)
    for name, color in (("Evening Sun.png", (10, 20, 220)), ("evening sea.png", (200, 40, 0))):
        dragging = Dragging(int(app.window))
        assert dragging.accepted()
        dragging.drop(f"{(tmp_path / 'pictures' / name).as_uri()}\r\nhttp://localhost/\r\n")
        app.wait_for(partial(is_all, app, color))
        app.key("i")  # the next one closes the picker
    Dragging(int(app.window)).drop("https://localhost/evening.png\r\n")
    app.wait_for(partial(is_all, app, (200, 40, 0)))
    app.key("q")
    assert app.end()[0] == 0
