"""Which files of a folder are to be painted now, and why others are not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from livestyle.offline.batch import Pair
from livestyle.offline.library.manifest import Entry, FileState, Fingerprint, Manifest
from livestyle.offline.library.recipe import differences, recipe_id


@dataclass(frozen=True)
class LibraryOptions:
    """How a folder is gone through.

    resume:  go by the manifest: what is done is not done again
    retry:   take only the files that failed
    overwrite: replace outputs that exist; with `resume` only those that are not up to date
    piece_s: films more than twice as long are painted in pieces of about this; 0 = none is
    """

    resume: bool = True
    retry: bool = False
    overwrite: bool = False
    piece_s: float = 60.0


@dataclass
class Todo:
    """What a run has to do.

    paint:   input and output of each file to paint
    unnamed: painted by a run that was ended before they had their names
    done:    how many are done already
    refused: the inputs that are not painted, each with the reason
    """

    paint: list[Pair] = field(default_factory=list)
    unnamed: list[Pair] = field(default_factory=list)
    done: int = 0
    refused: dict[str, str] = field(default_factory=dict)


def todo_of(
    pairs: Iterable[Pair], manifest: Manifest, recipe: Mapping[str, Any], options: LibraryOptions
) -> Todo:
    """Compare inputs and outputs, as they are, with what the manifest says of them. Nothing is changed."""
    todo, now = Todo(), recipe_id(recipe)
    for source, target in pairs:
        entry = manifest.entries.get(source.name) if options.resume or options.retry else None
        if options.retry and (entry is None or entry.state is not FileState.FAILED):
            continue
        if entry is None:
            reason = _taken(target)
        else:
            target = target.with_name(entry.output)
            changed = _changes(source, entry, manifest, recipe, now)
            made = Fingerprint.of(target)
            if entry.state is FileState.PAINTED and not changed and made in (None, entry.made):
                todo.unnamed.append((source, target))
                continue
            if entry.state is FileState.DONE and not changed and made is not None:
                todo.done += 1
                continue
            reason = _reason(entry, target, changed, options.retry)
        if reason and not options.overwrite:
            todo.refused[source.name] = reason
        else:
            todo.paint.append((source, target))
    return todo


def _reason(entry: Entry, target: Path, changed: str, retry: bool) -> str:
    """Why a file that the manifest knows is not painted now, unless it may be overwritten; '' = it is."""
    if entry.state is FileState.FAILED:
        if changed or retry:
            return _taken(target)
        return f"{entry.reason} (in an earlier run; --retry tries again)"
    if changed and target.exists():
        return f"{target.name} was painted when {changed}; --overwrite paints it anew"
    return _taken(target)


def _taken(target: Path) -> str:
    return f"{target} exists already; move it away or give --overwrite" if target.exists() else ""


def _changes(source: Path, entry: Entry, manifest: Manifest, recipe: Mapping[str, Any], now: str) -> str:
    """What is not as it was when a file was painted, in words; '' where all is."""
    changes = []
    if entry.source != Fingerprint.of(source):
        changes.append(f"{source.name} was another file")
    if entry.recipe != now:
        names = differences(manifest.recipes.get(entry.recipe, {}), recipe)
        changes.append(f"there were other settings ({', '.join(names)})")
    return " and ".join(changes)
