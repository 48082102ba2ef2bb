"""A model on disk: graphs, styles and the card that says what they are."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any, TypeAlias

from livestyle.core.config import data_dir
from livestyle.core.errors import LivestyleError
from livestyle.core.input_file import read_file
from livestyle.core.output_file import write_text
from livestyle.core.parse import did_you_mean
from livestyle.core.size import Size
from livestyle.model.card_check import check
from livestyle.model.styles import StyleBank, pretty

CARD_NAME = "card.json"
STYLES_NAME = "styles.npz"


StateShapes: TypeAlias = dict[str, list[int | str]]


@dataclass(frozen=True)
class StyleNote:
    """Where a style comes from."""

    name: str
    title: str = ""
    artist: str = ""
    year: str = ""
    licence: str = ""

    @property
    def titles(self) -> tuple[str, ...]:
        """What the user reads, each shorter than that before: 'The Kiss – Gustav Klimt', 'The Kiss', 'Kiss'.

        The painter goes first, then what stands in brackets, such as a technique; the name comes last.
        """
        title = self.title or pretty(self.name)
        found = [f"{title} – {self.artist}" if self.artist else title]
        for text in (title, title.partition(" (")[0], pretty(self.name)):
            found += [text] if len(text) < len(found[-1]) else []
        return tuple(found)


@dataclass(frozen=True)
class EncoderGraph:
    """The graph that turns any picture into a style. The styles of a model without one are trained.

    It takes `picture`, uint8 [1, h, w, 3] BGR, and gives `style`, float32 [1, D].

    file, sha256:  of the graph, beside the others
    side_px:       a picture is scaled to side_px * side_px pixels in all, its shape kept
    size_multiple: h and w are rounded to multiples of this
    """

    file: str
    sha256: str
    side_px: int = 512
    size_multiple: int = 8


@dataclass(frozen=True)
class Card:
    """What a model is. Written as card.json beside its graphs.

    title:  what the user reads beside its name, such as 'fast: 20 paintings'; empty = nothing
    first_style: the name of the style it begins with, where that is not the first of the bank
    graphs: file name of each graph by kind, 'float' and where it exists 'int8'
    sha256: of each of those files, so that a cached or user-made thing knows what it belongs to
    state:  shape of each float32 tensor carried from frame to frame, with sides such as 'H' or 'W/4';
            empty for a graph that carries nothing and takes no `steadiness`
    encoder: None where styles can only be trained
    scale:  sides of `stylized`, against those of `frame`; above 1 the graph enlarges pictures and takes
            `frame` alone
    """

    name: str
    description: str
    method: str
    architecture: dict[str, Any]
    style_length: int
    size_multiple: int
    graphs: dict[str, str]
    sha256: dict[str, str]
    licence: str
    title: str = ""
    first_style: str = ""
    state: StateShapes = field(default_factory=dict)
    encoder: EncoderGraph | None = None
    scale: int = 1
    training: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    styles: tuple[StyleNote, ...] = ()

    def check_paints(self) -> None:
        """LivestyleError if this model enlarges pictures instead of painting them."""
        if self.scale > 1:
            raise LivestyleError(
                f"{self.name} enlarges pictures {self.scale} times and does not paint; "
                "use it with `livestyle image` or `livestyle video`"
            )

    def save(self, folder: Path) -> None:
        """Write card.json into `folder`, whole or not at all; what is there is replaced.

        LivestyleError where the disk takes no file.
        """
        write_text(folder / CARD_NAME, json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Card:
        path = folder / CARD_NAME
        try:
            data = json.loads(read_file(path).decode("utf-8"))
            check(data)
            notes = tuple(StyleNote(**note) for note in data.pop("styles", ()))
            encoder = data.pop("encoder", None)
            return cls(**data, styles=notes, encoder=EncoderGraph(**encoder) if encoder else None)
        except (ValueError, TypeError, RecursionError) as error:
            raise LivestyleError(f"cannot read the model card {path}: {error}") from error


@dataclass(frozen=True)
class Model:
    """A folder with a card, graphs and styles (the shipped ones, then the user's own)."""

    folder: Path
    card: Card
    styles: StyleBank

    @classmethod
    def load(cls, name: str | Path) -> Model:
        """A shipped model or one of the user's by name, or any folder with a card.json.

        LivestyleError, with the names that exist, where there is none.
        """
        folder = _find(name)
        card = _with_own_graphs(Card.load(folder))
        bank = StyleBank.load(folder / STYLES_NAME)
        if bank.vectors.shape[1] != card.style_length:
            raise LivestyleError(
                f"{folder / STYLES_NAME} holds vectors of length {bank.vectors.shape[1]}; "
                f"the card says {card.style_length}"
            )
        titles = {note.name: note.titles for note in card.styles}
        return cls(folder, card, replace(_with_own_styles(bank, card), titles=titles))

    @property
    def title(self) -> str:
        """What it is, for the user: what the card says, or how many paintings there are."""
        if self.card.title:
            return self.card.title
        if self.card.scale > 1:
            return f"enlarges pictures {self.card.scale} times"
        if self.card.encoder is not None:
            return "any picture"
        count = len(self.styles)
        return f"{count} paintings" if count > 1 else "one painting"

    @property
    def first_style(self) -> str:
        """The name of the style that it begins with."""
        wanted = self.card.first_style
        return wanted if wanted in self.styles.names else self.styles.names[0]

    def graph(self, kind: str) -> Path:
        """The path of a graph, 'float' or 'int8'. LivestyleError where the model has none of that kind."""
        if kind not in self.card.graphs:
            have = ", ".join(self.card.graphs)
            raise LivestyleError(f"model {self.card.name} has no {kind} graph; it has {have}")
        return self._file(self.card.graphs[kind])

    def encoder(self) -> Path:
        """The path of the graph that makes a style of a picture. LivestyleError where the model has none."""
        if self.card.encoder is None:
            raise LivestyleError(
                f"{self.card.name} takes trained styles only; train one with livestyle train add-style"
            )
        return self._file(self.card.encoder.file)

    def _file(self, name: str) -> Path:
        path = self.folder / name
        if not path.is_file():
            raise LivestyleError(f"{path} is missing; reinstall livestyle or export the model again")
        return path


def own_styles_dir(card: Card) -> Path:
    """Where `livestyle train add-style` puts styles for exactly this network (by its hash)."""
    return data_dir() / "styles" / f"{card.name}-{card.sha256['float'][:12]}"


def own_graphs_dir(card: Card) -> Path:
    """Where `livestyle calibrate` puts graphs for exactly this network where its folder can't be written."""
    return data_dir() / "graphs" / f"{card.name}-{card.sha256['float'][:12]}"


def resolve_shapes(shapes: StateShapes, size: Size) -> dict[str, tuple[int, ...]]:
    """The shapes of a card's state tensors for frames of `size`."""
    sides = {"H": size.height, "W": size.width}

    def length(of: int | str) -> int:
        if isinstance(of, int):
            return of
        side, _, divisor = of.partition("/")
        return sides[side] // int(divisor or 1)

    return {name: tuple(length(n) for n in shape) for name, shape in shapes.items()}


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def model_names() -> list[str]:
    """Names of the shipped models and of the user's own."""
    return sorted({p.parent.name for root in _roots() for p in root.glob(f"*/{CARD_NAME}")})


def _roots() -> list[Path]:
    return [Path(str(resources.files("livestyle"))) / "models", data_dir() / "models"]


def _find(name: str | Path) -> Path:
    candidates = [Path(name), *(root / str(name) for root in _roots())]
    for folder in candidates:
        if (folder / CARD_NAME).is_file():
            return folder
    names = model_names()
    near = did_you_mean(str(name), names)
    raise LivestyleError(
        f"no model {str(name)!r}; expected {', '.join(names)} or a folder with a {CARD_NAME}{near}"
    )


def _with_own_styles(bank: StyleBank, card: Card) -> StyleBank:
    folder = own_styles_dir(card)
    for path in sorted(folder.glob("*.npz")) if folder.is_dir() else ():
        own = StyleBank.load(path)
        if own.vectors.shape[1] == card.style_length:
            bank = bank.extended(own.names, own.vectors)
    return bank


def _with_own_graphs(card: Card) -> Card:
    folder = own_graphs_dir(card)
    if not (folder / CARD_NAME).is_file():
        return card
    own = Card.load(folder)
    graphs = {kind: str(folder / file) for kind, file in own.graphs.items()}
    sha256 = {kind: own.sha256.get(kind, "") for kind in own.graphs}
    return replace(
        card, graphs={**card.graphs, **graphs}, sha256={**card.sha256, **sha256}, figures=own.figures
    )
