"""A folder of films painted to the end: by one run, or by many of which each goes on where one was ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from livestyle.core.errors import LivestyleError, PartlyDoneError
from livestyle.core.parts import move
from livestyle.offline.batch import Pair
from livestyle.offline.library.film_tasks import FilmTasks
from livestyle.offline.library.manifest import Entry, FileState, Fingerprint, Manifest
from livestyle.offline.library.recipe import recipe_id
from livestyle.offline.library.scratch import prepare, remove, scratch_of
from livestyle.offline.library.tasks import Painted
from livestyle.offline.library.todo import LibraryOptions, Todo, todo_of
from livestyle.offline.scheduler.scheduler import Ended, Scheduler, Task, run_all
from livestyle.offline.video import TranscodeOptions
from livestyle.stylizer.stylizer import Stylizer


class Library:
    """Paints films as tasks of a scheduler, and writes down what became of each.

    A film is painted into a scratch folder, then noted as painted, then given its name, then noted as done:
    a run that is killed anywhere between leaves what the next one needs to go on.

    failed: the reason for each input that has no painting, so far
    done:   how many have one
    """

    def __init__(
        self,
        manifest: Manifest,
        root: Path,
        recipe: Mapping[str, Any],
        options: TranscodeOptions,
        how: LibraryOptions,
        told: Callable[[Entry, Painted | None], None] = lambda *_: None,
    ) -> None:
        """root: the folder that the scratch folder is made in; on the file system of the outputs.

        told: called for each film that is done or failed, with how it was painted, if it was in this run.
        """
        self.failed: dict[str, str] = {}
        self.done = 0
        self._manifest = manifest
        self._root = root
        self._recipe, self._recipe_id = recipe, recipe_id(recipe)
        self._options = options
        self._how = how
        self._told = told
        self._films: dict[str, FilmTasks] = {}
        self._tasks: deque[Task[Stylizer]] = deque()

    def add(self, pairs: Iterable[Pair]) -> Todo:
        """Take what is to be painted of these; gives what was found. LivestyleError where the disk refuses."""
        todo = todo_of(pairs, self._manifest, self._recipe, self._how)
        self._manifest.note_recipe(self._recipe_id, self._recipe)
        self.failed |= todo.refused
        self.done += todo.done
        for entry, target in todo.unnamed:
            scratch = scratch_of(self._root, entry.file, entry.source, entry.recipe)
            if Fingerprint.of(target) == entry.made or (scratch / target.name).is_file():
                self._name(entry, scratch, target, None)
            else:
                todo.paint.append((todo.source(entry), target))
        for source, target in todo.paint:
            self._begin(source, target)
        return todo

    def run(self, scheduler: Scheduler[Stylizer], more: Callable[[], bool] = lambda: False) -> None:
        """Paint all that was added, and what `more` adds; it says whether to wait for more when all is done.

        PartlyDoneError at the end, with the reasons, where a film has no painting.
        """
        for ended in run_all(scheduler, self._tasks, more):
            self._take(ended)
        if self.failed:
            lines = "".join(f"\n  {file}: {reason}" for file, reason in sorted(self.failed.items()))
            count = len(self.failed) + self.done
            raise PartlyDoneError(f"{len(self.failed)} of {count} files could not be painted:{lines}")

    def _begin(self, source: Path, target: Path) -> None:
        found = Fingerprint.of(source)
        if found is None:
            self.failed[source.name] = f"{source} is gone"
            return
        scratch = scratch_of(self._root, source.name, found, self._recipe_id)
        prepare(scratch, fresh=not self._how.resume)
        film = FilmTasks(source, target, found, scratch, self._options, self._how.chunk_s)
        self._films[source.name] = film
        self._tasks.append(film.first())

    def _take(self, ended: Ended[Stylizer]) -> None:
        file = str(getattr(ended.task, "file"))
        film = self._films.get(file)
        if film is None:  # of a film that has failed, or is painted another way meanwhile
            return
        try:
            tasks, painted = film.take(ended)
        except LivestyleError as error:
            self._end(film)
            entry = film.entry(FileState.FAILED, self._recipe_id, str(error), ended.where)
            self._manifest.note(entry)
            self._fail(entry)
            return
        if film.began_anew:
            self._drop_tasks(file)
        self._tasks.extendleft(reversed(tasks))
        if painted is not None:
            self._finish(film, painted, ended.where)
