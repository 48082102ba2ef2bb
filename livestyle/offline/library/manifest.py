"""What became of the files of a folder, kept through any crash: one line each time something is done."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from livestyle.core.closing import Closing
from livestyle.core.errors import LivestyleError
from livestyle.core.output_file import explained
from livestyle.core.parts import locked

MANIFEST_NAME = ".livestyle.jsonl"


class FileState(StrEnum):
    """PAINTED: whole, and about to get its name. DONE: it has it. FAILED: with a reason."""

    PAINTED = "painted"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells one version of a file from another without reading it."""

    size: int
    changed_ns: int

    @classmethod
    def of(cls, path: Path) -> Self | None:
        """None where there is no such file."""
        try:
            found = path.stat()
        except OSError:
            return None
        return cls(found.st_size, found.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Entry:
    """The last that is known of an input.

    file, output: names within their folders
    source:  the input as it was when it was painted
    recipe:  the id of what it was painted with
    made:    what came of it; None where it failed
    reason:  why it failed, else ''
    frames, seconds, where: how many pictures, how long it took, on which machine and process
    """

    file: str
    output: str
    state: FileState
    source: Fingerprint
    recipe: str
    made: Fingerprint | None = None
    reason: str = ""
    frames: int = 0
    seconds: float = 0.0
    where: str = ""

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> Self:
        """What `asdict` made; KeyError, TypeError or ValueError for anything else."""
        made = line["made"]
        fields = {
            **line,
            "state": FileState(line["state"]),
            "source": Fingerprint(**line["source"]),
            "made": Fingerprint(**made) if made else None,
        }
        return cls(**fields)


class Manifest(Closing):
    """A file of lines that is only ever appended to, each on the disk before the next step is taken.

    A line that a crash has torn is passed over. One run at a time has it.

    entries: by the name of the input, the newest of each
    recipes: what files were painted with, by id
    """

    def __init__(self, path: Path) -> None:
        """Read what there is. LivestyleError where another run has it, or the disk refuses."""
        self.entries: dict[str, Entry] = {}
        self.recipes: dict[str, dict[str, Any]] = {}
        self._path = path
        self._lines = -1
        self._closing = contextlib.ExitStack()
        try:
            with self._errors():
                if not self._closing.enter_context(locked(path)):
                    raise LivestyleError(
                        f"another run is painting into {path.parent}; wait for it, or choose another folder"
                    )
                torn = self._read()
                self._lines = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
                self._closing.callback(os.close, self._lines)
                if torn:
                    os.write(self._lines, b"\n")
                _sync_folder(path.parent)
        except BaseException:
            self.close()
            raise

    def note(self, entry: Entry) -> None:
        """Write down what became of a file; on the disk when it returns. LivestyleError where it refuses."""
        self._append({"entry": asdict(entry)})
        self.entries[entry.file] = entry

    def note_recipe(self, name: str, recipe: Mapping[str, Any]) -> None:
        """Write down, once, what files are painted with. recipe: plain JSON."""
        if name not in self.recipes:
            self._append({"recipe": name, "of": recipe})
            self.recipes[name] = dict(recipe)

    def close(self) -> None:
        self._closing.close()

    def _append(self, line: Mapping[str, Any]) -> None:
        data = json.dumps(line, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
        with self._errors():
            while data:
                data = data[os.write(self._lines, data) :]
            os.fsync(self._lines)

    def _read(self) -> bool:
        """Whether the last line is torn."""
        last = b"\n"
        with self._path.open("rb") as file:
            for last in file:
                with contextlib.suppress(ValueError, KeyError, TypeError):
                    self._take(json.loads(last))
        return not last.endswith(b"\n")

    def _take(self, line: Mapping[str, Any]) -> None:
        if "entry" in line:
            entry = Entry.of(line["entry"])
            self.entries[entry.file] = entry
        else:
            self.recipes[line["recipe"]] = dict(line["of"])

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise LivestyleError(f"cannot write {self._path}: {explained(error)}") from error


def _sync_folder(folder: Path) -> None:
    """So that the file itself outlasts a crash; without effect where folders can't be opened."""
    with contextlib.suppress(OSError):
        opened = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
