"""A folder of films painted to the end: by one run, or by many of which each goes on where one was ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from livestyle.core.errors import LivestyleError, PartlyDoneError, said_of
from livestyle.core.parts import move
from livestyle.offline.batch import Pair
from livestyle.offline.library.film_tasks import FilmTasks
from livestyle.offline.library.manifest import Entry, FileState, Fingerprint, Manifest
from livestyle.offline.library.recipe import recipe_id
from livestyle.offline.library.scratch import remove, remove_all, scratch_of
from livestyle.offline.library.tasks import FilmTask, Painted
from livestyle.offline.library.todo import LibraryOptions, Todo, todo_of
from livestyle.offline.scheduler.scheduler import Ended, Scheduler, Task, run_all
from livestyle.offline.video import TranscodeOptions
from livestyle.stylizer.stylizer import Stylizer


class Onlooker(Protocol):
    """Is told what happens."""

    def ended(self, ended: Ended[Stylizer]) -> None:
        """A task has come to its end."""
        ...

    def film(self, entry: Entry, painted: Painted | None) -> None:
        """A film is done or has failed. painted: how, where this run did it."""
        ...


class Library:
    """Paints films as tasks of a scheduler, and writes down what became of each.

    A film is painted into a scratch folder, then noted as painted, then given its name, then noted as done:
    a run that is killed anywhere between leaves what the next one needs to go on.

    failed: the reason for each input that has no painting, so far
    done:   how many have one
    films:  how many there are
    waiting: how many are to be painted
    """

    def __init__(
        self,
        manifest: Manifest,
        root: Path,
        recipe: Mapping[str, Any],
        options: TranscodeOptions,
        how: LibraryOptions,
        show: Onlooker | None = None,
    ) -> None:
        """root: the folder that the scratch folder is made in; on the file system of the outputs."""
        self.failed: dict[str, str] = {}
        self.done = 0
        self._manifest = manifest
        self._root = root
        self._recipe, self._recipe_id = recipe, recipe_id(recipe)
        self._options = options
        self._how = how
        self._show = show
        self._films: dict[str, FilmTasks] = {}
        self._tasks: deque[Task[Stylizer]] = deque()

    def add(self, pairs: Iterable[Pair]) -> Todo:
        """Take what is to be painted of these; gives what that is. LivestyleError where the disk refuses."""
        todo = todo_of(pairs, self._manifest, self._recipe, self._how)
        if todo.paint:
            self._manifest.note_recipe(self._recipe_id, self._recipe)
        self.failed |= todo.refused
        self.done += todo.done
        for source, target in todo.unnamed:
            entry = self._manifest.entries[source.name]
            scratch = scratch_of(self._root, entry.file, entry.source, entry.recipe)
            if Fingerprint.of(target) == entry.made or (scratch / target.name).is_file():
                self._name(entry, scratch, target, None)
            else:
                self._begin(source, target)
        for source, target in todo.paint:
            self._begin(source, target)
        return todo

    def run(self, scheduler: Scheduler[Stylizer], more: Callable[[], bool] = lambda: False) -> None:
        """Paint all that was added, and what `more` adds; it says whether to wait for more when all is done.

        PartlyDoneError at the end, with the reasons, where a film has no painting.
        """
        for ended in run_all(scheduler, self._tasks, more):
            if self._show is not None:
                self._show.ended(ended)
            self._take(ended)
        self.check()

    @property
    def films(self) -> int:
        return self.done + len(self.failed) + len(self._films)

    @property
    def waiting(self) -> int:
        return len(self._films)

    def check(self) -> None:
        """PartlyDoneError, with the reasons, where a film has no painting; else scratch is taken away."""
        if not self.failed:
            remove_all(self._root)
        else:
            lines = "".join(f"\n  {said_of(file, reason)}" for file, reason in sorted(self.failed.items()))
            count = len(self.failed) + self.done
            raise PartlyDoneError(f"{len(self.failed)} of {count} files could not be painted:{lines}")

    def _begin(self, source: Path, target: Path) -> None:
        self.failed.pop(source.name, None)
        found = Fingerprint.of(source)
        if found is None:
            self.failed[source.name] = f"{source} is gone"
            return
        scratch = scratch_of(self._root, source.name, found, self._recipe_id)
        film = FilmTasks(source, target, found, scratch, self._options, self._how)
        self._films[source.name] = film
        self._tasks.append(film.first())

    def _take(self, ended: Ended[Stylizer]) -> None:
        assert isinstance(ended.task, FilmTask)
        film = self._films.get(ended.task.file)
        if film is None or ended.task.name not in film.open:
            return  # of a film that has failed, or is painted otherwise by now
        try:
            tasks, painted = film.take(ended)
        except LivestyleError as error:
            self._fail(film.entry(FileState.FAILED, self._recipe_id, ended.where, None, str(error)))
            self._leave(film)
            if not ended.lost:  # else the pieces that there are serve the next run
                remove(film.scratch)
            return
        self._forget_tasks(film)
        self._tasks.extendleft(reversed(tasks))
        if painted is not None:
            entry = film.entry(FileState.PAINTED, self._recipe_id, ended.where, painted, "")
            self._manifest.note(entry)
            self._name(entry, film.scratch, film.target, painted)
            self._leave(film)

    def _name(self, entry: Entry, scratch: Path, target: Path, painted: Painted | None) -> None:
        """Give a painted film its name, unless it has it already."""
        if Fingerprint.of(target) != entry.made:
            try:
                move(scratch / target.name, target, self._how.overwrite)
            except OSError as error:
                self._fail(replace(entry, state=FileState.FAILED, reason=f"{target}: {error.strerror}"))
                return
        entry = replace(entry, state=FileState.DONE)
        self._manifest.note(entry)
        self.done += 1
        remove(scratch)
        if self._show is not None:
            self._show.film(entry, painted)

    def _fail(self, entry: Entry) -> None:
        self._manifest.note(entry)
        self.failed[entry.file] = entry.reason
        if self._show is not None:
            self._show.film(entry, None)

    def _leave(self, film: FilmTasks) -> None:
        film.open.clear()
        self._forget_tasks(film)
        del self._films[film.source.name]

    def _forget_tasks(self, film: FilmTasks) -> None:
        """Those that wait and are wanted no more."""
        wanted = [
            task
            for task in self._tasks
            if not isinstance(task, FilmTask) or task.file != film.source.name or task.name in film.open
        ]
        if len(wanted) < len(self._tasks):
            self._tasks.clear()
            self._tasks.extend(wanted)
