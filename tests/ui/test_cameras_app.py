"""Two cameras in one window, driven by a real keyboard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from livestyle.core.frame import Pixels
from livestyle.ui.overlay import ACCENT
from tests.tiny import write_tiny
from tests.ui.desktop import App, desktop

GREYS = ("ink", "ash", "snow")


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    write_tiny(tmp_path / "tiny", *GREYS)
    camera = ("--camera", "synthetic:320x240@15")
    with desktop() as env:
        app = App(env, tmp_path, *camera, *camera, "--model", "tiny", "--precision", "f32")
        yield app
        app.kill()


def levels(app: App) -> list[int]:
    """What each picture is painted in: style n is the grey n."""
    shot = app.shot()
    return [int(shot[120, x, 0]) for x in (300, 500)]


def marked(shot: Pixels) -> list[bool]:
    return [shot[1, x].tolist() == list(ACCENT) for x in (310, 500)]


def test_keys_are_for_the_marked_picture(app: App) -> None:
    app.wait_for(lambda: app.shot().shape == (240, 640, 3) and levels(app) == [0, 1])
    app.wait_for(lambda: marked(app.shot()) == [True, False])
    app.key("3")
    app.wait_for(lambda: levels(app) == [2, 1])
    app.key("k")
    app.wait_for(lambda: marked(app.shot()) == [False, True])
    app.key("Left")
    app.wait_for(lambda: levels(app) == [2, 0])
    app.key("k")
    app.wait_for(lambda: marked(app.shot()) == [True, False])
    app.key("q")
    code, out, errors = app.end()
    assert code == 0, errors
    assert [camera["style"] for camera in json.loads(out)["cameras"]] == ["snow", "ink"]
    assert "Traceback" not in errors
