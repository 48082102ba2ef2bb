"""Choosing a picture by typing and by arrows."""

from __future__ import annotations

from pathlib import Path

import pytest

from livestyle.ui.picker import Picker, neighbour

UP, DOWN, LEFT, RIGHT, ENTER, ESC, BACK, TAB = 0xFF52, 0xFF54, 0xFF51, 0xFF53, 0x0D, 0x1B, 0x08, 0x09


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "Pictures" / "old").mkdir(parents=True)
    for name in ("wave2.jpg", "Wave10.PNG", "night.webp", "notes.txt", ".hidden.png", "old/x.bmp"):
        (tmp_path / "Pictures" / name).touch()
    return tmp_path


@pytest.fixture
def picker(home: Path) -> Picker:
    return Picker(home / "Pictures")


def press(picker: Picker, *keys: int | str) -> Path | None:
    chosen = None
    for key in keys:
        for code in (key,) if isinstance(key, int) else map(ord, key):
            chosen = picker.press(code)
    return chosen


def test_pictures_in_natural_order_then_folders(picker: Picker) -> None:
    assert picker.names == ("night.webp", "wave2.jpg", "Wave10.PNG", "old/")
    assert picker.text.endswith("/Pictures/")


def test_enter_takes_what_is_marked(picker: Picker, home: Path) -> None:
    assert press(picker, DOWN, ENTER) == home / "Pictures" / "wave2.jpg"
    assert not picker.open


def test_the_mark_goes_round(picker: Picker) -> None:
    press(picker, UP)
    assert picker.names[picker.index] == "old/"
    press(picker, DOWN)
    assert picker.index == 0


def test_typing_narrows_whatever_the_case_and_erasing_widens(picker: Picker) -> None:
    press(picker, "WAVE1")
    assert list(picker.names) == ["Wave10.PNG"]
    press(picker, BACK)
    assert list(picker.names) == ["wave2.jpg", "Wave10.PNG"]
    press(picker, "xyz")
    assert not list(picker.names)
    assert press(picker, ENTER) is None
    assert press(picker, UP) is None
    assert picker.open


def test_what_begins_with_it_comes_first(picker: Picker) -> None:
    press(picker, "n")
    assert picker.names == ("night.webp", "Wave10.PNG")


def test_folders_in_and_out(picker: Picker, home: Path) -> None:
    press(picker, "ol", TAB)
    assert picker.text == (home / "Pictures" / "old").as_posix() + "/"
    press(picker, BACK, LEFT)
    assert picker.text == home.as_posix() + "/"
    press(picker, RIGHT, UP, RIGHT)
    assert press(picker, ENTER) == home / "Pictures" / "old" / "x.bmp"


def test_a_whole_path_in_small_letters(picker: Picker, home: Path) -> None:
    assert press(picker, str(home).lower(), "/pictures/wave10", ENTER) == home / "Pictures" / "Wave10.PNG"


def test_home_and_parent(picker: Picker, home: Path) -> None:
    press(picker, "~/")
    assert picker.text == home.as_posix() + "/"
    press(picker, "pictures/old/../")
    assert picker.text == (home / "Pictures").as_posix() + "/"


def test_tab_writes_a_name_out(picker: Picker) -> None:
    assert press(picker, "wave1", TAB) is None
    assert picker.text.endswith("/Wave10.PNG")
    assert picker.open


def test_esc_chooses_nothing(picker: Picker) -> None:
    assert press(picker, "w", ESC) is None
    assert not picker.open


def test_keys_without_a_letter_type_nothing(picker: Picker) -> None:
    before = picker.text
    press(picker, 0xFFE1, 0xFFC0, 0x2E0000, 0xF704, 0x0B)
    assert picker.text == before


def test_a_folder_that_is_gone_or_closed(picker: Picker, home: Path) -> None:
    before = picker.text
    press(picker, "nowhere/")
    assert picker.text == before + "nowhere"
    assert Picker(home / "nowhere").names == ()


def test_neighbours_go_round(home: Path) -> None:
    folder = home / "Pictures"
    assert neighbour(folder / "wave2.jpg", 1) == folder / "Wave10.PNG"
    assert neighbour(folder / "night.webp", -1) == folder / "Wave10.PNG"
    assert neighbour(home / "gone" / "a.png", 1) == home / "gone" / "a.png"
