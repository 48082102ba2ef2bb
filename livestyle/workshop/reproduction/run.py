"""What `livestyle reproduce` does, and shows while it does it. Imports torch."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from livestyle.core.errors import LivestyleError
from livestyle.core.output_file import write_text
from livestyle.core.progress_bar import follow
from livestyle.workshop.reproduction.context import Setting
from livestyle.workshop.reproduction.findings import Verdict
from livestyle.workshop.reproduction.page import (
    HTML_NAME,
    MADE_BY,
    MARKDOWN_NAME,
    TITLES,
    html,
    markdown,
    summarize,
)
from livestyle.workshop.reproduction.record import Record, keep
from livestyle.workshop.reproduction.registry import EXPERIMENTS, Experiment
from livestyle.workshop.reproduction.synthetic_data import write_paintings, write_photos
from livestyle.workshop.training.data import list_images
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.loop import Note
from livestyle.workshop.training.paintings import list_paintings

DRAWN_PHOTOS, DRAWN_HELD_OUT, DRAWN_PAINTINGS, DRAWN_PX, DRAWN_TRIAL_PX = 32, 6, 5, 320, 96
STYLES = {Verdict.YES: "green", Verdict.NO: "red", Verdict.OPEN: "dim"}


@dataclass(frozen=True)
class ReproductionData:
    """Folders and files that were given; None = drawn, or torchvision's weights."""

    content: Path | None
    validation: Path | None
    styles: Path | None
    notes: Path | None
    vgg: Path | None

    def setting(self, place: Place, trial: bool, console: Console, scratch: Path) -> Setting:
        """With what is missing drawn into `scratch`. LivestyleError for a folder without pictures."""
        side = DRAWN_TRIAL_PX if trial else DRAWN_PX
        photos = self.content or write_photos(scratch / "photos", DRAWN_PHOTOS, side, seed=0)
        held_out = self.validation or self.content
        held_out = held_out or write_photos(scratch / "held-out", DRAWN_HELD_OUT, side, seed=1)
        styles = self.styles or write_paintings(scratch / "paintings", DRAWN_PAINTINGS, side)
        paintings = tuple(list_paintings(styles, self.notes if self.styles else None))
        counts = len(list_images(photos)), len(list_images(held_out)), len(paintings)
        of_which = "the same" if held_out == photos else str(counts[1])
        photo_word = "photos" if self.content else "drawn photos"
        painting_word = "paintings" if self.styles else "drawn paintings"
        words = f"{counts[0]} {photo_word} to train on, {of_which} to measure on, {counts[2]} {painting_word}"
        return Setting(photos, held_out, paintings, words, self.vgg, place, _Watching(console), trial)


@dataclass(frozen=True)
class _Watching:
    console: Console

    def __call__(self, notes: Iterable[Note], steps: int, title: str) -> Iterator[Note]:
        for note in follow(notes, steps, self.console, title):
            yield Note(note.step, dict(note.terms))


def reproduce(
    experiments: Sequence[Experiment],
    material: ReproductionData,
    place: Place,
    folder: Path,
    trial: bool,
    again: bool,
) -> None:
    """Run what has not been run and renew the page after each. LivestyleError for bad input, before any."""
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    _check(folder)
    with TemporaryDirectory() as scratch:
        setting = material.setting(place, trial, console, Path(scratch))
        setting.load_vgg("relu5_1")
        for experiment in experiments:
            record = None if again else Record.load(folder, experiment.name)
            if record and (trial or not record.trial):
                console.print(f"{experiment.name}: run before; --overwrite runs it again")
            else:
                record = _run(experiment, setting, folder, console)
            _write_pages(folder)
            Console(highlight=False, markup=False).print(_table(record))
    console.print(f"{folder / HTML_NAME}: {summarize(_records(folder))}")


def _run(experiment: Experiment, setting: Setting, folder: Path, console: Console) -> Record:
    console.print(f"{experiment.name}: {experiment.title}, on {setting.place}")
    start = time.perf_counter()
    findings = experiment.load()(setting)
    return keep(findings, experiment, setting, time.perf_counter() - start, folder)


def _check(folder: Path) -> None:
    """LivestyleError where the page would take the place of somebody else's."""
    page = folder / HTML_NAME
    if page.exists() and MADE_BY not in page.read_text("utf-8", errors="replace"):
        raise LivestyleError(f"{page} was not made by {MADE_BY}; give another --report")
    for path in (folder, *folder.parents):
        if path.exists() and not path.is_dir():
            raise LivestyleError(
                f"{path} is a file; expected a folder, or nothing yet: give another --report"
            )


def _records(folder: Path) -> list[Record]:
    found = (Record.load(folder, experiment.name) for experiment in EXPERIMENTS)
    return [record for record in found if record]


def _write_pages(folder: Path) -> None:
    records = _records(folder)
    write_text(folder / HTML_NAME, html(records))
    write_text(folder / MARKDOWN_NAME, markdown(records))


def _table(record: Record) -> Table:
    table = Table(title=TITLES[record.name], title_justify="left", box=None, pad_edge=False)
    for name in ("claim", "asked", "reached", "holds"):
        table.add_column(name, overflow="fold")
    for c in record.claims:
        table.add_row(c.text, c.asked, c.reached, c.verdict.value, style=STYLES[c.verdict])
    return table
