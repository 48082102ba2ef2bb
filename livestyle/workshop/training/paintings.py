"""The paintings of a training: files, short names and where they come from."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from livestyle.core.errors import LivestyleError
from livestyle.model.card import StyleNote
from livestyle.workshop.training.data import list_images

COLUMNS = ("file", "name", "title", "artist", "year", "licence")


@dataclass(frozen=True)
class Painting:
    """A picture and what is known of it."""

    path: Path
    note: StyleNote
    weight: float = 1.0
    """A factor on its style loss."""
    share: int = 1
    """How often it is drawn, against the others' once: more for a painting that is hard to learn."""
    stroke: float = 1.0
    """A factor on the size of its strokes."""


def style_name(path: Path) -> str:
    """'My Painting (1).jpg' to 'my_painting_1'."""
    return re.sub(r"[^a-z0-9]+", "_", path.stem.lower()).strip("_") or "style"


def list_paintings(folder: Path, notes: Path | None = None) -> list[Painting]:
    """Every picture in `folder`; or those that the CSV file `notes` lists, in its order.

    notes has the columns file, name, title, artist, year, licence and, if wanted, weight, share and stroke.
    LivestyleError for a file that isn't there, a missing column, a bad number or a name used twice.
    """
    if notes is None:
        paintings = [Painting(p, StyleNote(style_name(p), p.stem)) for p in list_images(folder)]
    else:
        paintings = _read_notes(folder, notes)
    names = [p.note.name for p in paintings]
    doubled = sorted({n for n in names if names.count(n) > 1})
    if doubled:
        raise LivestyleError(f"two paintings are named {', '.join(doubled)}; rename one of the files")
    return paintings


def one_painting(path: Path, notes: Path | None = None) -> Painting:
    """The painting in a file, with what `notes` says of it. LivestyleError where notes lacks it."""
    if notes is None:
        return Painting(path, StyleNote(style_name(path), path.stem))
    for painting in _read_notes(path.parent, notes):
        if painting.path.name == path.name:
            return painting
    raise LivestyleError(f"{notes} says nothing of {path.name}; add a row, or leave --notes out")


def _read_notes(folder: Path, notes: Path) -> list[Painting]:
    try:
        with notes.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise LivestyleError(f"cannot read {notes}: {error.strerror}") from error
    paintings = []
    for row in rows:
        missing = [c for c in COLUMNS if row.get(c) is None]
        if missing:
            raise LivestyleError(f"{notes} lacks the column {missing[0]!r}; expected {', '.join(COLUMNS)}")
        path = folder / row["file"]
        if not path.is_file():
            raise LivestyleError(f"{notes} names {row['file']}, which is not in {folder}")
        note = StyleNote(*(row[c] for c in COLUMNS[1:]))
        try:
            weight, stroke = (float(row.get(column) or 1.0) for column in ("weight", "stroke"))
            share = int(row.get("share") or 1)
        except ValueError as error:
            raise LivestyleError(
                f"{notes}, {row['file']}: weight, share and stroke are numbers; {error}"
            ) from error
        if weight < 0 or share < 1 or not 0.25 <= stroke <= 4:
            raise LivestyleError(
                f"{notes}, {row['file']}: expected weight >= 0, share >= 1 and stroke 0.25 to 4"
            )
        paintings.append(Painting(path, note, weight, share, stroke))
    return paintings
