"""What `livestyle evaluate` does without --temporal: losses, structure, colours. Imports torch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from rich.console import Console

from livestyle.core.config import cache_dir
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.output_file import make_folder, write_text
from livestyle.core.progress_bar import plain_bar
from livestyle.model.styles import ALL
from livestyle.stylizer.stylizer import Stylizer
from livestyle.workshop.networks.vgg import load_vgg19
from livestyle.workshop.quality.judge import Judge, Photo, Subject, mean_of, reached
from livestyle.workshop.training.data import list_images, load_style, middle_square, read_image, to_image
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.paintings import Painting, list_paintings
from livestyle.workshop.training.perceptual import Perception, Weights

T = TypeVar("T")


@dataclass(frozen=True)
class QualityOptions:
    """What is measured, and beside what.

    limit: how many photos, spread over the folder; all where None
    lbfgs: iterations of L-BFGS to compare with, ascending, on `lbfgs_photos` of the photos
    """

    photos: Path
    paintings: Path
    notes: Path | None = None
    vgg: Path | None = None
    styles: tuple[str, ...] = (ALL,)
    limit: int | None = None
    side_px: int = 256
    style_px: int = 768
    lbfgs: tuple[int, ...] = ()
    lbfgs_photos: int = 2


@dataclass(frozen=True)
class Measured:
    """The figures of one style. curve: of L-BFGS, empty where it was not asked for."""

    name: str
    figures: dict[str, float]
    same_photos: float
    """The objective on the photos of L-BFGS alone."""
    curve: tuple[float, ...]
    painted: tuple[Pixels, ...]

    def record(self, iterations: Sequence[int]) -> dict[str, Any]:
        """As JSON takes it."""
        found: dict[str, Any] = {name: round(value, 4) for name, value in self.figures.items()}
        if self.curve:
            found["objective_same_photos"] = round(self.same_photos, 4)
            found["lbfgs"] = {str(i): round(self.curve[i], 4) for i in iterations}
            found["equals_lbfgs_iteration"] = reached(self.curve, self.same_photos)
        return found


def parse_iterations(text: str) -> tuple[int, ...]:
    """'20,50' to (20, 50), sorted; LivestyleError for what is no number from 1 on."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isdigit() and int(part) > 0 for part in parts):
        raise LivestyleError(f"bad --lbfgs {text!r}; expected iterations as 20,50,100")
    return tuple(sorted({int(part) for part in parts}))


class Quality:
    """An evaluation set up: photos and paintings are read, VGG is loaded. LivestyleError for bad input."""

    def __init__(self, options: QualityOptions, stylizer: Stylizer, console: Console) -> None:
        self.options = options
        self._stylizer = stylizer
        self._console = console
        self.card = stylizer.model.card
        self.photos, self.skipped = _squares(options)
        if self.skipped:
            console.print(f"{len(self.skipped)} unreadable pictures skipped, first: {self.skipped[0]}")
        paintings = _paintings(options, stylizer)
        self.subjects = [_subject(p, i, options) for i, p in enumerate(paintings)]
        place = replace(Place.choose("auto"), bf16=False)
        vgg = load_vgg19(options.vgg)
        place.module(vgg)
        targets = [place.images(load_style(p.path, options.style_px)) for p in paintings]
        self.weights = _weights(stylizer)
        self._judge = Judge(Perception(vgg, targets), self.weights, place.device)
        self._seen = _digest(*(p.detach().cpu().numpy().tobytes() for p in vgg.parameters()))

    def run(self) -> Iterator[Measured]:
        """Each style in turn."""
        photos = [self._judge.photo(pixels) for pixels in self.photos]
        chosen = _spread(range(len(photos)), self.options.lbfgs_photos)
        self._stylizer.steadiness = 0.0
        with plain_bar(self._console) as bar:
            for subject in bar.track(self.subjects, description=self.card.name):
                self._stylizer.style = subject.name
                painted = tuple(_painted(self._stylizer, photo.pixels) for photo in photos)
                figures = [self._judge.figures(p, o, subject) for p, o in zip(photos, painted, strict=True)]
                same = float(np.mean([figures[i]["objective"] for i in chosen]))
                curves = [self._curve(photos[i], subject, seed) for seed, i in enumerate(chosen)]
                curve = tuple(np.mean(curves, axis=0).tolist()) if self.options.lbfgs else ()
                yield Measured(subject.name, mean_of(figures), same, curve, painted)

    def _curve(self, photo: Photo, subject: Subject, seed: int) -> list[float]:
        """Of L-BFGS, or as it was found before: it takes minutes and knows nothing of the network."""
        if not self.options.lbfgs:
            return []
        last = self.options.lbfgs[-1]
        facts = (subject.weights(self.weights), self.options.style_px, seed)
        pictures = photo.pixels.tobytes(), subject.painting.tobytes()
        key = _digest(self._seen.encode(), repr(facts).encode(), *pictures)
        path = cache_dir() / "lbfgs" / f"{key[:32]}.json"
        known: list[float] = json.loads(path.read_text("utf-8")) if path.is_file() else []
        if len(known) <= last:
            known = self._judge.lbfgs(photo, subject, last, seed)
            make_folder(path.parent)
            write_text(path, json.dumps(known))
        return known[: last + 1]


def _squares(options: QualityOptions) -> tuple[list[Pixels], list[Path]]:
    """The middle squares of the photos, and those that can't be read. LivestyleError where none can."""
    paths = list_images(options.photos)
    photos, skipped = [], []
    for path in _spread(paths, options.limit or len(paths)):
        try:
            photos.append(middle_square(read_image(path), options.side_px))
        except LivestyleError:
            skipped.append(path)
    if not photos:
        raise LivestyleError(f"none of the {len(skipped)} pictures in {options.photos} can be read")
    return photos, skipped


def _spread(items: Sequence[T], count: int) -> Sequence[T]:
    """`count` of the items, evenly spread; all where there are no more."""
    return items[:: max(1, len(items) // count)][:count]


def _paintings(options: QualityOptions, stylizer: Stylizer) -> list[Painting]:
    """Those of the styles that are asked for. LivestyleError where a style has none, or none has a style."""
    bank = stylizer.model.styles
    known = {p.note.name: p for p in list_paintings(options.paintings, options.notes)}
    if ALL in options.styles:
        names = [name for name in bank.names if name in known]
    else:
        names = [bank.find(name) for name in options.styles]
    missing = [name for name in names if name not in known] if names else list(bank.names)
    if missing:
        raise LivestyleError(
            f"no painting for {', '.join(missing)}; {options.paintings} has {', '.join(known)}; "
            "name the files as the styles, or say with --notes which is which"
        )
    return [known[name] for name in names]


def _subject(painting: Painting, index: int, options: QualityOptions) -> Subject:
    picture = to_image(load_style(painting.path, options.style_px))
    return Subject(painting.note.name, index, painting.weight, picture)


def _weights(stylizer: Stylizer) -> Weights:
    """Those the model was trained with, as its card says; those of `livestyle train` where it doesn't."""
    recorded = stylizer.model.card.training.get("weights", {})
    known = {k: float(v) for k, v in recorded.items() if k in ("content", "style", "tv")}
    return replace(Weights(), **known)


def _painted(stylizer: Stylizer, photo: Pixels) -> Pixels:
    return np.ascontiguousarray(stylizer.stylize(np.ascontiguousarray(photo[:, :, ::-1]))[:, :, ::-1])


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()
