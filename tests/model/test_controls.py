from __future__ import annotations

import pytest

from livestyle.model.controls import CONTROLS, CROSSFADE, FREEZE, KEEP_COLOR, STRENGTH, STYLE, Slider

STYLES = ("great_wave", "scream", "mosaic")


def test_a_slider_stops_at_both_ends() -> None:
    assert STRENGTH.turned(0.95, 1) == STRENGTH.turned(1.0, 1) == 1
    value = 1.0
    for _ in range(11):
        value = STRENGTH.turned(value, -1)
    assert value == 0


def test_steps_do_not_add_up_rounding_errors() -> None:
    value = 0.0
    for _ in range(3):
        value = STRENGTH.turned(value, 1)
    assert value == 0.3


@pytest.mark.parametrize(("value", "step", "after"), [("scream", 1, "mosaic"), ("mosaic", 1, "great_wave"),
                                                      ("great_wave", -1, "mosaic"), ("", 1, "great_wave"),
                                                      ("", -1, "mosaic")])  # fmt: skip
def test_styles_go_round(value: str, step: int, after: str) -> None:
    assert STYLE.turned(value, step, STYLES) == after


def test_what_is_said() -> None:
    assert STRENGTH.said(0.8) == "Strength 80 %"
    assert CROSSFADE.said(0.8) == "Crossfade 0.8 s"
    assert CROSSFADE.said(0) == "Crossfade off"
    assert (KEEP_COLOR.said(True), FREEZE.said(False)) == ("Camera's colour", "Live again")
    assert STYLE.said("great_wave") == "Style: Great wave"


def test_every_row_is_in_order() -> None:
    keys = [key for control in CONTROLS for key in (*control.keys, *control.aliases)]
    assert len(set(keys)) == len(keys)
    for control in CONTROLS:
        control.check(control.default)
        assert 1 <= len(control.keys) <= 2
        assert len(control.aliases) in (0, len(control.keys))
        if isinstance(control, Slider):
            assert control.low < control.on <= control.high
