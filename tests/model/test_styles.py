"""Style banks: names, blends, files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.model.styles import StyleBank, StyleChoice, lerp

BANK = StyleBank(
    ("starry_night", "great_wave", "starry_night_rhone"), np.arange(12, dtype=np.float32).reshape(3, 4)
)

NPY = (
    b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }".ljust(127)
    + b"\n"
    + bytes(4)
)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("great_wave", "great_wave"),
        ("Great Wave", "great_wave"),
        ("great-wave", "great_wave"),
        ("wave", "great_wave"),
        ("starry_night", "starry_night"),
        ("rhone", "starry_night_rhone"),
        ("2", "great_wave"),
    ],
)
def test_find(asked: str, name: str) -> None:
    assert BANK.find(asked) == name


@pytest.mark.parametrize("asked", ["", " ", "kiss"])
def test_a_name_that_is_not_here_lists_those_that_are(asked: str) -> None:
    with pytest.raises(LivestyleError, match="is not here; expected one of starry_night, great_wave"):
        BANK.find(asked)


@pytest.mark.parametrize("asked", ["0", "4", "25"])
def test_a_number_that_is_too_large_tells_the_range(asked: str) -> None:
    with pytest.raises(LivestyleError, match=f"style '{asked}' is out of range, 1 to 3; expected one of"):
        BANK.find(asked)


@pytest.mark.parametrize("asked", ["stary night", "gret_wave", "vave"])
def test_a_name_that_is_nearly_right_is_understood(asked: str) -> None:
    meant = "starry_night" if "night" in asked else "great_wave"
    with pytest.raises(LivestyleError, match=rf"is not here; expected one of .*; did you mean {meant}\?$"):
        BANK.find(asked)


def test_titles_go_with_the_names() -> None:
    bank = replace(BANK, titles={"great_wave": ("The Great Wave – Hokusai", "The Great Wave")})
    one, two = bank.added("My Photo", np.zeros(4, np.float32))[1], bank.without("starry_night")
    assert (one.title("great_wave"), one.title("my_photo")) == ("The Great Wave – Hokusai", "My photo")
    assert two.title("great_wave") == "The Great Wave – Hokusai"


def test_an_ambiguous_name_lists_its_meanings() -> None:
    with pytest.raises(LivestyleError, match="ambiguous: starry_night, starry_night_rhone"):
        BANK.find("starry")


def test_one_style_is_its_row_and_the_callers_own() -> None:
    vector = BANK.vector("great_wave")
    np.testing.assert_array_equal(vector, BANK.vectors[1])
    vector[:] = -1
    assert (BANK.vectors >= 0).all()


def test_a_blend_is_the_weighted_mean() -> None:
    vector = BANK.vector({"great_wave": 3, "rhone": 1})
    np.testing.assert_allclose(vector, 0.75 * BANK.vectors[1] + 0.25 * BANK.vectors[2])
    assert vector.dtype == np.float32


@pytest.mark.parametrize(
    "choice",
    [
        {},
        {"great_wave": 0.0},
        {"great_wave": 2.0, "rhone": -1.0},
        {"rhone": float("nan")},
        {"rhone": float("inf")},
    ],
)
def test_bad_blends(choice: StyleChoice) -> None:
    with pytest.raises(LivestyleError, match="expected weights >= 0 with a sum above 0"):
        BANK.vector(choice)


def test_a_blend_with_an_unknown_name() -> None:
    with pytest.raises(LivestyleError, match="'kiss' is not here"):
        BANK.vector({"kiss": 1.0})


def test_save_and_load(tmp_path: Path) -> None:
    BANK.save(tmp_path / "styles.npz")
    loaded = StyleBank.load(tmp_path / "styles.npz")
    assert loaded.names == tuple(loaded) == BANK.names
    np.testing.assert_array_equal(loaded.vectors, BANK.vectors)
    assert [path.name for path in tmp_path.iterdir()] == ["styles.npz"]


@pytest.mark.parametrize("content", [None, b"", b"not a zip", b"PK\x03\x04 cut", NPY])
def test_files_that_are_no_style_bank(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "styles.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LivestyleError, match=r"cannot read styles from .*styles\.npz"):
        StyleBank.load(path)


def test_a_pickle_in_a_bank_is_not_run(tmp_path: Path) -> None:
    np.savez(tmp_path / "styles.npz", names=np.array([{"evil": 1}], dtype=object), vectors=BANK.vectors[:1])
    with pytest.raises(LivestyleError, match="cannot read styles"):
        StyleBank.load(tmp_path / "styles.npz")


@pytest.mark.parametrize(("names", "shape"), [((), (0, 4)), (("a",), (2, 4)), (("a",), (4,))])
def test_banks_that_do_not_fit_their_names(names: tuple[str, ...], shape: tuple[int, ...]) -> None:
    with pytest.raises(LivestyleError, match=r"bad style bank: .*expected \[N, D\]"):
        StyleBank(names, np.zeros(shape, np.float32))


def test_extended_adds_behind_and_replaces_in_place() -> None:
    new = np.full((2, 4), 7, np.float32)
    bank = BANK.extended(("great_wave", "kiss"), new)
    assert bank.names == (*BANK.names, "kiss")
    np.testing.assert_array_equal(bank.vectors[[1, 3]], new)
    np.testing.assert_array_equal(bank.vectors[[0, 2]], BANK.vectors[[0, 2]])
    assert len(BANK) == 3


def test_lerp_runs_from_start_to_end() -> None:
    start, end = BANK.vectors[0], BANK.vectors[1]
    np.testing.assert_array_equal(lerp(start, end, 0), start)
    np.testing.assert_array_equal(lerp(start, end, 1), end)
    np.testing.assert_allclose(lerp(start, end, 0.25), [1, 2, 3, 4])
    assert lerp(start, end, 0.3).dtype == np.float32


def test_a_style_is_added_under_a_plain_name_of_its_own() -> None:
    one, two = np.ones(2, np.float32), np.full(2, 2, np.float32)
    bank = StyleBank(("first",), np.zeros((1, 2), np.float32))
    name, bank = bank.added("My Photo!", one)
    assert (name, bank.names) == ("my_photo", ("first", "my_photo"))
    assert bank.added("my photo", one) == (name, bank)
    name, bank = bank.added("My-Photo", two)
    assert name == "my_photo_2"
    assert bank.vector(name).tolist() == [2, 2]
    assert bank.added("?!", two)[0] == "picture"
