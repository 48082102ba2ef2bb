"""`livestyle video` for a folder, or for one film in several places."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from livestyle.core.errors import LivestyleError, PartlyDoneError
from livestyle.core.output_file import check_target, make_folder
from livestyle.core.progress import Report
from livestyle.offline.batch import Kinds, Pair, pairs
from livestyle.offline.library.arrivals import Arrivals
from livestyle.offline.library.bars import LibraryBars
from livestyle.offline.library.library import Library
from livestyle.offline.library.manifest import MANIFEST_NAME, Manifest
from livestyle.offline.library.places import Places
from livestyle.offline.library.recipe import recipe_of
from livestyle.offline.library.tasks import OpenStylizer
from livestyle.offline.library.todo import LibraryOptions
from livestyle.offline.video import TranscodeOptions
from livestyle.sinks.encoders import CONTAINERS
from livestyle.sources.video.container import VIDEO_SUFFIXES
from livestyle.stylizer.stylizer import Stylizer


@dataclass(frozen=True)
class FolderOptions:
    """What is asked for beyond how films are painted. like: opens stylizers in other processes.

    watch: go on with what appears, until Ctrl+C
    """

    like: OpenStylizer
    places: Places = field(default_factory=Places)
    library: LibraryOptions = field(default_factory=LibraryOptions)
    watch: bool = False


def video_pairs(source: Path, target: Path, say: Report = lambda _: None, empty: bool = False) -> list[Pair]:
    """Films and their outputs, as `pairs`. empty: a folder without any is no error."""
    return pairs(source, target, Kinds(VIDEO_SUFFIXES, CONTAINERS, ".mkv", "films"), say, empty)


def paint_folder(
    source: Path,
    target: Path,
    stylizer: Stylizer,
    options: TranscodeOptions,
    how: FolderOptions,
    console: Console,
) -> None:
    """Paint the films of a folder into another, by its manifest.

    PartlyDoneError where a film has no painting at the end. LivestyleError where nothing can be done.
    """
    found = video_pairs(source, target, console.print, empty=how.watch)
    make_folder(target)
    _paint(found, target, target / MANIFEST_NAME, stylizer, options, how, console, source)


def paint_file(
    source: Path,
    target: Path,
    stylizer: Stylizer,
    options: TranscodeOptions,
    how: FolderOptions,
    console: Console,
) -> None:
    """Paint one film, a long one in pieces at several places; the next run goes on where one was killed.

    What it needs lies beside `target` until that is whole. Errors as `paint_folder`.
    """
    check_target(target, options.overwrite, source)
    folder = target.with_name(f".{target.name}.livestyle")
    make_folder(folder)
    try:
        _paint([(source, target)], folder, folder / MANIFEST_NAME, stylizer, options, how, console, None)
    except PartlyDoneError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise LivestyleError(str(error)) from error
    shutil.rmtree(folder, ignore_errors=True)


def _paint(
    found: list[Pair],
    root: Path,
    manifest_path: Path,
    stylizer: Stylizer,
    options: TranscodeOptions,
    how: FolderOptions,
    console: Console,
    watched: Path | None,
) -> None:
    recipe = recipe_of(stylizer.model, how.like.precision, options)
    with Manifest(manifest_path) as manifest, LibraryBars(console) as bars:
        library = Library(manifest, root, recipe, options, how.library, bars)
        arrivals = Arrivals(lambda: video_pairs(watched, root, empty=True) if watched else [])

        def more() -> bool:
            bars.films(library.done + len(library.failed), library.films)
            if how.watch:
                library.add(arrivals.look())
            return how.watch

        if not how.watch:
            library.add(found)
            if library.done:
                console.print(f"{library.done} of {library.films} films are done already")
        if not library.waiting and not how.watch:
            library.check()
            return
        with how.places.open(stylizer, how.like, bars.step) as scheduler:
            library.run(scheduler, more)
