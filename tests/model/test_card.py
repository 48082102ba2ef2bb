"""Models on disk: found by name or folder, their own styles added, damage reported."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.model.card import (
    CARD_NAME,
    STYLES_NAME,
    Card,
    EncoderGraph,
    Model,
    StyleNote,
    file_sha256,
    model_names,
    own_styles_dir,
)
from livestyle.model.styles import StyleBank
from livestyle.stylizer.stylizer import Stylizer


@pytest.fixture
def folder(model: Model, tmp_path: Path) -> Path:
    """A copy of the shipped model that a test may damage."""
    return Path(shutil.copytree(model.folder, tmp_path / "copy"))


def change_card(folder: Path, **values: object) -> None:
    card = json.loads((folder / CARD_NAME).read_text("utf-8"))
    (folder / CARD_NAME).write_text(json.dumps(card | values), "utf-8")


def test_what_ships_is_whole(model: Model) -> None:
    assert len(model.styles) >= 16
    assert [note.name for note in model.card.styles] == list(model.styles)
    assert set(model.card.graphs) == set(model.card.sha256)
    for kind in model.card.graphs:
        assert file_sha256(model.graph(kind)) == model.card.sha256[kind]
    assert sum(path.stat().st_size for path in model.folder.iterdir()) < 8_000_000


def test_a_card_comes_back_as_it_was_saved(model: Model, tmp_path: Path) -> None:
    model.card.save(tmp_path)
    assert Card.load(tmp_path) == Card.load(model.folder)


def test_a_card_with_an_encoder_comes_back_too(model: Model, tmp_path: Path) -> None:
    card = replace(model.card, encoder=EncoderGraph("encoder.onnx", "0" * 64, side_px=384, size_multiple=16))
    card.save(tmp_path)
    assert Card.load(tmp_path) == card


def test_an_encoder_that_is_missing_says_what_to_do(model: Model) -> None:
    with pytest.raises(LivestyleError, match="cin-lite takes trained styles only"):
        model.encoder()
    card = replace(model.card, encoder=EncoderGraph("encoder.onnx", "0" * 64))
    with pytest.raises(LivestyleError, match=r"encoder\.onnx is missing"):
        replace(model, card=card).encoder()


def test_a_model_is_found_by_its_folder(folder: Path, model: Model) -> None:
    found = Model.load(str(folder))
    assert found.folder == folder
    assert found.styles.names == model.styles.names


def test_a_users_model_is_found_by_its_name(folder: Path, own_folders: Path) -> None:
    users = own_folders / "data" / "models" / "mine"
    shutil.copytree(folder, users)
    try:
        assert "mine" in model_names()
        assert Model.load("mine").folder == users
    finally:
        shutil.rmtree(users)


def test_an_unknown_model_lists_the_known_ones() -> None:
    with pytest.raises(LivestyleError, match=r"no model 'monet'; expected adain.*cin-lite, .* or a folder"):
        Model.load("monet")


def test_a_model_whose_name_is_nearly_right_is_understood() -> None:
    with pytest.raises(LivestyleError, match=r"did you mean cin-lite\?$"):
        Model.load("cin-light")


def test_a_card_of_before_has_no_title_and_begins_with_its_first_style(folder: Path) -> None:
    path = folder / "card.json"
    card = json.loads(path.read_text("utf-8"))
    del card["title"], card["first_style"]
    path.write_text(json.dumps(card), "utf-8")
    found = Model.load(folder)
    assert found.title == "20 paintings"
    assert found.first_style == found.styles.names[0]


def test_what_ships_says_what_it_is_and_begins_with_a_bright_style(model: Model) -> None:
    assert model.title == "20 paintings, fast"
    assert model.first_style == "composition_vii"
    assert Stylizer(model).style == "composition_vii"
    assert model.styles.title("starry_night") == "The Starry Night – Vincent van Gogh"
    assert all(Model.load(name).title for name in model_names())


@pytest.mark.parametrize(
    ("note", "titles"),
    [
        (StyleNote("my_photo"), ("My photo",)),
        (StyleNote("kiss", "The Kiss", "Klimt"), ("The Kiss – Klimt", "The Kiss", "Kiss")),
        (StyleNote("vii", "VII", "Kandinsky"), ("VII – Kandinsky", "VII")),
        (StyleNote("big_ducks", "Ducks (mosaic)", ""), ("Ducks (mosaic)", "Ducks")),
    ],
)
def test_titles_are_shortened_by_the_painter_and_then_by_brackets(
    note: StyleNote, titles: tuple[str, ...]
) -> None:
    assert note.titles == titles


def test_a_first_style_that_is_not_there_is_the_first(model: Model) -> None:
    other = replace(model, card=replace(model.card, first_style="gone"))
    assert other.first_style == model.styles.names[0]


def test_an_unknown_graph_lists_the_known_ones(model: Model) -> None:
    with pytest.raises(LivestyleError, match=r"has no int4 graph; it has float"):
        model.graph("int4")


def test_a_missing_graph_says_how_to_get_it(folder: Path, model: Model) -> None:
    (folder / model.card.graphs["float"]).unlink()
    with pytest.raises(LivestyleError, match="is missing; reinstall livestyle or export the model again"):
        Model.load(folder).graph("float")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", "3", '"text"', "[" * 100_000, '{"name": 1, "surprise": 2}', "\x00"]
)
def test_damaged_cards(folder: Path, text: str) -> None:
    (folder / CARD_NAME).write_text(text, "utf-8")
    with pytest.raises(LivestyleError, match=r"cannot read (the model card )?.*card\.json"):
        Model.load(folder)


def test_a_missing_style_bank(folder: Path) -> None:
    (folder / STYLES_NAME).unlink()
    with pytest.raises(LivestyleError, match=r"cannot read styles from .*styles\.npz"):
        Model.load(folder)


def test_styles_of_another_length(folder: Path, model: Model) -> None:
    change_card(folder, style_length=model.card.style_length + 1)
    with pytest.raises(LivestyleError, match=rf"vectors of length {model.card.style_length}; the card says"):
        Model.load(folder)


def test_the_users_styles_follow_those_that_ship(folder: Path, model: Model) -> None:
    change_card(folder, name="with-own", sha256={"float": "0" * 64})
    own = own_styles_dir(Card.load(folder))
    own.mkdir(parents=True)
    vectors = np.ones((1, model.card.style_length), np.float32)
    StyleBank(("mine",), vectors).save(own / "mine.npz")
    StyleBank(("other_length",), vectors[:, 1:]).save(own / "other.npz")
    names = Model.load(folder).styles.names
    assert names == (*model.styles.names, "mine")


def test_own_styles_belong_to_one_network(model: Model) -> None:
    assert own_styles_dir(model.card).name == f"cin-lite-{model.card.sha256['float'][:12]}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "../elsewhere"),
        ("name", None),
        ("style_length", 0),
        ("style_length", "1568"),
        ("size_multiple", 2**40),
        ("scale", True),
        ("graphs", "model.onnx"),
        ("graphs", {"float": 1}),
        ("sha256", []),
        ("sha256", {"int8": "0"}),
        ("state", {"frame": [1, 3, "H/0", "W"]}),
        ("state", {"frame": "H"}),
        ("styles", ["great_wave"]),
        ("encoder", "encoder.onnx"),
        ("encoder", {"file": "encoder.onnx", "sha256": "0", "side_px": -1}),
    ],
)
def test_a_card_of_anybody_is_checked(folder: Path, name: str, value: object) -> None:
    path = folder / CARD_NAME
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), name: value}), "utf-8")
    with pytest.raises(LivestyleError, match=f"cannot read the model card .*: {name}"):
        Model.load(folder)
