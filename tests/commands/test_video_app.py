"""`livestyle video` and its batches."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from livestyle import cli
from livestyle.core.errors import LivestyleError
from livestyle.core.parse import parse_seconds, split_styles
from livestyle.offline.batch import Kinds, pairs
from tests.offline.clips import Clip, make, steady, times
from tests.tiny import write_tiny


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as exit_:
        cli.run(["video", *map(str, arguments)])
    return int(exit_.value.code or 0)


def test_one_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = make(tmp_path / "in.mp4", Clip(steady(5), sound="aac"))
    assert run(source, tmp_path / "out.mp4", "--style", "1,2", "--change-every", "100ms", "--crf", 30) == 0
    assert times(tmp_path / "out.mp4") == times(source)
    shown = capsys.readouterr()
    assert "5 frames, 96x64" in shown.err
    assert " fps · h264 → libx264 · " in shown.err
    assert shown.out == ""


def test_a_folder_goes_on_after_a_broken_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clips = tmp_path / "clips"
    clips.mkdir()
    make(clips / "a.mp4", Clip(steady(3)))
    (clips / "b.mp4").write_bytes(b"nonsense")
    make(clips / "c.avi", Clip(steady(4), codec="mpeg4"))
    (clips / "notes.txt").touch()
    assert run(clips, tmp_path / "out") == 1
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [".livestyle.jsonl", "a.mp4", "c.mkv"]
    shown = capsys.readouterr().err
    assert "b.mp4" in shown
    assert "1 of 3 files could not be painted" in shown
    assert "Traceback" not in shown


def test_pictures_take_turns_as_styles(tmp_path: Path) -> None:
    write_tiny(tmp_path / "tiny")
    pictures: list[Path | str] = []
    for level in (60, 200):
        pictures += ["--style-image", tmp_path / f"{level}.png"]
        assert cv2.imwrite(str(pictures[-1]), np.full((40, 40, 3), level, np.uint8))
    source = make(tmp_path / "in.mp4", Clip(steady(4)))
    turns = ("--change-every", "70ms", "--crossfade", "0s")
    assert run(source, tmp_path / "out.mp4", "--model", tmp_path / "tiny", *pictures, *turns) == 0
    with av.open(str(tmp_path / "out.mp4")) as file:
        means = [frame.to_ndarray(format="bgr24").mean() for frame in file.decode(video=0)]
    assert means == pytest.approx([60, 60, 200, 200], abs=4)


@pytest.mark.parametrize(
    "arguments",
    [
        ["missing.mp4", "out.mp4"],
        ["in.mp4", "out.mp4", "--style", "no-such-style"],
        ["in.mp4", "out.mp4", "--style-image", "in.mp4"],
        ["in.mp4", "out.mp4", "--change-every", "soon"],
        ["in.mp4", "out.mp4", "--model", "no-such-model"],
        ["in.mp4", "in.mp4", "--overwrite"],
        ["empty", "out"],
    ],
)
def test_what_cannot_be_done_is_exit_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "in.mp4", Clip(steady(2)))
    (tmp_path / "empty").mkdir()
    assert run(*arguments) == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["empty", "in.mp4"]


def test_a_file_goes_into_a_folder_under_its_name(tmp_path: Path) -> None:
    kinds = Kinds({".mp4", ".avi"}, {".mp4"}, ".mkv", "films")
    assert pairs(Path("x/a.mp4"), tmp_path, kinds) == [(Path("x/a.mp4"), tmp_path / "a.mp4")]
    assert pairs(Path("x/a.avi"), tmp_path, kinds) == [(Path("x/a.avi"), tmp_path / "a.mkv")]
    assert pairs(Path("x/a.mp4"), tmp_path / "b.mp4", kinds) == [(Path("x/a.mp4"), tmp_path / "b.mp4")]
    (tmp_path / "a.mp4").touch()
    with pytest.raises(LivestyleError, match="input and output"):
        pairs(tmp_path, tmp_path, kinds)


def test_times_and_names_as_people_write_them() -> None:
    assert [parse_seconds(t) for t in ("5", "5s", "0.5 s", "500ms", "2m")] == [5, 5, 0.5, 0.5, 120]
    assert split_styles(" a, b,,c ") == ("a", "b", "c")
    assert split_styles(None) == ()
    for bad in ("", "s", "1h", "nan"):
        with pytest.raises(LivestyleError, match="expected seconds"):
            parse_seconds(bad)
