"""What the cameras of a run begin with."""

from __future__ import annotations

import pytest

from livestyle.core.errors import LivestyleError
from livestyle.stylizer.stylizer import Stylizer
from livestyle.ui.remembered import Remembered
from livestyle.ui.run import ShowOptions, looks_of


@pytest.mark.parametrize(
    ("camera", "asked", "mirrored"),
    [
        ("0", None, True),
        ("/dev/video0", None, True),
        ("0", False, False),
        ("synthetic", None, False),
        ("rtsp://host/live", None, False),
        ("synthetic", True, True),
    ],
)
def test_a_webcam_is_a_mirror_unless_it_is_not_to_be(
    camera: str, asked: bool | None, mirrored: bool, stylizer: Stylizer
) -> None:
    assert [look.mirror for look in looks_of(ShowOptions((camera,), mirror=asked), stylizer)] == [mirrored]


def test_of_several_each_is_as_its_kind(stylizer: Stylizer) -> None:
    looks = looks_of(ShowOptions(("1", "synthetic")), stylizer)
    assert [look.mirror for look in looks] == [True, False]


def test_the_first_style_is_the_models_bright_one_and_the_next_camera_gets_another(
    stylizer: Stylizer,
) -> None:
    looks = looks_of(ShowOptions(("1", "2"), remembered=Remembered(style="scream")), stylizer)
    assert [look.style for look in looks] == ["composition_vii", "starry_night"]
    assert looks[0].title == "Composition VII – Wassily Kandinsky"


def test_a_wrong_style_is_understood(stylizer: Stylizer) -> None:
    with pytest.raises(LivestyleError, match="did you mean scream"):
        looks_of(ShowOptions(("0",), style="screem"), stylizer)
