"""The manifest: what it keeps, and what it makes of a file that a crash has left."""

from __future__ import annotations

from pathlib import Path

import pytest

from livestyle.core.errors import LivestyleError
from livestyle.offline.library.manifest import Entry, FileState, Fingerprint, Manifest

FIRST = Entry(
    "a.mp4", "a.mp4", FileState.PAINTED, Fingerprint(1, 2), "r", Fingerprint(3, 4), "", 5, 6.5, "here/1"
)
SECOND = Entry("b.avi", "b.mkv", FileState.FAILED, Fingerprint(7, 8), "r", reason="no picture")


def filled(path: Path) -> bytes:
    with Manifest(path) as manifest:
        manifest.note_recipe("r", {"strength": 1.0})
        manifest.note(FIRST)
        manifest.note(SECOND)
    return path.read_bytes()


def test_it_reads_what_it_wrote(tmp_path: Path) -> None:
    filled(tmp_path / "m")
    with Manifest(tmp_path / "m") as manifest:
        assert manifest.entries == {"a.mp4": FIRST, "b.avi": SECOND}
        assert manifest.recipes == {"r": {"strength": 1.0}}


def test_the_newest_line_counts_and_none_is_ever_changed(tmp_path: Path) -> None:
    before = filled(tmp_path / "m")
    done = Entry("b.avi", "b.mkv", FileState.DONE, Fingerprint(7, 8), "r", Fingerprint(1, 1))
    with Manifest(tmp_path / "m") as manifest:
        manifest.note(done)
        manifest.note_recipe("r", {"strength": 1.0})
    with Manifest(tmp_path / "m") as manifest:
        assert manifest.entries["b.avi"] == done
    after = (tmp_path / "m").read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == before.count(b"\n") + 1


def test_a_line_torn_anywhere_costs_that_line_alone(tmp_path: Path) -> None:
    path = tmp_path / "m"
    whole = filled(path)
    second_starts = whole.rindex(b"\n", 0, -1) + 1
    for cut in range(second_starts, len(whole)):
        path.write_bytes(whole[:cut])
        with Manifest(path) as manifest:
            torn = cut < len(whole) - 1
            assert manifest.entries == {"a.mp4": FIRST} | ({} if torn else {"b.avi": SECOND})
            manifest.note(SECOND)
        with Manifest(path) as manifest:
            assert manifest.entries == {"a.mp4": FIRST, "b.avi": SECOND}


@pytest.mark.parametrize(
    "line", [b"\x00\xff\n", b"[]\n", b"{}\n", b'{"entry":{"state":"x"}}\n', b'{"entry":3}\n']
)
def test_a_line_it_does_not_know_is_passed_over(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "m"
    whole = filled(path)
    path.write_bytes(line + whole + line)
    with Manifest(path) as manifest:
        assert manifest.entries == {"a.mp4": FIRST, "b.avi": SECOND}


def test_one_run_at_a_time_has_it(tmp_path: Path) -> None:
    with Manifest(tmp_path / "m"), pytest.raises(LivestyleError, match="another run is painting into"):
        Manifest(tmp_path / "m")
    Manifest(tmp_path / "m").close()


def test_a_folder_that_takes_no_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(LivestyleError, match="cannot write"):
        Manifest(tmp_path / "missing" / "m")
