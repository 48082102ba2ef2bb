"""Models as a command line names them, in the order in which a key goes through them."""

from __future__ import annotations

from pathlib import Path

import pytest

from livestyle.stylizer import loading
from livestyle.stylizer.loading import load_models
from tests.tiny import write_tiny


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Models by name: one with a graph eight times as large as the others', one of two styles."""
    found = {name: tmp_path / name for name in ("heavy", "one", "two")}
    for name, folder in found.items():
        write_tiny(folder, *(("a", "b") if name == "two" else ("a",)))
    graph = found["heavy"] / "model.onnx"
    graph.write_bytes(graph.read_bytes() * 8)
    monkeypatch.setattr(loading, "model_names", lambda: [str(folder) for folder in found.values()])
    return found


@pytest.mark.parametrize(
    ("asked", "order"),
    [("one", ["one", "two", "heavy"]), ("heavy", ["heavy", "two", "one"]), ("heavy,one", ["heavy", "one"])],
)
def test_one_is_followed_by_all_others_from_fast_to_slow(
    folders: dict[str, Path], asked: str, order: list[str]
) -> None:
    text = ",".join(str(folders[name]) for name in asked.split(","))
    assert [model.card.name for model in load_models(text, lambda _: None)] == order
