"""The one writer of files: whole or not there, one run to a name, nothing of anybody else touched."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.output_file import (
    OutputFile,
    abandoned,
    check_target,
    replacing,
    rescue,
    write_bytes,
    write_text,
)


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def left_by_a_killed_run(path: Path, data: bytes = b"half") -> None:
    """A process reserves the name, writes and ends without another word."""
    code = (
        "import os, sys; from pathlib import Path; from livestyle.core.output_file import OutputFile\n"
        f"OutputFile(Path(sys.argv[1]), overwrite=True).part.write_bytes({data!r}); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], timeout=60, check=False)


def test_a_file_appears_whole(tmp_path: Path) -> None:
    file = OutputFile(tmp_path / "a.mp4")
    file.part.write_bytes(b"film")
    assert not (tmp_path / "a.mp4").exists()
    file.commit()
    assert names(tmp_path) == ["a.mp4"]
    assert (tmp_path / "a.mp4").read_bytes() == b"film"


def test_what_is_discarded_is_gone_and_what_is_committed_stays(tmp_path: Path) -> None:
    OutputFile(tmp_path / "a.mp4").discard()
    assert names(tmp_path) == []
    file = OutputFile(tmp_path / "a.mp4")
    file.commit()
    file.discard()
    assert names(tmp_path) == ["a.mp4"]


def test_a_second_run_to_a_name_is_refused_and_names_the_first(tmp_path: Path) -> None:
    first = OutputFile(tmp_path / "a.mp4")
    first.part.write_bytes(b"first")
    for attempt in (OutputFile, check_target):
        with pytest.raises(LivestyleError, match=rf"another run \(process {os.getpid()}\)"):
            attempt(tmp_path / "a.mp4", True)
    OutputFile(tmp_path / "b.mp4").discard()
    first.commit()
    assert (tmp_path / "a.mp4").read_bytes() == b"first"


def test_of_many_at_once_one_has_the_name(tmp_path: Path) -> None:
    won: list[OutputFile] = []
    start = threading.Barrier(8)

    def run() -> None:
        start.wait()
        try:
            won.append(OutputFile(tmp_path / "a.mp4"))
        except LivestyleError:
            return

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert len(names(tmp_path)) == 1


def test_what_a_killed_run_left_is_kept_and_offered(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    left_by_a_killed_run(path)
    check_target(path, overwrite=True)
    (part,) = abandoned(tmp_path)
    assert part.read_bytes() == b"half"
    file = OutputFile(path)
    assert file.left == (part,)
    assert abandoned(tmp_path) == [part]
    assert rescue(file.part) is None
    assert rescue(part) == tmp_path / "a.partial.mp4"
    assert rescue(part) is None
    file.commit()
    left_by_a_killed_run(path, b"again")
    left_by_a_killed_run(path, b"")
    assert [rescue(part) for part in abandoned(tmp_path)].count(tmp_path / "a.partial-2.mp4") == 1
    assert names(tmp_path) == ["a.mp4", "a.partial-2.mp4", "a.partial.mp4"]
    assert (tmp_path / "a.partial.mp4").read_bytes() == b"half"


def test_files_of_others_are_never_touched(tmp_path: Path) -> None:
    for name in ("a.mp4.part", "a.mp4.1.part", "a.partial.mp4", "a.mp4.livestyle-x.part"):
        (tmp_path / name).write_text(name)
    check_target(tmp_path / "a.mp4", overwrite=True)
    file = OutputFile(tmp_path / "a.mp4")
    assert file.left == ()
    file.part.write_text("kept")
    assert file.keep() == tmp_path / "a.partial-2.mp4"
    write_bytes(tmp_path / "a.mp4", b"film")
    for name in ("a.mp4.part", "a.mp4.1.part", "a.partial.mp4", "a.mp4.livestyle-x.part"):
        assert (tmp_path / name).read_text() == name
    with pytest.raises(LivestyleError, match="is not a file that livestyle left"):
        rescue(tmp_path / "a.mp4.part")


def test_a_file_that_came_meanwhile_is_not_replaced_and_nothing_is_lost(tmp_path: Path) -> None:
    file = OutputFile(tmp_path / "a.mp4")
    file.part.write_bytes(b"new")
    (tmp_path / "a.mp4").write_bytes(b"theirs")
    with pytest.raises(LivestyleError, match=r"meanwhile.*a\.partial\.mp4"):
        file.commit()
    assert (tmp_path / "a.mp4").read_bytes() == b"theirs"
    assert (tmp_path / "a.partial.mp4").read_bytes() == b"new"
    with contextlib.ExitStack() as stack:
        stack.enter_context(pytest.raises(LivestyleError, match="exists already"))
        stack.enter_context(replacing(tmp_path / "b", overwrite=False)).write_text("b")
        (tmp_path / "b").write_text("theirs")
    assert (tmp_path / "b").read_text() == "theirs"
    assert names(tmp_path) == ["a.mp4", "a.partial.mp4", "b"]


@pytest.mark.parametrize("link", ["symlink", "hardlink"])
def test_a_link_to_the_source_is_the_source(tmp_path: Path, link: str) -> None:
    source = tmp_path / "in.mp4"
    source.write_bytes(b"film")
    other = tmp_path / "out.mp4"
    other.symlink_to(source) if link == "symlink" else other.hardlink_to(source)
    with pytest.raises(LivestyleError, match="input and output at once"):
        OutputFile(other, overwrite=True, source=source)
    assert source.read_bytes() == b"film"


def test_a_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "a.txt").symlink_to(tmp_path / "there" / "b.txt")
    write_text(tmp_path / "a.txt", "one")
    file = OutputFile(tmp_path / "a.txt", overwrite=True)
    file.part.write_text("two")
    file.commit()
    assert (tmp_path / "a.txt").is_symlink()
    assert (tmp_path / "there" / "b.txt").read_text() == "two"
    assert names(tmp_path / "there") == ["b.txt"]


@pytest.mark.parametrize("stem", ["x" * 251, "ä" * 125 + "x", "[a]*?" * 50])
def test_the_longest_names_work(tmp_path: Path, stem: str) -> None:
    path = tmp_path / f"{stem}.mp4"
    twin = tmp_path / f"{stem[:-1]}y.mp4"
    files = [OutputFile(path), OutputFile(twin)]
    for file in files:
        file.part.write_text(file.path.name)
    files[1].commit()
    kept = files[0].keep()
    assert kept.suffix == ".mp4"
    assert kept.read_text() == path.name
    assert twin.read_text() == twin.name
    with pytest.raises(LivestyleError, match="name too long"):
        check_target(tmp_path / ("x" * 256), overwrite=False)


def test_a_pipe_or_a_device_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "null.mp4").symlink_to("/dev/null")
    for name in ("pipe.mp4", "null.mp4"):
        with pytest.raises(LivestyleError, match="device or pipe"):
            check_target(tmp_path / name, overwrite=True)


def test_a_target_is_checked_without_a_trace(tmp_path: Path) -> None:
    check_target(tmp_path / "new.mp4", overwrite=False)
    (tmp_path / "file").touch()
    for bad in (tmp_path / "no" / "new.mp4", tmp_path, tmp_path / "file" / "new.mp4", Path("/proc/new.mp4")):
        with pytest.raises(LivestyleError):
            check_target(bad, overwrite=True)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_text_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    for text in ("one", "zwei…"):
        write_text(path, text)
        assert path.read_text("utf-8") == text
    (tmp_path / "taken").mkdir()
    with pytest.raises(LivestyleError, match=r"cannot write .*taken"):
        write_text(tmp_path / "taken", "text")
    with pytest.raises(LivestyleError, match=r"cannot write .*page"):
        write_text(tmp_path / "nowhere" / "page.html", "text")
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["page.html", "taken"]


def test_halves_of_small_files_do_not_pile_up(tmp_path: Path) -> None:
    left_by_a_killed_run(tmp_path / "styles.npz")
    assert len(names(tmp_path)) == 1
    write_bytes(tmp_path / "styles.npz", b"whole")
    assert names(tmp_path) == ["styles.npz"]
