"""A new INT8 graph is the model's whole, or not at all, whatever fails on the way."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from livestyle.core.errors import LivestyleError
from livestyle.model.card import Card, Model, file_sha256, own_graphs_dir
from livestyle.workshop.export.install_int8 import install
from livestyle.workshop.export.int8_report import Judgement, with_int8

FIGURES = {"int8_psnr_db": {"starry_night": 41.0}}


@pytest.fixture
def copy(model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    """A model that a test may change, and a user's folder of its own."""
    monkeypatch.setenv("LIVESTYLE_DATA", str(tmp_path / "data"))
    return Model.load(Path(shutil.copytree(model.folder, tmp_path / "model")))


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    path = tmp_path / "draft.onnx"
    path.write_bytes(b"a new graph")
    return path


def files(folder: Path) -> dict[str, str]:
    return {p.name: file_sha256(p) for p in folder.iterdir()} if folder.is_dir() else {}


def locked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be copied into `folder`; permissions don't stop a test that runs as root."""
    copyfile = shutil.copyfile

    def refuse(source: Path, target: Path) -> Any:
        if target.parent == folder:
            raise PermissionError(13, "Permission denied")
        return copyfile(source, target)

    monkeypatch.setattr(shutil, "copyfile", refuse)


def test_the_graph_and_its_hash_take_the_place_of_the_old(copy: Model, graph: Path) -> None:
    old = copy.graph("int8")
    assert install(graph, copy, FIGURES) == copy.folder
    new = Model.load(copy.folder)
    assert new.graph("int8").read_bytes() == b"a new graph"
    assert file_sha256(new.graph("int8")) == new.card.sha256["int8"]
    assert new.card.sha256["float"] == copy.card.sha256["float"]
    assert new.card.figures == {**copy.card.figures, **FIGURES}
    assert not old.exists()
    assert len(files(copy.folder)) == 4


def test_the_same_graph_again_changes_nothing(copy: Model, graph: Path) -> None:
    install(graph, copy, FIGURES)
    before = files(copy.folder)
    install(graph, Model.load(copy.folder), FIGURES)
    assert files(copy.folder) == before


@pytest.mark.parametrize("step", ["copyfile", "save"])
def test_all_is_as_before_where_the_disk_is_full(
    copy: Model, graph: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise (OSError if step == "copyfile" else LivestyleError)("No space left on device")

    before = files(copy.folder)
    monkeypatch.setattr(shutil if step == "copyfile" else Card, step, full)
    with pytest.raises(LivestyleError, match=r"No space left on device.*LIVESTYLE_DATA"):
        install(graph, copy, FIGURES)
    assert files(copy.folder) == before
    assert files(own_graphs_dir(copy.card)) == {}


def test_a_model_that_takes_no_files_gets_its_graph_in_the_users_folder(
    copy: Model, graph: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(copy.folder)
    with monkeypatch.context() as patch:
        locked(copy.folder, patch)
        assert install(graph, copy, FIGURES) == own_graphs_dir(copy.card)
        graph.write_bytes(b"another")
        install(graph, Model.load(copy.folder), FIGURES)
    assert files(copy.folder) == before
    own = Model.load(copy.folder)
    assert own.graph("int8").read_bytes() == b"another"
    assert own.card.sha256["int8"] == file_sha256(graph)
    assert own.graph("float") == copy.graph("float")
    assert len(files(own_graphs_dir(copy.card))) == 2
    graph.write_bytes(b"in its own folder at last")
    install(graph, own, FIGURES)
    assert Model.load(copy.folder).graph("int8").parent == copy.folder


def test_another_network_of_that_name_has_no_part_in_it(
    copy: Model, graph: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked(copy.folder, monkeypatch)
    install(graph, copy, FIGURES)
    card = Card.load(copy.folder)
    card.sha256["float"] = "0" * 64
    card.save(copy.folder)
    assert Model.load(copy.folder).graph("int8").parent == copy.folder


def test_a_draft_is_the_model_with_another_graph(copy: Model, graph: Path) -> None:
    draft = with_int8(copy, graph)
    assert draft.graph("int8") == graph
    assert draft.graph("float") == copy.graph("float")


def test_a_style_that_loses_too_much_is_refused_by_name() -> None:
    found = Judgement({"plain": 41.0, "wild": 29.96}, {}, {}, {})
    found.check(29.9)
    with pytest.raises(LivestyleError, match=r"1 of 2 styles .* 35 dB, wild with 30\.0.*--install-anyway"):
        found.check(35)
