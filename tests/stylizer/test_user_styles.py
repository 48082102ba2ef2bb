"""The user's own styles: there again, made anew for a model that changed, removed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.model.card import Model, own_styles_dir
from livestyle.model.styles import StyleBank
from livestyle.sources.images import load_image
from livestyle.stylizer.stylizer import Stylizer
from livestyle.stylizer.user_styles import forget, keep, left_behind, own_names, picture_of, renewed
from tests.tiny import write_tiny

RED = np.full((90, 120, 3), (10, 20, 200), np.uint8)


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    monkeypatch.setenv("LIVESTYLE_DATA", str(tmp_path / "data"))
    return write_tiny(tmp_path / "tiny", "sea", "sun")


def exported_anew(model: Model) -> Model:
    """Another network under the same name."""
    replace(model.card, sha256={"float": "f" * 64}).save(model.folder)
    return Model.load(model.folder)


def test_a_style_is_there_again_and_paints_the_same(tiny: Model) -> None:
    frame = np.arange(64 * 64 * 3, dtype=np.uint8).reshape(64, 64, 3)
    with Stylizer(tiny, precision="f32") as stylizer:
        stylizer.style = name = stylizer.add_style("Red Sun", RED, keep_it=True)
        painted = stylizer.stylize(frame)
    with Stylizer(Model.load(tiny.folder), precision="f32") as stylizer:
        assert stylizer.styles == ("sea", "sun", "red_sun")
        stylizer.style = name
        assert np.array_equal(stylizer.stylize(frame), painted)
        assert stylizer.add_style("red sun", RED, keep_it=True) == name
    path = picture_of(tiny, name)
    assert path is not None
    np.testing.assert_allclose(load_image(path)[0, 0], RED[0, 0], atol=2)
    assert picture_of(tiny, "sun") is None


def test_a_style_is_kept_only_if_that_is_wanted(tiny: Model) -> None:
    with Stylizer(tiny) as stylizer:
        stylizer.add_style("red", RED)
        assert own_names(stylizer.model) == ("red",)
    assert Model.load(tiny.folder).styles.names == ("sea", "sun")
    assert not own_styles_dir(tiny.card).exists()


def test_a_shipped_style_is_not_kept_a_second_time(tiny: Model) -> None:
    keep(tiny, "sun", tiny.styles.vector("sun"), RED)
    assert not own_styles_dir(tiny.card).exists()


def test_removing_is_for_good(tiny: Model) -> None:
    with Stylizer(tiny) as stylizer:
        stylizer.style = stylizer.add_style("red", RED, keep_it=True)
        stylizer.remove_style("red")
        assert stylizer.styles == ("sea", "sun")
        assert stylizer.style == "sea"
        with pytest.raises(LivestyleError, match="sun ships with tiny; only styles of your own"):
            stylizer.remove_style("sun")
    assert not list(own_styles_dir(tiny.card).iterdir())
    assert Model.load(tiny.folder).styles.names == ("sea", "sun")


def test_what_stood_in_for_a_shipped_style_gives_its_place_back(tiny: Model) -> None:
    folder = own_styles_dir(tiny.card)
    folder.mkdir(parents=True)
    StyleBank(("sun",), np.full((1, 6), 9, np.float32)).save(folder / "sun.npz")
    with Stylizer(Model.load(tiny.folder)) as stylizer:
        assert stylizer.model.styles.vector("sun")[0] == 9
        stylizer.remove_style("sun")
        assert np.array_equal(stylizer.model.styles.vectors, tiny.styles.vectors)


def test_a_model_exported_anew_gets_its_styles_of_their_pictures(tiny: Model) -> None:
    with Stylizer(tiny) as stylizer:
        stylizer.add_style("red", RED, keep_it=True)
    before = own_styles_dir(tiny.card)
    StyleBank(("trained",), np.zeros((1, 6), np.float32)).save(before / "trained.npz")
    changed = exported_anew(tiny)
    assert [path.stem for path in left_behind(changed.card)] == ["red", "trained"]
    said: list[str] = []
    names = renewed(changed, said.append).styles.names
    assert names == Model.load(tiny.folder).styles.names == ("sea", "sun", "red")
    assert "tiny has changed since you added red, trained" in said
    assert "encoded again from its picture: red" in said
    assert "add again, their pictures are missing, or `livestyle live --remove-style`: trained" in said
    assert np.allclose(Model.load(tiny.folder).styles.vector("red")[:3], (10, 20, 200), atol=2)
    forget(changed.card, "trained")
    said.clear()
    renewed(Model.load(tiny.folder), said.append)
    assert not said


def test_a_picture_that_cannot_be_read_is_told_of(tiny: Model) -> None:
    with Stylizer(tiny) as stylizer:
        stylizer.add_style("red", RED, keep_it=True)
    (own_styles_dir(tiny.card) / "red.jpg").write_bytes(b"nonsense")
    said: list[str] = []
    assert renewed(exported_anew(tiny), said.append).styles.names == ("sea", "sun")
    assert any("red.jpg as a picture" in line for line in said)


def test_models_with_like_names_are_apart(tiny: Model, tmp_path: Path) -> None:
    with Stylizer(write_tiny(tmp_path / "tiny-wide")) as stylizer:
        stylizer.add_style("red", RED, keep_it=True)
    assert not left_behind(exported_anew(tiny).card)


def test_a_disk_that_takes_nothing_leaves_the_style_until_the_end(tiny: Model, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    with Stylizer(tiny) as stylizer:
        with pytest.raises(LivestyleError, match="red can be used until this run ends, but can't be saved"):
            stylizer.add_style("red", RED, keep_it=True)
        assert stylizer.styles == ("sea", "sun", "red")
