"""The figures of painters whose steadiness is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from livestyle.cli import run
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.evaluation.films import pan, passing
from livestyle.evaluation.plot import Column, draw
from livestyle.evaluation.temporal import Material, ghosting, measure, noise_amplification, paint, warp_error
from tests.conftest import picture

SIZE = Size(128, 96)


class Blend:
    """The camera, mixed with the picture before; hold 0 is the camera itself."""

    def __init__(self, hold: float = 0.0, gain: float = 1.0) -> None:
        self._hold, self._gain = hold, gain
        self._before: NDArray[Any] | None = None

    def stylize(self, pixels: Pixels) -> Pixels:
        now = 128 + self._gain * (pixels.astype(np.float32) - 128)
        before = now if self._before is None else self._before
        self._before = blended = now + self._hold * (before - now)
        return np.clip(np.rint(blended), 0, 255).astype(np.uint8)

    def reset(self) -> None:
        self._before = None


def gray() -> Pixels:
    return np.full((SIZE.height, SIZE.width, 3), 128, np.uint8)


@pytest.mark.parametrize("gain", [0.0, 0.5, 1.0, 2.0])
def test_noise_comes_out_as_much_larger_as_it_is_made(gain: float) -> None:
    assert noise_amplification(Blend(gain=gain), gray()) == pytest.approx(gain, rel=0.05, abs=0.01)


def test_blending_averages_noise_out() -> None:
    expected = np.sqrt((1 - 0.6) / (1 + 0.6))
    assert noise_amplification(Blend(0.6), gray()) == pytest.approx(expected, rel=0.1)


def test_paint_that_sticks_to_the_screen_has_a_warp_error() -> None:
    film = pan(picture(SIZE), SIZE, 4)
    own = warp_error(film.frames, film)
    assert warp_error(paint(Blend(), film.frames), film) == own
    assert warp_error(paint(Blend(0.9), film.frames), film) > 2 * own
    assert warp_error([picture(SIZE)] * 4, film) > 2 * own


def test_ghosts_are_seen_behind_what_passes() -> None:
    film = passing(picture(SIZE), SIZE, 8)
    plain = paint(Blend(), film.frames)
    assert ghosting(plain, plain, film.trails) == 0
    assert ghosting(paint(Blend(0.5), film.frames), plain, film.trails) > 5


def test_all_figures_of_a_painter() -> None:
    material = Material.of([picture(SIZE), picture(SIZE, 1)], SIZE, {"own": pan(picture(SIZE), SIZE, 2)})
    found = measure(Blend(), Blend(0.5), material)
    for mode in ("plain", "steadied"):
        assert set(found[mode]) == {"noise", "warp own", "warp pan", "warp zoom", "ghost"}
    assert found["plain"]["ghost"] == 0
    assert found["steadied"]["noise"] < found["plain"]["noise"]


def test_a_plot_has_a_bar_as_long_as_its_value() -> None:
    drawn = draw("Title", ["a", "b"], ["one"], [Column("x", [[1.0], [2.0]])])
    bars = (drawn == (206, 198, 190)).all(2).sum(1)
    lengths = sorted({int(n) for n in bars if n > 20})
    assert lengths[-1] / lengths[0] == pytest.approx(2, rel=0.05)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plot = tmp_path / "steady.png"
    options = ["--size", "96x64", "--style", "1,2", "--limit", "1", "--threads", "1"]
    cv2.imwrite(str(tmp_path / "photo.png"), picture(SIZE))
    options += ["--photos", str(tmp_path), "--plot", str(plot)]
    with pytest.raises(SystemExit, match="0"):
        run(["evaluate", "cin-lite", "--temporal", "--json", *options])
    found = json.loads(capsys.readouterr().out)
    styles = found["models"]["cin-lite"]["styles"]
    assert len(styles) == 2
    for figures in styles.values():
        assert figures["steadied"]["noise"] < 0.5 * figures["plain"]["noise"]
        assert figures["steadied"]["ghost"] < 8
    assert cv2.imread(str(plot)) is not None
    with pytest.raises(SystemExit, match="2"):
        run(["evaluate", "cin-lite", "--temporal", *options])
    assert "exists" in capsys.readouterr().err


def test_nothing_to_measure(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        run(["evaluate"])
    assert "--temporal" in capsys.readouterr().err
