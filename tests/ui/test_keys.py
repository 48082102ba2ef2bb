from __future__ import annotations

from pathlib import Path

import pytest

from livestyle.model.controls import BLEND, CONTROLS, STRENGTH, STYLE
from livestyle.ui.keys import CODES, HELP, NOT_SHOWN, Action, Key, key_of


@pytest.mark.parametrize(
    ("code", "key"),
    [
        (ord("n"), Key(STYLE, 1)),
        (ord("7"), Key(Action.PICK_STYLE, 7)),
        (ord("?"), Key(Action.HELP)),
        (27, Key(Action.BACK)),
        (0xFF53, Key(STYLE, 1)),
        (0x09, Key(Action.NEXT_MODEL)),
        (0x0B, Key(Action.PREVIOUS_MODEL)),
        (0x1FE20, Key(Action.PREVIOUS_MODEL)),
        (0x270000, Key(STYLE, 1)),
        (0xF703, Key(STYLE, 1)),
        (0x100000 | ord("q"), Key(Action.QUIT)),
        (0x10FF52, Key(STRENGTH, 1)),
        (0xFF96, Key(STYLE, -1)),
        (0xFF98, Key(STYLE, 1)),
        (0xFF99, Key(STRENGTH, -1)),
        (ord("="), Key(BLEND, 1)),
        (0xFFAD, Key(BLEND, -1)),
        (-1, None),
        (ord("z"), None),
        (0xFFE1, None),
    ],
)
def test_codes(code: int, key: Key | None) -> None:
    assert key_of(code) == key


def test_shift_and_o_is_a_key_of_its_own_and_caps_lock_is_none() -> None:
    for pressed, other, action in (("o", "O", Action.HUD), ("O", "o", Action.OPEN_FOLDER)):
        assert key_of(ord(pressed)) == key_of(ord(other), caps_lock=True) == Key(action)
    assert key_of(ord("Q")) == key_of(ord("q"), caps_lock=True) == Key(Action.QUIT)
    assert key_of(0xFF52, caps_lock=True) == Key(STRENGTH, 1)


def test_every_action_and_every_control_has_a_key() -> None:
    assert {key.asks for key in CODES.values()} == {*Action, *CONTROLS}


def test_every_letter_in_the_help_does_something() -> None:
    letters = [
        key for column in HELP for line in column for key in line.keys if len(key) == 1 and key.isascii()
    ]
    assert len(letters) >= 10
    assert all(ord(letter) in CODES for letter in letters)


def test_the_readme_names_every_key_of_the_help() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text("utf-8").casefold()
    words = text[text.index("| key |") : text.index("## files")].replace("`", " ").replace(",", " , ").split()
    for line in (line for column in HELP for line in column):
        assert all(f" {key.casefold()} " in " ".join(words) for key in line.keys), line


def test_no_key_asks_for_two_things() -> None:
    keys = [key for column in (*HELP, NOT_SHOWN) for line in column for key in line.keys]
    keys += "123456789"
    assert len(set(keys)) == len(keys)
