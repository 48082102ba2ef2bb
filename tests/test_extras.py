"""README, docs, doctor and messages give one form of line for an extra, and name none that is not there."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import mido
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.doctor import checks
from livestyle.offline.scheduler.ray_cluster import _connected
from livestyle.remote.midi import ports

ROOT = Path(__file__).parents[1]
EXTRAS = {*tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]}
IN_TEXT = re.compile(r"'([\w.]*)\[([\w,]+)\]'")
IN_CODE = re.compile(r"pip install '([^'\[]*)\[([\w,]+)\]'")


def named(path: Path) -> list[tuple[str, str]]:
    """What stands before the bracket of each install line, and in it."""
    return (IN_CODE if path.suffix == ".py" else IN_TEXT).findall(path.read_text("utf-8"))


@pytest.mark.parametrize(
    "path",
    ["README.md", "CONTRIBUTING.md", "docs/install.md", "docs/remote.md", "livestyle/commands/guests.py"],
)
def test_the_lines_are_looked_for_where_they_are(path: str) -> None:
    assert named(ROOT / path)


def test_each_line_is_of_one_form_and_names_extras_that_there_are() -> None:
    files = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"))
    for path in (*files, *(ROOT / "livestyle").rglob("*.py")):
        for before, extras in named(path):
            assert before == ".", path
            assert {*extras.split(",")} <= EXTRAS, path


def test_doctor_knows_extras_that_there_are() -> None:
    assert {*checks.EXTRAS} == EXTRAS - {"dev"}


def test_what_is_said_without_ray_or_midi(monkeypatch: pytest.MonkeyPatch) -> None:
    """For OSC see commands/test_guests.py."""

    def missing() -> list[str]:
        raise ImportError("no rtmidi")

    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")  # else it is set for the tests behind this one
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.setattr(mido, "get_input_names", missing)
    with pytest.raises(LivestyleError, match=r"pip install '\.\[ray\]'"):
        _connected("auto")
    with pytest.raises(LivestyleError, match=r"pip install '\.\[midi\]'"):
        ports()
