"""The tasks that one film is painted in, as they follow from each other."""

from __future__ import annotations

from pathlib import Path

from livestyle.core.errors import LivestyleError
from livestyle.offline.library.manifest import Entry, FileState, Fingerprint
from livestyle.offline.library.tasks import (
    CopyRest,
    Cut,
    JoinPieces,
    Painted,
    PaintFile,
    PaintPiece,
)
from livestyle.offline.library.todo import LibraryOptions
from livestyle.offline.scheduler.scheduler import Ended, Task
from livestyle.offline.video import TranscodeOptions
from livestyle.stylizer.stylizer import Stylizer


class FilmTasks:
    """One film on its way: whole, or cut in pieces that are joined. Where pieces fail, it is painted whole.

    source, target, scratch: where it comes from, what it will be, and where it lies until then
    fingerprint: the input as it was when this began
    open: the names of the tasks that are to end
    """

    def __init__(
        self,
        source: Path,
        target: Path,
        fingerprint: Fingerprint,
        scratch: Path,
        options: TranscodeOptions,
        how: LibraryOptions,
    ) -> None:
        self.source, self.target, self.scratch = source, target, scratch
        self.fingerprint = fingerprint
        self.open: set[str] = set()
        self._options = options
        self._how = how
        self._piece_s = how.piece_s
        self._cut: JoinPieces | None = None
        self._seconds = 0.0
        self._about = ""
        self._warnings: list[str] = []

    def first(self) -> Task[Stylizer]:
        """The task that all begins with."""
        task = PaintFile(
            self.source,
            self.scratch / self.target.name,
            self._options,
            piece_s=self._piece_s,
            fresh=not self._how.resume,
        )
        self.open = {task.name}
        return task

    def take(self, ended: Ended[Stylizer]) -> tuple[list[Task[Stylizer]], Painted | None]:
        """What follows from the end of a task in `open`: more tasks, or the painted film.

        LivestyleError, with the reason, where it can't be painted.
        """
        self.open.discard(ended.task.name)
        if ended.reason:
            return self._begin_anew(ended), None
        result = ended.result
        if isinstance(result, Cut):
            return self._begin_pieces(result), None
        assert isinstance(result, Painted)
        self._seconds += result.seconds
        self._about = self._about or result.about
        self._warnings += result.warnings
        if result.path.name == self.target.name:
            return [], Painted(result.path, result.frames, self._seconds, self._about, tuple(self._warnings))
        if self.open or self._cut is None:
            return [], None
        join = self._cut
        self.open = {join.name}
        return [join], None

    def entry(self, state: FileState, recipe: str, where: str, painted: Painted | None, reason: str) -> Entry:
        """What the manifest is told."""
        return Entry(
            self.source.name,
            self.target.name,
            state,
            self.fingerprint,
            recipe,
            Fingerprint.of(painted.path) if painted else None,
            reason,
            painted.frames if painted else 0,
            round(painted.seconds, 3) if painted else 0.0,
            where,
        )

    def _begin_anew(self, ended: Ended[Stylizer]) -> list[Task[Stylizer]]:
        """Whole, where it was cut: what kept a piece from being painted may be in how it was cut."""
        if self._cut is None or ended.lost:
            raise LivestyleError(ended.reason)
        self._cut, self._piece_s, self._seconds = None, 0.0, 0.0
        self._warnings.clear()
        return [self.first()]

    def _begin_pieces(self, cut: Cut) -> list[Task[Stylizer]]:
        suffix = self.target.suffix
        rest = self.scratch / f"rest{suffix}"
        parts = tuple(self.scratch / f"{piece.number:05d}{suffix}" for piece in cut.pieces)
        self._cut = JoinPieces(
            self.source, self.scratch / self.target.name, self._options,
            rest=rest, parts=parts, pieces=cut.pieces,
        )  # fmt: skip
        tasks: list[Task[Stylizer]] = [CopyRest(self.source, rest, self._options)]
        tasks += [
            PaintPiece(self.source, part, self._options, piece=piece, count=len(parts))
            for part, piece in zip(parts, cut.pieces, strict=True)
        ]
        self.open = {task.name for task in tasks}
        return tasks
