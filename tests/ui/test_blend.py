"""Two styles at once: by key, by option, by name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle.cli import run
from livestyle.core.errors import LivestyleError
from livestyle.model.controls import (
    BLEND,
    CONTROLS,
    CROSSFADE,
    KEEP_COLOR,
    SECOND_STYLE,
    STRENGTH,
    STYLE,
)
from livestyle.model.frame_style import FrameStyle
from livestyle.model.styles import StyleBank
from livestyle.pipeline.look import Look
from livestyle.stylizer.stylizer import Stylizer
from livestyle.ui.panels import Bar
from livestyle.ui.turning import Turning, bar_of, note_of
from tests.tiny import write_tiny

BANK = StyleBank(("a", "b", "c"), np.array([[0, 0], [1, 2], [4, 8]], np.float32))

GREYS = [f"grey_{n}" for n in range(201)]


def seen(look: Look) -> list[float]:
    return [float(x) for x in look.now()[1].blended]


def test_the_share_of_the_second_style_is_in_the_next_frame() -> None:
    look = Look(BANK, "a")
    assert seen(look) == [0, 0]
    look.second_style = "c"
    assert seen(look) == [2, 4]
    look.blend = 0.25
    assert seen(look) == [1, 2]
    look.style = "b"
    assert seen(look) == [1.75, 3.5]
    look.second_style = ""
    assert seen(look) == [1, 2]


def test_a_second_style_is_faded_in_and_from_one_to_the_next() -> None:
    look = Look(BANK, "a", crossfade_s=1000)
    look.second_style = "c"
    assert seen(look) == pytest.approx([0, 0], abs=0.01)
    look.crossfade_s = 0
    look.second_style = "b"
    look.crossfade_s = 1000
    look.second_style = "c"
    assert seen(look) == pytest.approx([0.5, 1], abs=0.01)


def test_with_another_model_it_stays_by_its_name_or_goes() -> None:
    look = Look(BANK, "a")
    look.second_style = "c"
    look.follow(StyleBank(("c", "z"), np.array([[6, 6, 6], [2, 2, 2]], np.float32)))
    assert (look.style, look.second_style) == ("c", "c")
    look.style = "z"
    assert seen(look) == [4, 4, 4]
    look.follow(BANK)
    assert (look.style, look.second_style) == ("a", "c")
    look.follow(BANK.without("c"))
    assert (look.second_style, seen(look)) == ("", [0, 0])


def test_the_keys_choose_a_second_style_before_they_change_its_share() -> None:
    look, turning = Look(BANK, "a"), Turning()
    assert turning.turn(look, BLEND, 1) == "Second style: B"
    assert turning.turn(look, BLEND, 1) == "Blend 60 %"
    assert seen(look) == pytest.approx([0.6, 1.2])
    for _ in range(8):
        turning.turn(look, BLEND, -1)
    assert seen(look) == [0, 0]
    said = [turning.turn(look, SECOND_STYLE, 1) for _ in range(3)]
    assert said == ["Second style: C", "Second style: none", "Second style: B"]


def test_a_bar_shows_what_is_turned_and_between_what() -> None:
    look = Look(BANK, "a")
    assert bar_of(look, BLEND) is None
    assert bar_of(look, STRENGTH) == Bar(("Strength",), 1.0)
    assert bar_of(look, CROSSFADE) is None
    assert bar_of(look, STYLE) is None
    Turning().mix(look, "b", "c")
    look.blend = 0.7
    assert bar_of(look, BLEND) == bar_of(look, SECOND_STYLE) == Bar(("B",), 0.7, ("C",))
    assert Turning().take(look, "a") == "Style: A  1/3"
    assert (look.second_style, seen(look)) == ("", [0, 0])


def test_the_figures_say_what_is_not_at_its_default() -> None:
    look = Look(replace(BANK, titles={"b": ("The B – Braque", "The B")}), "a")
    assert [note_of(look, control) for control in CONTROLS if control is not STYLE] == [""] * (
        len(CONTROLS) - 1
    )
    look.strength, look.keep_color, look.second_style = 0.5, True, "b"
    notes = [note_of(look, control) for control in (STRENGTH, KEEP_COLOR, SECOND_STYLE)]
    assert notes == ["strength 50 %", "camera's colour", "second style: The B – Braque"]


def test_a_stylizer_blends_as_weights_by_name_do(tmp_path: Path) -> None:
    frame = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    with Stylizer(write_tiny(tmp_path / "tiny", *GREYS)) as stylizer:
        first, second = GREYS[0], GREYS[-1]
        stylizer.style = {first: 0.7, second: 0.3}
        expected = stylizer.stylize(frame)
        stylizer.style, stylizer.second_style, stylizer.blend = first, second, 0.3
        painted = stylizer.stylize(frame)
        assert np.abs(painted.astype(int) - expected).max() <= 1
        stylizer.second_style = ""
        assert not np.array_equal(stylizer.stylize(frame), painted)
        with pytest.raises(LivestyleError, match="is not here; expected one of"):
            stylizer.second_style = "nobody"


def test_styles_of_two_models_do_not_blend() -> None:
    with pytest.raises(LivestyleError, match=r"bad second style: \(3,\); expected the shape of the first"):
        FrameStyle(np.zeros(2, np.float32), second=np.zeros(3, np.float32))


def test_a_picture_is_blended_on_the_command_line(tmp_path: Path) -> None:
    photo = np.random.default_rng(1).integers(0, 256, (64, 80, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "in.png"), photo)
    model = write_tiny(tmp_path / "tiny", *GREYS)
    first, second = GREYS[0], GREYS[-1]
    options = ["--model", str(model.folder), "--style", first, "--second-style", second, "--blend", "0.3"]
    with pytest.raises(SystemExit) as ended:
        run(["image", str(tmp_path / "in.png"), str(tmp_path / "out.png"), *options])
    assert ended.value.code == 0
    with Stylizer(model) as stylizer:
        stylizer.style, stylizer.second_style, stylizer.blend, stylizer.steadiness = first, second, 0.3, 0.0
        painted = cv2.imread(str(tmp_path / "out.png"))
        np.testing.assert_array_equal(painted, stylizer.stylize(photo))
