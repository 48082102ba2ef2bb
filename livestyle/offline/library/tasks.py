"""What a folder of films is painted in: tasks for whole films, and for the pieces of long ones."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from livestyle.core.config import SLOTS, Precision
from livestyle.core.errors import LivestyleError
from livestyle.model.card import Model
from livestyle.model.controls import STEADINESS
from livestyle.offline.library.join import copy_rest, join
from livestyle.offline.library.paint_piece import paint_piece
from livestyle.offline.library.pieces import Piece, pieces_of, warm_up_of
from livestyle.offline.library.scratch import prepare, sweep
from livestyle.offline.scheduler.scheduler import Tell
from livestyle.offline.video import TranscodeOptions, transcode
from livestyle.stylizer.stylizer import Stylizer


@dataclass(frozen=True)
class OpenStylizer:
    """Opens the same stylizer wherever it is called; where the model's folder is not, by the model's name."""

    model: Model
    device: str = "auto"
    precision: Precision = Precision.AUTO
    threads: int = 0
    slots: int = SLOTS

    def __call__(self) -> Stylizer:
        """LivestyleError where another model has its name here."""
        model = self.model
        if not model.folder.is_dir():
            here = Model.load(model.card.name)
            if here.card.sha256 != model.card.sha256:
                raise LivestyleError(
                    f"{model.card.name} is another model here; install the same one everywhere"
                )
            model = replace(here, styles=model.styles)
        return Stylizer(model, self.device, self.precision, self.threads, lambda _: None, self.slots)


@dataclass(frozen=True)
class Painted:
    """What came of a film, or of a piece or all the rest of one.

    about: how it was done, for a line; warnings: for the user
    """

    path: Path
    frames: int
    seconds: float
    about: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cut:
    """What is said of a long film in the place of painting it: its pieces."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class FilmTask:
    """Something to be done for one film, from `source`, into `target` in its scratch folder."""

    source: Path
    target: Path
    options: TranscodeOptions

    @property
    def file(self) -> str:
        """The name of the input."""
        return self.source.name

    @property
    def name(self) -> str:
        return self.file


@dataclass(frozen=True, kw_only=True)
class PaintFile(FilmTask):
    """Paints a film, or says how it is to be cut.

    piece_s: how long a piece of a long film is; 0 = it is painted whole
    fresh:   use nothing that earlier runs have left
    """

    piece_s: float = 0.0
    fresh: bool = False

    def run(self, tool: Stylizer, tell: Tell) -> Painted | Cut:
        """LivestyleError as `transcode`."""
        prepare(self.target.parent, self.fresh)
        if self.piece_s:
            held = bool(tool.model.card.state)
            steadiness = float(self.options.controls.get(STEADINESS.name, tool.steadiness)) if held else 0.0
            pieces = pieces_of(self.source, self.options.track, self.piece_s, warm_up_of(steadiness))
            if len(pieces) > 1:
                return Cut(pieces)
        sweep(self.target.parent)
        warnings: list[str] = []
        began = time.monotonic()
        done = transcode(
            self.source,
            self.target,
            tool,
            replace(self.options, overwrite=True),
            lambda step: tell(step.done, step.total),
            warnings.append,
        )
        about = f"{done.size}, {done.codecs} · {tool.info}"
        return Painted(self.target, done.frames, time.monotonic() - began, about, tuple(warnings))


@dataclass(frozen=True)
class CopyRest(FilmTask):
    """All of a film that is cut but its painted pictures; what is there already stays."""

    @property
    def name(self) -> str:
        return f"{self.file}, sound"

    def run(self, tool: Stylizer, tell: Tell) -> Painted:
        """LivestyleError as `transcode`."""
        began = time.monotonic()
        warnings: list[str] = []
        if not self.target.exists():
            copy_rest(
                self.source,
                self.target,
                tool,
                self.options,
                lambda step: tell(step.done, step.total),
                warnings.append,
            )
        return Painted(self.target, 0, time.monotonic() - began, warnings=tuple(warnings))


@dataclass(frozen=True, kw_only=True)
class PaintPiece(FilmTask):
    """One of `count` pieces of a film; what is there already stays."""

    piece: Piece
    count: int

    @property
    def name(self) -> str:
        return f"{self.file}, {self.piece.number + 1} of {self.count}"

    def run(self, tool: Stylizer, tell: Tell) -> Painted:
        """LivestyleError as `paint_piece`."""
        began = time.monotonic()
        if self.target.exists():
            return Painted(self.target, 0, 0.0)
        about = paint_piece(
            self.source,
            self.target,
            self.piece,
            tool,
            self.options,
            lambda step: tell(step.done, step.total),
        )
        about = f"{about} · {tool.info}"
        return Painted(self.target, self.piece.pictures, time.monotonic() - began, about)


@dataclass(frozen=True, kw_only=True)
class JoinPieces(FilmTask):
    """Makes one film of its painted pieces and the rest."""

    rest: Path
    parts: tuple[Path, ...]
    pieces: tuple[Piece, ...]

    @property
    def name(self) -> str:
        return f"{self.file}, joined"

    def run(self, tool: Stylizer, tell: Tell) -> Painted:
        """LivestyleError as `join`."""
        began = time.monotonic()
        frames = join(self.rest, self.parts, self.pieces, self.target)
        return Painted(self.target, frames, time.monotonic() - began)
