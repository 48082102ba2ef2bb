"""A folder of films painted in the tests, and what is known of it afterwards."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from livestyle.core.config import Precision
from livestyle.core.errors import PartlyDoneError
from livestyle.model.card import Model
from livestyle.offline import TranscodeOptions
from livestyle.offline.library.folder import video_pairs
from livestyle.offline.library.library import Library
from livestyle.offline.library.manifest import MANIFEST_NAME, Entry, Manifest
from livestyle.offline.library.recipe import recipe_of
from livestyle.offline.library.tasks import Painted
from livestyle.offline.library.todo import LibraryOptions
from livestyle.offline.scheduler.one_process import OneProcess
from livestyle.offline.scheduler.scheduler import Ended
from livestyle.stylizer.stylizer import Stylizer


@dataclass
class Notes:
    """An onlooker: what ended, and what became of the films."""

    tasks: list[str] = field(default_factory=list)
    films: dict[str, str] = field(default_factory=dict)

    def ended(self, ended: Ended[Stylizer]) -> None:
        self.tasks.append(ended.task.name)

    def film(self, entry: Entry, painted: Painted | None) -> None:
        self.films[entry.file] = str(entry.state)


@dataclass
class Run:
    """What came of one. reason: of the error at its end, '' = none."""

    notes: Notes
    done: int
    failed: dict[str, str]
    reason: str


def paint(
    folder: Path,
    out: Path,
    stylizer: Stylizer,
    options: TranscodeOptions | None = None,
    **how: Any,
) -> Run:
    """Paint a folder in this process. how: of LibraryOptions."""
    options = options or TranscodeOptions(overwrite=how.get("overwrite", False))
    notes, reason = Notes(), ""
    found = video_pairs(folder, out)
    recipe = recipe_of(stylizer.model, Precision.AUTO, options)
    with Manifest(out / MANIFEST_NAME) as manifest, OneProcess(lambda: stylizer) as scheduler:
        library = Library(manifest, out, recipe, options, LibraryOptions(**how), notes)
        library.add(found)
        try:
            library.run(scheduler)
        except PartlyDoneError as error:
            reason = str(error)
    return Run(notes, library.done, library.failed, reason)


def names(out: Path) -> list[str]:
    return sorted(path.name for path in out.iterdir() if path.name != MANIFEST_NAME)


def painted_times(out: Path) -> Counter[str]:
    """How often each film was painted to its end, by the manifest's lines."""
    found: Counter[str] = Counter()
    for line in (out / MANIFEST_NAME).read_text("utf-8").splitlines():
        try:
            entry = json.loads(line).get("entry", {})
        except ValueError:
            continue
        found[entry.get("file", "")] += entry.get("state") == "painted"
    return +found


def tiny(model: Model) -> Stylizer:
    return Stylizer(model, threads=1)
