"""Every result made again: what is done stays done, a busy machine ends the run, a failure stops no other."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import all as remake
import pytest

RESULTS = Path(remake.__file__).parent / "results"
COUNTS = "import sys, pathlib as p; f = p.Path(sys.argv[1]); f.write_text('{\"runs\": 1}')"
"""Writes a result."""


def figure(name: str, code: str = COUNTS, package: str = "") -> remake.Figure:
    return remake.Figure(name, (sys.executable, "-c", code, "{out}"), package)


def run(
    figures: list[remake.Figure], tmp_path: Path, at: str = "a", busy: float = 0.0, shared: bool = False
) -> int:
    code: int = remake.run(figures, tmp_path, tmp_path / "work", tmp_path / "out", at, shared, lambda: busy)
    return code


def test_every_result_has_its_command() -> None:
    assert {figure.name for figure in remake.FIGURES} >= {
        path.stem for path in RESULTS.glob("*.json") if path.stem != "stability"
    }


def test_every_script_makes_a_result_or_is_named_as_left_out() -> None:
    folder = Path(remake.__file__).parent
    scripts = {
        path.stem for path in folder.glob("*.py") if 'if __name__ == "__main__"' in path.read_text("utf-8")
    }
    used = {Path(word).stem for figure in remake.FIGURES for word in figure.command if word.endswith(".py")}
    assert scripts == used | set(remake.OTHERS) | {"all"}
    assert not used & set(remake.OTHERS)


def test_a_tiny_figure_is_the_same_command_with_more_words() -> None:
    assert set(remake.TINY) <= {figure.name for figure in remake.FIGURES}
    start = next(figure for figure in remake.FIGURES if figure.name == "start")
    assert start.tiny().command == (*start.command, "--runs", "1")


def test_what_is_done_stays_done_until_the_commit_changes(tmp_path: Path) -> None:
    out = tmp_path / "out" / "a.json"
    assert run([figure("a")], tmp_path) == 0
    assert json.loads(out.read_text()) == {"runs": 1}
    out.unlink()
    assert run([figure("a")], tmp_path) == 0
    assert not out.exists()
    assert run([figure("a")], tmp_path, at="b") == 0
    assert out.exists()


def test_a_failure_stops_no_other_and_is_made_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = [
        figure("a", "raise SystemExit(3)"),
        figure("b", "pass"),
        figure("c", package="nowhere"),
        figure("d"),
    ]
    assert run(figures, tmp_path) == 1
    said = capsys.readouterr().out
    for line in ("a: exit code 3", "b: it left no JSON", "c: the package nowhere is missing"):
        assert line in said
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["d.json"]
    assert run([figure("a")], tmp_path) == 0


def test_a_busy_machine_ends_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([figure("a")], tmp_path, busy=0.5) == remake.MORE
    assert "other programs take 50% of it" in capsys.readouterr().out
    assert run([figure("a")], tmp_path, busy=0.5, shared=True) == 0
    assert json.loads((tmp_path / "work" / "all.json").read_text())["done"]["a"]["others"] == 0.5


def test_the_results_of_several_models_are_joined(tmp_path: Path) -> None:
    code = "import sys, json; print(json.dumps({'size': 1, 'models': {sys.argv[1]: 2}}))"
    both = remake.Figure("a", (sys.executable, "-c", code, "{model}"), models=("x", "y"))
    assert run([both], tmp_path) == 0
    assert json.loads((tmp_path / "out" / "a.json").read_text()) == {"size": 1, "models": {"x": 2, "y": 2}}


@pytest.mark.skipif(not Path("/proc/stat").exists(), reason="this system has no /proc/stat")
def test_the_share_of_other_programs_is_a_share() -> None:
    assert 0 <= remake.busy_share(0.1) <= 1
