"""A folder painted by several runs: what each does, leaves and refuses."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from livestyle.core import parts
from livestyle.core.errors import LivestyleError
from livestyle.model.card import Model
from livestyle.offline import TranscodeOptions
from livestyle.offline.library import tasks
from livestyle.offline.library.manifest import MANIFEST_NAME
from livestyle.offline.library.paint_piece import paint_piece as real_paint_piece
from livestyle.offline.library.scratch import SCRATCH_NAME
from tests.offline.clips import Clip, frames, make, steady, times
from tests.offline.library.films import names, paint, painted_times, tiny
from tests.tiny import write_tiny


@pytest.fixture
def model(tmp_path: Path) -> Model:
    write_tiny(tmp_path / "tiny", "grey", "white")
    return Model.load(tmp_path / "tiny")


@pytest.fixture
def films(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    make(folder / "a.mp4", Clip(steady(5)))
    make(folder / "b.mp4", Clip(steady(6)))
    return folder


def test_a_second_run_does_nothing(tmp_path: Path, films: Path, model: Model) -> None:
    first = paint(films, tmp_path / "out", tiny(model))
    assert (first.done, first.notes.films) == (2, {"a.mp4": "done", "b.mp4": "done"})
    assert names(tmp_path / "out") == ["a.mp4", "b.mp4"]
    before = (tmp_path / "out" / MANIFEST_NAME).read_bytes()
    second = paint(films, tmp_path / "out", tiny(model))
    assert (second.done, second.notes.tasks, second.reason) == (2, [], "")
    assert (tmp_path / "out" / MANIFEST_NAME).read_bytes() == before


def test_what_failed_is_told_and_only_tried_again_when_asked(
    tmp_path: Path, films: Path, model: Model
) -> None:
    whole = (films / "b.mp4").read_bytes()
    (films / "b.mp4").write_bytes(b"nonsense")
    os.utime(films / "b.mp4", ns=(1, 1))
    first = paint(films, tmp_path / "out", tiny(model))
    assert "1 of 2 files could not be painted" in first.reason
    assert "\n  cannot read" in first.reason
    assert "b.mp4" in first.reason
    again = paint(films, tmp_path / "out", tiny(model))
    assert again.notes.tasks == []
    assert "--retry tries again" in again.failed["b.mp4"]
    retried = paint(films, tmp_path / "out", tiny(model), retry=True)
    assert retried.notes.tasks == ["b.mp4"]
    (films / "b.mp4").write_bytes(whole)
    mended = paint(films, tmp_path / "out", tiny(model))
    assert (mended.notes.tasks, mended.reason, mended.done) == (["b.mp4"], "", 2)


def test_a_changed_input_is_noticed_and_replaced_only_when_asked(
    tmp_path: Path, films: Path, model: Model
) -> None:
    paint(films, tmp_path / "out", tiny(model))
    make(films / "a.mp4", Clip(steady(9)))
    second = paint(films, tmp_path / "out", tiny(model))
    assert second.notes.tasks == []
    assert "painted when a.mp4 was another file" in second.failed["a.mp4"]
    assert len(times(tmp_path / "out" / "a.mp4")) == 5
    third = paint(films, tmp_path / "out", tiny(model), overwrite=True)
    assert (third.notes.tasks, third.reason) == (["a.mp4"], "")
    assert len(times(tmp_path / "out" / "a.mp4")) == 9
    assert paint(films, tmp_path / "out", tiny(model)).done == 2


def test_other_settings_and_other_weights_are_noticed(tmp_path: Path, films: Path, model: Model) -> None:
    paint(films, tmp_path / "out", tiny(model))
    stronger = TranscodeOptions(controls={"strength": 0.5}, max_side=64)
    second = paint(films, tmp_path / "out", tiny(model), stronger)
    assert "there were other settings (max_side, strength)" in second.failed["a.mp4"]
    other = replace(model, card=replace(model.card, sha256={"float": "0" * 64}))
    third = paint(films, tmp_path / "out", tiny(other))
    assert "there were other settings (weights)" in third.failed["b.mp4"]
    styled = paint(films, tmp_path / "out", tiny(model), TranscodeOptions(styles=("white",)))
    assert "style" in styled.failed["b.mp4"]


def test_what_lies_there_already_is_never_overwritten_unasked(
    tmp_path: Path, films: Path, model: Model
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.mp4").write_bytes(b"precious")
    run = paint(films, tmp_path / "out", tiny(model))
    assert "exists already" in run.failed["a.mp4"]
    assert (tmp_path / "out" / "a.mp4").read_bytes() == b"precious"
    assert run.done == 1
    assert paint(films, tmp_path / "out", tiny(model), overwrite=True).done == 2


def test_what_appears_under_the_name_meanwhile_stays(
    tmp_path: Path, films: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = parts.move

    def move(part: Path, path: Path, overwrite: bool) -> None:
        if path.name == "a.mp4":
            path.write_bytes(b"precious")
        real(part, path, overwrite)

    monkeypatch.setattr("livestyle.offline.library.library.move", move)
    run = paint(films, tmp_path / "out", tiny(model))
    assert (tmp_path / "out" / "a.mp4").read_bytes() == b"precious"
    assert list(run.failed) == ["a.mp4"]


def test_an_output_that_is_gone_is_painted_again(tmp_path: Path, films: Path, model: Model) -> None:
    paint(films, tmp_path / "out", tiny(model))
    (tmp_path / "out" / "a.mp4").unlink()
    assert paint(films, tmp_path / "out", tiny(model)).notes.tasks == ["a.mp4"]


def test_without_resume_all_is_painted_anew(tmp_path: Path, films: Path, model: Model) -> None:
    paint(films, tmp_path / "out", tiny(model))
    run = paint(films, tmp_path / "out", tiny(model), resume=False, overwrite=True)
    assert run.notes.tasks == ["a.mp4", "b.mp4"]


class Killed(BaseException):
    """Stands for SIGKILL: nothing in the library catches it."""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_that_ends_around_the_naming_is_gone_on_with(
    tmp_path: Path, films: Path, model: Model, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    real = parts.move

    def move(part: Path, path: Path, overwrite: bool) -> None:
        if when == "after":
            real(part, path, overwrite)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("livestyle.offline.library.library.move", move)
        with pytest.raises(Killed):
            paint(films, tmp_path / "out", tiny(model))
    run = paint(films, tmp_path / "out", tiny(model))
    assert (run.notes.tasks, run.done) == (["b.mp4"], 2)
    assert painted_times(tmp_path / "out") == {"a.mp4": 1, "b.mp4": 1}
    assert names(tmp_path / "out") == ["a.mp4", "b.mp4"]


def test_a_long_film_goes_on_with_the_pieces_that_are_missing(
    tmp_path: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    films = tmp_path / "films"
    films.mkdir()
    make(films / "long.mp4", Clip(steady(120), sound="aac"))
    unbroken = paint(films, tmp_path / "unbroken", tiny(model), piece_s=1.0)
    assert unbroken.notes.tasks[0] == "long.mp4"
    assert unbroken.notes.tasks[-1] == "long.mp4, joined"
    count = len(unbroken.notes.tasks) - 3
    assert count >= 4

    seen: list[Path] = []

    def paint_piece(source: Path, target: Path, *rest: Any) -> str:
        if len(seen) == 2:
            raise Killed
        seen.append(target)
        return real_paint_piece(source, target, *rest)

    monkeypatch.setattr(tasks, "paint_piece", paint_piece)
    with pytest.raises(Killed):
        paint(films, tmp_path / "out", tiny(model), piece_s=1.0)
    assert names(tmp_path / "out") == [SCRATCH_NAME]
    first, seen = seen, [Path()] * 3
    run = paint(films, tmp_path / "out", tiny(model), piece_s=1.0)
    assert (run.done, len(seen[3:])) == (1, count - 2)
    assert not set(first) & set(seen[3:])
    assert names(tmp_path / "out") == ["long.mp4"]
    for a, b in zip(frames(tmp_path / "unbroken/long.mp4"), frames(tmp_path / "out/long.mp4"), strict=True):
        assert (a == b).all()


def test_where_a_piece_fails_the_film_is_painted_whole(
    tmp_path: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    films = tmp_path / "films"
    films.mkdir()
    source = make(films / "long.mp4", Clip(steady(120)))

    def broken(*_: object) -> str:
        raise LivestyleError("no such picture")

    monkeypatch.setattr(tasks, "paint_piece", broken)
    run = paint(films, tmp_path / "out", tiny(model), piece_s=1.0)
    assert (run.done, run.reason) == (1, "")
    assert times(tmp_path / "out" / "long.mp4") == times(source)
