"""Pictures as styles and models in turn, in the app with a real window and a real keyboard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle.model.card import Model
from livestyle.stylizer.stylizer import Stylizer
from tests.tiny import write_tiny
from tests.ui.desktop import App, desktop
from tests.ui.test_window_app import corner, read, shows

COLORS = {"a Red.PNG": (10, 20, 220), "b.png": (200, 40, 0), "thin.png": (0, 0, 0)}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    write_tiny(tmp_path / "tiny", "grey")
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name, color in COLORS.items():
        side = 8 if name == "thin.png" else 90
        assert cv2.imwrite(str(pictures / name), np.full((side, side, 3), color, np.uint8))
    options = ("--camera", "synthetic:320x240@15", "--precision", "f32", "--model", "tiny,cin-lite")
    with desktop() as env:
        folders = {"XDG_PICTURES_DIR": str(pictures), "LIVESTYLE_DATA": str(tmp_path / "data")}
        app = App({**env, **folders}, tmp_path, *options)
        yield app
        app.kill()


def is_all(app: App, color: tuple[int, int, int]) -> bool:
    return bool((np.abs(corner(app.shot()).astype(int) - color) <= 2).all())


def test_a_picture_is_chosen_in_the_window_and_tab_changes_the_model(
    app: App, tmp_path: Path, model: Model
) -> None:
    app.wait_for(lambda: app.shot().any())
    app.key("space")
    app.settle()
    app.key("s")
    original = app.wait_for(lambda: next(tmp_path.glob("*-original.png"), None))
    app.wait_for(lambda: len(list(tmp_path.glob("*.png"))) == 2)
    app.wait_for(partial(is_all, app, (0, 0, 0)))
    app.key("i")
    app.wait_for(lambda: not is_all(app, (0, 0, 0)))
    for key in ("r", "e", "d", "Return"):
        app.key(key)
    app.wait_for(partial(is_all, app, COLORS["a Red.PNG"]))
    app.key("period")
    app.wait_for(partial(is_all, app, COLORS["b.png"]))
    app.key("period")
    app.key("Left")
    app.wait_for(partial(is_all, app, COLORS["a Red.PNG"]))
    assert [path.name for path in (tmp_path / "data").rglob("*.npz")] == ["a_red.npz"]
    app.key("d")
    app.key("d")
    app.wait_for(partial(is_all, app, (0, 0, 0)))
    assert not list((tmp_path / "data").rglob("*.npz"))
    app.key("Tab")
    with Stylizer(model, precision="f32") as stylizer:
        app.wait_for(partial(shows, app, corner(stylizer.stylize(read(original)))))
    app.key("shift+Tab")
    app.wait_for(partial(is_all, app, (0, 0, 0)))
    app.key("q")
    code, out, errors = app.end()
    assert code == 0, errors
    assert json.loads(out)["model"] == "tiny"
    assert "Traceback" not in errors
