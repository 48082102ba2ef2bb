"""The app with a real window, driven by a real keyboard."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from livestyle.core.frame import Pixels
from livestyle.model.card import Model
from livestyle.stylizer.stylizer import Stylizer
from tests.ui.desktop import ROOT, App, desktop


@pytest.fixture(scope="module")
def env() -> Iterator[dict[str, str]]:
    with desktop() as env:
        yield env


@pytest.fixture
def app(env: dict[str, str], tmp_path: Path) -> Iterator[App]:
    app = App(env, tmp_path, "--camera", "synthetic:320x240@15", "--precision", "f32")
    yield app
    app.kill()


def corner(pixels: Pixels) -> Pixels:
    """Where no badge and no toast lies."""
    return pixels[: pixels.shape[0] * 6 // 10, : pixels.shape[1] // 2]


def shows(app: App, expected: Pixels) -> bool:
    return psnr(corner(app.shot()), expected) > 40


def psnr(a: Pixels, b: Pixels) -> float:
    return cv2.PSNR(a, b) if a.shape == b.shape else 0.0


def read(path: Path) -> Pixels:
    pixels = cv2.imread(str(path))
    assert pixels is not None
    return pixels.astype(np.uint8, copy=False)


def test_keys_change_the_picture_as_the_style_says(app: App, tmp_path: Path, model: Model) -> None:
    app.key("space")
    app.settle()
    app.key("s")
    original = app.wait_for(lambda: next(tmp_path.glob("*-original.png"), None))
    app.wait_for(lambda: len(list(tmp_path.glob("*.png"))) == 2)
    with Stylizer(model, precision="f32") as stylizer:
        for key, name in (("2", model.styles.names[1]), ("Right", model.styles.names[2])):
            stylizer.style = name
            expected = corner(stylizer.stylize(read(original)))
            before = corner(app.shot())
            assert psnr(before, expected) < 25
            app.key(key)
            app.wait_for(partial(shows, app, expected))
    app.key("q")
    code, out, errors = app.end()
    assert code == 0, errors
    assert json.loads(out)["frames"] > 0
    assert "Traceback" not in errors
    assert "Qt" not in errors
    assert "QFont" not in errors


def test_two_styles_are_blended_by_keys(app: App, tmp_path: Path, model: Model) -> None:
    app.key("space")
    app.settle()
    app.key("s")
    original = app.wait_for(lambda: next(tmp_path.glob("*-original.png"), None))
    app.wait_for(lambda: len(list(tmp_path.glob("*.png"))) == 2)
    with Stylizer(model, precision="f32") as stylizer:
        stylizer.second_style = model.styles.names[0]
        for key, share in (("a", 0.5), ("minus", 0.4), ("plus", 0.5), ("equal", 0.6)):
            app.key(key)
            stylizer.blend = share
            app.wait_for(partial(shows, app, corner(stylizer.stylize(read(original)))))
    app.key("q")
    assert app.end()[0] == 0


def test_help_and_full_screen(app: App) -> None:
    app.wait_for(lambda: app.shot().any())
    assert app.shot().shape == (240, 320, 3)
    app.key("f")
    app.wait_for(lambda: app.shot().shape == (600, 800, 3))
    app.key("space")
    middle = (slice(250, 400), slice(200, 600))  # where help lies, and no toast
    app.settle()
    before = app.shot()
    app.key("h")
    app.wait_for(lambda: app.shot()[middle].mean() < before[middle].mean() * 0.6)
    app.key("Escape")
    app.wait_for(lambda: psnr(app.shot()[middle], before[middle]) > 40)
    app.key("Escape")
    app.wait_for(lambda: app.shot().shape == (240, 320, 3))
    app.key("Escape")
    assert app.end()[0] == 0


def test_a_recording_has_no_red_dot(app: App, tmp_path: Path) -> None:
    app.key("space")
    app.settle()
    before = app.shot()
    app.key("r")
    app.wait_for(lambda: reddish(app.shot()) > reddish(before) + 10)
    app.settle()
    app.key("r")
    video = app.wait_for(lambda: next(tmp_path.glob("livestyle-*.mp4"), None))
    app.key("s")
    painting = app.wait_for(lambda: next(tmp_path.glob("livestyle-*vii.png"), None))
    with av.open(str(video)) as file:
        frames = [frame.to_ndarray(format="bgr24") for frame in file.decode(video=0)]
    assert len(frames) >= 2
    assert psnr(frames[-1].astype(np.uint8), read(painting)) > 24
    app.key("q")
    assert app.end()[0] == 0


def reddish(pixels: Pixels) -> int:
    blue, green, red = (pixels[..., c].astype(int) for c in range(3))
    return int(((red > 200) & (green < 110) & (blue < 110)).sum())


def test_closing_the_window_ends_it_and_finishes_the_recording(env: dict[str, str], tmp_path: Path) -> None:
    app = App(env, tmp_path, "--camera", "synthetic:320x240@15", "--record", "live.mp4")
    app.settle()  # until there was a picture to record
    app.close_window()
    code, out, errors = app.end()
    assert code == 0, errors
    shown = json.loads(out)["frames"]
    with av.open(str(tmp_path / "live.mp4")) as file:
        assert 1 <= sum(1 for _ in file.decode(video=0)) <= shown


@pytest.mark.parametrize("display", [None, ":987"])
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can lack a display")
def test_without_a_display_one_clear_error(display: str | None, tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    if display:
        env["DISPLAY"] = display
    command = [sys.executable, str(ROOT / "run_live.py"), "--camera", "synthetic"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, encoding="utf-8")
    assert done.returncode == 2
    assert "--no-window" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_an_app_that_has_ended_is_no_riddle(env: dict[str, str], tmp_path: Path) -> None:
    """Of the desktop of these tests: it says what the app said, and waits no longer."""
    with pytest.raises(AssertionError, match=r"has ended with 2:\n(.*\n)*error: .*nothing\.mp4"):
        App(env, tmp_path, "--camera", "nothing.mp4")
