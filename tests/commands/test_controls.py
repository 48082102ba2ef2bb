"""The options of the controls are the registry's."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from livestyle.cli import app
from livestyle.commands import image, live, video
from livestyle.commands.controls import NONE_GIVEN, flag, option_of, takes_controls, within
from livestyle.core.errors import LivestyleError
from livestyle.model.controls import CONTROLS, CROSSFADE, MIRROR, STEADINESS, STRENGTH, Scope, Slider, Values


def parameters(command: str) -> dict[str, Any]:
    commands: Any = get_command(app)
    return {p.name: p for p in commands.get_command(None, command).params}


@pytest.mark.parametrize(
    ("command", "scope"), [("live", Scope.CAMERA), ("video", Scope.FILM), ("image", Scope.PICTURE)]
)
def test_every_control_that_has_an_effect_is_an_option(command: str, scope: Scope) -> None:
    found = parameters(command)
    for control in (c for c in CONTROLS if c is not CROSSFADE):
        wanted = bool(control.about) and control.scope >= scope
        assert (control.name in found) == wanted or control.name == "style"
        if wanted:
            option = found[control.name]
            assert option.opts == [flag(control)]
            default = (
                None if command == "live" and control is MIRROR else control.default
            )  # a webcam is mirrored
            assert (option.help, option.default) == (control.about, default)


def test_the_range_of_a_slider_is_that_of_its_option() -> None:
    for control in (c for c in CONTROLS if isinstance(c, Slider)):
        option = option_of(control)
        assert (option.min, option.max) == (control.low, control.high)
    assert parameters("live")["crossfade"].help == CROSSFADE.about


def test_no_command_says_anything_about_a_control_itself() -> None:
    for module in (live, video, image):
        source = inspect.getsource(module)
        assert not [c.name for c in CONTROLS if c.about and c.about in source]
    for command in ("live", "page", "video", "image"):
        found = parameters(command)
        for control in (c for c in CONTROLS if c.about):
            option = found.get(control.name.removesuffix("_s"))
            assert option is None or option.help == control.about


def test_a_command_gets_the_values_by_name() -> None:
    seen: list[Values] = []

    @takes_controls(Scope.FILM, STRENGTH)
    def command(path: str, controls: Values = NONE_GIVEN, last: int = 0) -> None:
        seen.append({**controls, "path": path, "last": last})

    command("a", steadiness=0.5, last=3)
    assert seen[0][STEADINESS.name] == 0.5
    assert (seen[0]["path"], seen[0]["last"]) == ("a", 3)
    assert seen[0]["keep_color"] is False
    assert not {STRENGTH.name, MIRROR.name} & seen[0].keys()
    names = list(inspect.signature(command).parameters)
    assert (names[0], names[-1]) == ("path", "last")
    assert "controls" not in names


def test_a_picture_has_no_use_for_what_is_of_films() -> None:
    given = {"strength": 0.5, "steadiness": 0.1, "mirror": True}
    assert within(Scope.PICTURE, given) == {"strength": 0.5}
    assert within(Scope.FILM, given) == {"strength": 0.5, "steadiness": 0.1}


def test_what_has_no_effect_without_another_is_an_error() -> None:
    with pytest.raises(LivestyleError, match="--blend has no effect without --second-style; leave it out"):
        image.main(Path("in.png"), Path("out.png"), blend=0.2)
