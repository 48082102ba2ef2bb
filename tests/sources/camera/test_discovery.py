"""Which cameras there are, and which one a name means."""

from __future__ import annotations

from pathlib import Path

import pytest

from livestyle.core.errors import LivestyleError
from livestyle.sources.camera.discovery import Camera, find_camera, list_cameras, v4l2_cameras

CAMERAS = (Camera(0, "Integrated Camera"), Camera(2, "Logitech BRIO"), Camera(4, "Logitech C920"))


def test_linux_names_are_read_in_the_order_of_indexes(tmp_path: Path) -> None:
    for number, name in ((10, "Late"), (2, "Logitech BRIO")):
        (tmp_path / f"video{number}").mkdir()
        (tmp_path / f"video{number}" / "name").write_text(f"{name}\n")
    (tmp_path / "video-broken").mkdir()
    found = v4l2_cameras(tmp_path, tmp_path / "dev")
    assert [(c.index, c.name) for c in found] == [(2, "Logitech BRIO"), (10, "Late")]
    assert found[0].path == str(tmp_path / "dev" / "video2")
    assert str(found[0]).startswith("2: Logitech BRIO")


def test_no_cameras_is_an_empty_list(tmp_path: Path) -> None:
    assert v4l2_cameras(tmp_path / "nothing") == ()


def test_listing_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    list_cameras()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("name", "index"), [("brio", 2), ("Integrated Camera", 0), (" c920 ", 4)])
def test_a_part_of_a_name_is_enough(name: str, index: int) -> None:
    assert find_camera(name, CAMERAS).index == index


@pytest.mark.parametrize(("name", "says"), [("logitech", "fits 2 cameras"), ("sony", "no camera here")])
def test_a_name_that_fits_none_or_several_lists_them(name: str, says: str) -> None:
    with pytest.raises(LivestyleError, match=says) as caught:
        find_camera(name, CAMERAS)
    assert "Logitech C920" in str(caught.value)
