from __future__ import annotations

import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.model.styles import StyleBank
from livestyle.pipeline.look import Fade, Look

BANK = StyleBank(("a", "b", "c"), np.array([[0, 0], [1, 2], [4, 8]], np.float32))


def test_without_crossfade_a_style_is_there_at_once() -> None:
    look = Look(BANK, "a")
    look.index += 1
    name, style = look.now()
    assert name == look.style == "b"
    assert style.vector.tolist() == [1, 2]


def test_styles_go_round() -> None:
    look = Look(BANK, "c")
    look.index += 1
    assert look.style == "a"
    look.index -= 1
    assert look.style == "c"


def test_a_fade_moves_from_one_end_to_the_other() -> None:
    fade = Fade(BANK, 1, BANK.vectors[0], BANK.vectors[1], began=10.0, seconds=2.0)
    path = [float(fade.at(10 + t)[1]) for t in (0, 0.5, 1, 1.5, 2, 9)]
    assert path == sorted(path)
    assert path[0] == 0
    assert path[2] == pytest.approx(1)
    assert path[4] == path[5] == 2


def test_a_change_during_a_fade_starts_from_what_is_seen() -> None:
    look = Look(BANK, "a", crossfade_s=1000)
    look.index = 2
    while ((before := look.now()[1].vector) == BANK.vectors[0]).all():
        pass  # until the fade is seen
    look.index = 1
    assert look.now()[1].vector == pytest.approx(before, abs=0.01)


def test_unknown_style() -> None:
    with pytest.raises(LivestyleError, match="expected one of a, b, c"):
        Look(BANK, "z")


def test_the_style_of_the_same_name_stays_and_another_models_is_there_at_once() -> None:
    look = Look(BANK, "b", crossfade_s=1000)
    look.follow(StyleBank(("z", "b"), np.array([[7, 7, 7], [9, 9, 9]], np.float32)))
    assert (look.style, look.index) == ("b", 1)
    assert look.now()[1].vector.tolist() == [9, 9, 9]
    look.follow(BANK)
    look.index = 2
    look.follow(StyleBank(("x", "y"), np.array([[7, 7, 7], [9, 9, 9]], np.float32)))
    assert look.style == "x"
    assert look.now()[1].vector.tolist() == [7, 7, 7]


def test_a_crossfade_goes_on_while_styles_are_added() -> None:
    look = Look(BANK, "a", crossfade_s=1000)
    look.index = 2
    look.follow(BANK.extended(["d"], np.array([[9, 9]], np.float32)))
    assert look.style == "c"
    assert 0 <= look.now()[1].vector[0] < 1
    look.index = 3
    assert look.style == "d"


def test_a_style_that_is_asked_for_comes_as_soon_as_it_is_there() -> None:
    look = Look(BANK, "a")
    look.ask("d")
    assert look.style == "a"
    look.follow(BANK.extended(["d"], np.array([[9, 9]], np.float32)))
    assert look.now()[1].vector.tolist() == [9, 9]
    look.ask("b")
    assert look.style == "b"
    look.ask("e")
    look.index = 0
    look.follow(BANK.extended(["e"], np.array([[9, 9]], np.float32)))
    assert look.style == "a"


def test_a_model_that_lacks_the_style_begins_with_its_own_first() -> None:
    look = Look(BANK, "a")
    look.follow(StyleBank(("x", "y"), np.array([[7, 7, 7], [9, 9, 9]], np.float32)), "y")
    assert look.style == "y"
