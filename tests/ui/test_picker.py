"""Choosing a picture by typing and by arrows."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size
from livestyle.sinks.pointer import Gesture
from livestyle.sources.images import load_image
from livestyle.ui.clipboard import pasted_path
from livestyle.ui.picker import Picker, neighbour
from livestyle.ui.picker_panel import draw_picker, picker_layout
from livestyle.ui.previews import SIDE_PX, Previews
from tests.ui.desktop import wait_for

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
    return Picker(home / "Pictures", Previews())


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
    assert Picker(home / "nowhere", Previews()).names == ()


def test_neighbours_go_round(home: Path) -> None:
    folder = home / "Pictures"
    assert neighbour(folder / "wave2.jpg", 1) == folder / "Wave10.PNG"
    assert neighbour(folder / "night.webp", -1) == folder / "Wave10.PNG"
    assert neighbour(home / "gone" / "a.png", 1) == home / "gone" / "a.png"


def test_a_long_list_is_scrolled_by_keys_and_wheel(tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / f"{number}.jpg").touch()
    picker = Picker(tmp_path, Previews())
    assert picker.first(8) == 0
    press(picker, *[DOWN] * 10)
    assert (picker.index, picker.first(8)) == (10, 3)
    press(picker, UP, UP)
    assert picker.first(8) == 3
    press(picker, 0xFF56)
    assert (picker.index, picker.first(8)) == (16, 9)
    press(picker, *[0xFF56] * 9)
    assert (picker.index, picker.first(8)) == (49, 42)
    picker.point(None, Gesture.WHEEL_DOWN)
    assert picker.index == 49
    picker.point(None, Gesture.WHEEL_UP)
    assert picker.index == 48
    press(picker, *[0xFF55] * 9)
    assert (picker.index, picker.first(8)) == (0, 0)


def test_the_mouse_marks_and_a_click_takes(picker: Picker, home: Path) -> None:
    picker.first(8)
    assert picker.point(1, Gesture.MOVE) is None
    assert picker.marked == home / "Pictures" / "wave2.jpg"
    assert picker.point(3, Gesture.DOWN) is None
    assert picker.text.endswith("/old/")
    assert picker.point(7, Gesture.DOWN) is None
    assert picker.point(0, Gesture.DOWN) == home / "Pictures" / "old" / "x.bmp"
    assert not picker.open


def test_a_pasted_path_is_gone_to(picker: Picker, home: Path) -> None:
    assert picker.go_to(home / "Pictures" / "old" / "x.bmp") == "Pasted x.bmp"
    assert picker.marked == home / "Pictures" / "old" / "x.bmp"
    picker.go_to(Path("~"))
    assert picker.text == home.as_posix() + "/"
    with pytest.raises(LivestyleError, match="is not here"):
        picker.go_to(home / "nowhere" / "x.png")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/a/b c.png\n", "/a/b c.png"),
        ("  '/a/b.png'\n/c.png", "/a/b.png"),
        ("file:///a/b%20c.png", "/a/b c.png"),
        ("~/x.jpg", "~/x.jpg"),
        ("", None),
        (" \n", None),
        ("x" * 5000, None),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="a script of a shell")
def test_what_is_pasted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, path: str | None) -> None:
    program = tmp_path / "xclip"
    (tmp_path / "text").write_text(text)
    program.write_text(f"#!/bin/sh\ncase \"$*\" in *png*) exit 1;; esac\ncat '{tmp_path / 'text'}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    if path is None:
        with pytest.raises(LivestyleError, match="no path and no picture"):
            pasted_path()
    else:
        assert pasted_path() == Path(path)


@pytest.mark.skipif(os.name == "nt", reason="a script of a shell")
def test_a_pasted_picture_becomes_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cv2.imwrite(str(tmp_path / "a.png"), np.full((20, 30, 3), 77, np.uint8))
    program = tmp_path / "xclip"
    program.write_text(f"#!/bin/sh\ncase \"$*\" in *image/png*) cat '{tmp_path / 'a.png'}';; esac\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setenv("LIVESTYLE_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    path = pasted_path()
    assert path.is_relative_to(tmp_path / "data")
    assert load_image(path).shape == (20, 30, 3)


def test_without_a_program_for_the_clipboard_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LivestyleError, match="nothing here reads the clipboard"):
        pasted_path()


def test_previews_are_read_beside_and_a_bad_file_has_none(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "big.png"), np.full((500, 1000, 3), (10, 20, 200), np.uint8))
    (tmp_path / "bad.png").write_text("no picture")
    good, bad = tmp_path / "big.png", tmp_path / "bad.png"
    with Previews() as previews:
        assert previews.of(good) is None
        previews.want([bad, good])
        wait_for(lambda: previews.of(good) is not None)
        small = previews.of(good)
        assert small is not None
        assert Size.of(small) == Size(SIDE_PX, SIDE_PX // 2)
        assert previews.of(bad) is None
        previews.forget()
        assert previews.of(good) is None


@pytest.mark.parametrize("canvas", [Size(320, 240), Size(640, 480), Size(1920, 1080), Size(480, 640)])
def test_the_marked_picture_is_seen_large_and_all_in_rows(tmp_path: Path, canvas: Size) -> None:
    for number in range(40):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((90, 90, 3), (10, 20, 200), np.uint8))
    with Previews() as previews:
        picker = Picker(tmp_path, previews)
        drawn = np.full((canvas.height, canvas.width, 3), 128, np.uint8)

        def red() -> int:
            drawn[:] = 128
            draw_picker(drawn, picker)
            return int((np.abs(drawn.astype(int) - (10, 20, 200)) <= 2).all(axis=2).sum())

        layout = picker_layout(canvas)
        side = layout.rows[0].size.height - layout.size // 3
        least = 0.8 * len(layout.rows) * side**2
        if layout.large is not None:
            least += 0.8 * min(layout.large.size.width, layout.large.size.height) ** 2
        wait_for(lambda: red() >= least)
        last = layout.rows[-1]
        assert last.top + last.size.height < layout.footer
        assert layout.row_at(last.left, last.top) == len(layout.rows) - 1
        assert layout.row_at(1, 1) is None
