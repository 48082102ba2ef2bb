from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import cv2
import numpy as np
import pytest

from livestyle.core.size import Size
from livestyle.ui.overlay import ACCENT, MUTED, Text, panel, shortened, text_size, width_of, wrapped
from livestyle.ui.panels import (
    Bar,
    badge_panel,
    bar_panel,
    help_panel,
    hud_panel,
    thumbnail,
    toast_panel,
)
from livestyle.ui.screen import Hud, Screen, fitted
from tests.conftest import picture

ROWS = (
    ("Engine", "OpenVINO 2026.4 · bf16 · 2 threads"),
    ("Device", "A processor with a very long name " * 3),
)
CANVASES = [(320, 240), (640, 480), (1920, 1080), (3840, 2160), (480, 640)]


@pytest.mark.parametrize("canvas", CANVASES)
def test_panels_fit_the_picture(canvas: tuple[int, int]) -> None:
    width, height = canvas
    size = text_size(width, height)
    hud = hud_panel(
        ("The Great Wave – Hokusai", "Great wave"), "2 / 20", "strength 80 %", ROWS, size, width - 2 * size
    )
    keys = help_panel(size, width - 2 * size, height - 2 * size)
    toast = toast_panel("Saved " + "a-long-name-" * 20, size, width - 2 * size)
    bars = [
        bar_panel(bar, size, width - 2 * size)
        for bar in (Bar(("Strength",), 1.0), Bar(("W" * 40,), 0.3, ("W w",)))
    ]
    for overlay in (hud, keys, toast, *bars):
        assert overlay.width <= width - 2 * size
        assert overlay.height <= height - 2 * size


def test_a_bar_is_filled_as_far_as_it_is_turned() -> None:
    shares = []
    for value in (0.0, 0.3, 1.0):
        canvas = np.zeros((80, 600, 3), np.uint8)
        bar_panel(Bar((), value), 14, 600).onto(canvas, 0, 0)
        filled = (canvas == ACCENT).all(axis=2).sum(axis=1)
        shares.append(filled.max() / (canvas[..., 2] > 70).sum(axis=1).max())
    assert shares == pytest.approx([0.0, 0.3, 1.0], abs=0.12)
    between = np.zeros((80, 600, 3), np.uint8)
    bar_panel(Bar(("A",), 0.5, ("B",)), 14, 600).onto(between, 0, 0)
    assert (between[40] == ACCENT).all(axis=1).nonzero()[0].mean() == pytest.approx(192, abs=3)


def test_text_grows_with_the_picture_but_less() -> None:
    sizes = [text_size(*canvas) for canvas in CANVASES[:4]]
    assert sizes == sorted(sizes)
    assert sizes[1] == 14
    assert 20 <= sizes[2] < 14 * 1080 / 480
    assert 35 <= sizes[3] < 14 * 2160 / 480


def test_text_stands_out_on_white_and_on_black() -> None:
    for ground in (0, 255):
        canvas = np.full((60, 300, 3), ground, np.uint8)
        panel(300, 60, 10, [Text("MMMMMM", 10, 45, 40, weight=600)]).onto(canvas, 0, 0)
        assert canvas.max() > 230
        assert canvas[30, 295].max() < 110  # beside the text


def test_an_overlay_is_cut_at_the_edge() -> None:
    canvas = np.full((20, 20, 3), 200, np.uint8)
    badge = badge_panel("Frozen", 14)
    badge.onto(canvas, 10, -5)
    assert canvas[0, 19].max() < 200
    assert canvas[19, 0].min() == 200
    badge.onto(canvas, 100, 100)


def test_a_faded_overlay_lets_the_picture_through() -> None:
    canvas = np.full((60, 200, 3), 200, np.uint8)
    toast_panel("Hello", 14, 200).faded(0.0).onto(canvas, 0, 0)
    assert (canvas == 200).all()


def test_shortened_text_fits() -> None:
    assert shortened("short", 14, 500) == "short"
    cut = shortened("a very long name indeed", 14, 80)
    assert cut.endswith("…")
    assert width_of(cut, 14) <= 80


def test_a_long_line_is_wrapped_between_words() -> None:
    text = "cin can't paint here: no engine can run this model here;\n  openvino: it has no int8 graph"
    lines = wrapped(text, 14, 200)
    assert " ".join(lines) == " ".join(text.split())
    assert max(width_of(line, 14) for line in lines) <= 200
    assert wrapped("Style: Night  2/3", 14, 200) == ["Style: Night  2/3"]
    assert wrapped("w" * 99, 14, 100)[0].endswith("…")
    assert toast_panel(text, 14, 240).height > toast_panel("Saved", 14, 240).height


def test_a_path_is_wrapped_behind_its_folders() -> None:
    text = "Saved /home/someone/Pictures/livestyle-20261126-190000-starry_night.png"
    lines = wrapped(text, 14, 400)
    assert "".join(lines) == text
    assert lines[-1].startswith("livestyle-")


def test_a_picture_is_fitted_with_its_shape_kept() -> None:
    canvas = fitted(picture(Size(64, 64)), Size(200, 100))
    assert canvas.shape == (100, 200, 3)
    assert not canvas[:, :50].any()
    assert canvas[:, 50:150].any()


def test_a_picture_that_fits_is_copied() -> None:
    small = picture(Size(64, 64))
    canvas = fitted(small, Size(64, 64))
    assert np.array_equal(canvas, small)
    assert not np.shares_memory(canvas, small)


def test_a_picture_is_not_blown_up_beyond_1080() -> None:
    assert fitted(picture(Size(640, 480)), Size(3840, 2160)).shape == (1080, 1920, 3)
    assert fitted(np.zeros((2160, 3840, 3), np.uint8), Size(3840, 2160)).shape == (2160, 3840, 3)


def test_muted_text_is_readable() -> None:
    assert min(MUTED) > 150


def test_the_picture_of_a_style_stands_below_the_figures(tmp_path: Path) -> None:
    path = tmp_path / "red.png"
    cv2.imwrite(str(path), np.full((300, 600, 3), (10, 20, 200), np.uint8))
    hud = SimpleNamespace(titles=("Red",), counter="3 / 3", notes="", rows=lambda: ROWS, picture=path)
    canvas = Screen(hud=True).compose(np.zeros((480, 640, 3), np.uint8), Size(640, 480), cast(Hud, hud))
    red = (canvas == (10, 20, 200)).all(axis=2)
    assert 84 * 42 * 0.95 < red.sum() <= 84 * 42
    assert red[:, 14 + 42].any()
    path.write_bytes(b"nonsense")
    assert thumbnail(path, 14) is None
    assert thumbnail(tmp_path / "gone.png", 14) is None
