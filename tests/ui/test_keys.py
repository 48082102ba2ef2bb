from __future__ import annotations

import pytest

from livestyle.ui.keys import CODES, HELP, Action, Key, key_of


@pytest.mark.parametrize(
    ("code", "key"),
    [
        (ord("n"), Key(Action.NEXT_STYLE)),
        (ord("7"), Key(Action.PICK_STYLE, 7)),
        (ord("?"), Key(Action.HELP)),
        (27, Key(Action.BACK)),
        (0xFF53, Key(Action.NEXT_STYLE)),
        (0x09, Key(Action.NEXT_MODEL)),
        (0x0B, Key(Action.PREVIOUS_MODEL)),
        (0x1FE20, Key(Action.PREVIOUS_MODEL)),
        (0x270000, Key(Action.NEXT_STYLE)),
        (0xF703, Key(Action.NEXT_STYLE)),
        (0x100000 | ord("q"), Key(Action.QUIT)),
        (0x10FF52, Key(Action.STRONGER)),
        (0xFF96, Key(Action.PREVIOUS_STYLE)),
        (0xFF97, Key(Action.STRONGER)),
        (0xFF98, Key(Action.NEXT_STYLE)),
        (0xFF99, Key(Action.WEAKER)),
        (-1, None),
        (ord("z"), None),
        (0xFFE1, None),
    ],
)
def test_codes(code: int, key: Key | None) -> None:
    assert key_of(code) == key


def test_every_action_has_a_key() -> None:
    assert {key.action for key in CODES.values()} == set(Action)


def test_every_letter_in_the_help_does_something() -> None:
    letters = [
        key for column in HELP for line in column for key in line.keys if len(key) == 1 and key.isascii()
    ]
    assert len(letters) >= 10
    assert all(ord(letter) in CODES for letter in letters)
