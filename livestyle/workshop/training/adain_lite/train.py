"""Train light AdaIN: set up, run the loop, leave a checkpoint, a log and sheets of unseen paintings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from livestyle.core.errors import LivestyleError
from livestyle.model.card import StyleNote
from livestyle.runtime.style_encoder import scaled
from livestyle.workshop.losses.style import parse_style_loss
from livestyle.workshop.networks.adain_lite import SIDE_PX, STRIDE, AdaINLite
from livestyle.workshop.networks.styled import StyledTransformer
from livestyle.workshop.networks.transformer import Architecture, Transformer
from livestyle.workshop.networks.vgg import VGG19, load_vgg19
from livestyle.workshop.networks.vgg_normal import normalize
from livestyle.workshop.training.adain_lite.objective import (
    LiteObjective,
    TaughtAdaIN,
    Teacher,
    statistics,
    view,
    with_moments,
)
from livestyle.workshop.training.adain_lite.style_crops import StylePictures
from livestyle.workshop.training.data import PhotoCrops, load_style, read_image, to_tensor
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.log import logged
from livestyle.workshop.training.loop import CHECKPOINT, Note, fit
from livestyle.workshop.training.options import StyleOptions
from livestyle.workshop.training.paintings import Painting, list_paintings
from livestyle.workshop.training.perceptual import STYLE_LAYERS, Perception
from livestyle.workshop.training.resuming import PICTURES, hashes
from livestyle.workshop.training.sheet import pick_photos, write_sheet

METHOD = "adain"
PAPERS = "AdaIN: Huang 2017, in every layer of a network as in Johnson 2016"
TRUNK_END = "relu3_1"
NORMALIZED = 32
"""Style pictures over which the mean activation of each of the encoder's VGG features is made 1."""

TEACHER_RATE = 0.5
"""Of the rate: the teacher's map starts from known styles and has many weights a value."""


Net = TypeVar("Net", bound=nn.Module)


@dataclass(frozen=True, kw_only=True)
class AdaINOptions(StyleOptions):
    """A training of a network that takes any picture as a style."""

    styles: tuple[Path, ...]
    """Folders of pictures whose styles are learned from."""
    held_out: Path | None = None
    """Folder of paintings for the sheets."""
    pool: int = 768
    """How many style pictures are made before the training and drawn from."""

    def shown(self) -> Sequence[Painting]:
        """The paintings for the sheets: those held out; without any, those that the model ships with."""
        return list_paintings(self.held_out) if self.held_out else self.paintings

    def record(self) -> dict[str, Any]:
        return {"method": PAPERS, **super().record(), "pool": self.pool}


@dataclass
class AdaINTraining(Generic[Net]):
    """A training set up: the model, and an iterator that trains it step by step."""

    model: Net
    notes: Iterator[Note]
    skipped: tuple[Path, ...]


def train_adain(
    options: AdaINOptions, place: Place, start: StyledTransformer | None = None
) -> AdaINTraining[AdaINLite]:
    """Set up and return; nothing is trained until `notes` is drawn from.

    `options.work` gets checkpoint.pt, log.jsonl and sheet-N.jpg. Where a checkpoint lies there
    already, the training goes on from it; else from `start`, whose styles are the first that the
    teacher knows, or from nothing. LivestyleError for bad pictures or unreadable weights.
    """
    torch.manual_seed(options.schedule.seed)
    photos = PhotoCrops.load(options.content, options.crop_px)
    pictures = StylePictures.load(options.styles, options.style_px // 2)
    pool = pictures.draw(np.random.default_rng(options.schedule.seed), options.pool)
    views = torch.cat([view(picture[None].float() / 255) for picture in pool[:NORMALIZED]])
    model = _new_model(options, views, start)
    sheet = _sheet(options, model, pick_photos(options.validation, photos), place)
    vgg = load_vgg19(options.vgg)
    place.module(vgg)
    perception = Perception(
        vgg, (), with_moments(parse_style_loss(options.style_loss)), weights=options.weights
    )
    with place.autocast(), torch.no_grad():
        seen = [statistics(vgg(place.images(p[None].float() / 255), STYLE_LAYERS)) for p in pool]
    taught = TaughtAdaIN(model, Teacher(torch.cat(seen), model.net.style_length))
    place.module(taught)
    _teach(taught.teacher, vgg, options, start or StyledTransformer(model.net, ["plain"]), place)
    model.encoder.begin(place.images(views), taught.teacher.linear.bias.detach())
    objective = LiteObjective(
        perception, pool.to(place.device), taught, options.weights, anneal=start is None
    )
    groups: list[dict[str, Any]] = [
        {"params": [p for p in model.parameters() if p.requires_grad]},
        {"params": list(taught.teacher.parameters()), "scale": TEACHER_RATE},
    ]
    steps = fit(
        taught, groups, lambda rng: photos.batch(rng, options.batch), objective, options.schedule,
        place, options.work / CHECKPOINT, _meta(options),
    )  # fmt: skip
    notes = logged(steps, options.work, options.schedule.steps, sheet, options.sheet_every)
    return AdaINTraining(model, notes, (*photos.skipped, *pictures.skipped))


def _new_model(options: AdaINOptions, views: Tensor, start: StyledTransformer | None) -> AdaINLite:
    """views: style pictures as the encoder sees them; its VGG is scaled by them."""
    model = AdaINLite(Transformer(options.architecture()), load_vgg19(options.vgg, TRUNK_END))
    normalize(model.encoder.trunk, list(views.split(1)))
    if start is not None:
        model.net.start_from(start.net, options.start or "the start")
    return model


def _sheet(
    options: AdaINOptions, model: AdaINLite, photos: Sequence[Tensor], place: Place
) -> Callable[[Path], None]:
    """What writes a sheet of the paintings that are held out."""
    paintings = options.shown()
    pictures = [encoder_picture(painting.path, SIDE_PX, STRIDE) for painting in paintings]

    def write(path: Path) -> None:
        styled = with_styles(model, [p.note.name for p in paintings], pictures, place)
        write_sheet(styled, photos, path, place)

    return write


def _teach(
    teacher: Teacher, vgg: VGG19, options: AdaINOptions, start: StyledTransformer, place: Place
) -> None:
    """Let the teacher begin with the styles of `start` whose paintings are at hand."""
    vectors = dict(zip(start.names, start.styles.detach().to(place.device), strict=True))
    known = [p for p in options.paintings if p.note.name in vectors]
    with torch.no_grad():
        teacher.linear.bias.copy_(torch.stack(list(vectors.values())).mean(0))
        if not known:
            return
        with place.autocast():
            seen = [
                statistics(vgg(place.images(load_style(p.path, options.style_px)), STYLE_LAYERS))
                for p in known
            ]
    teacher.fit(torch.cat(seen), torch.stack([vectors[p.note.name] for p in known]))


def encoder_picture(path: Path, side_px: int, multiple: int) -> Tensor:
    """A picture as the live half has it encoded, float32 [1, 3, H, W] RGB in [0, 1]; see `scaled`.

    LivestyleError where it can't be read or a side is under 16 px.
    """
    return to_tensor(scaled(read_image(path), side_px, multiple))


@torch.no_grad()
def with_styles(
    model: AdaINLite, names: Sequence[str], pictures: Sequence[Tensor], place: Place
) -> StyledTransformer:
    """The transformer with the styles of `pictures`; the weights are shared."""
    styled = StyledTransformer(model.net, names)
    styled.styles = torch.nn.Parameter(torch.cat([model.style(place.images(p)) for p in pictures]))
    return styled


def _meta(options: AdaINOptions) -> dict[str, Any]:
    """What `load_adain` needs, and the record."""
    return {
        "method": METHOD,
        "arch": options.architecture().to_dict(),
        "notes": [asdict(p.note) for p in options.paintings],
        PICTURES: hashes(p.path for p in options.paintings),
        "paintings": [str(p.path.resolve()) for p in options.paintings],
        "training": options.record(),
    }


def load_adain(work: Path) -> tuple[AdaINLite, StyledTransformer, list[StyleNote], dict[str, Any]]:
    """The model in a training's folder, the same with its styles, their notes, and the record."""
    path = work / CHECKPOINT
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        meta = state["meta"]
        model = AdaINLite(Transformer(Architecture(**meta["arch"])), VGG19(TRUNK_END))
        prefix = "model."
        weights = {k.removeprefix(prefix): v for k, v in state["model"].items() if k.startswith(prefix)}
        model.load_state_dict(weights)
        notes = [StyleNote(**n) for n in meta["notes"]]
    except (OSError, KeyError, RuntimeError, TypeError, EOFError, UnpicklingError) as error:
        raise LivestyleError(f"{path} holds no AdaIN training of livestyle: {error}") from error
    pictures = [encoder_picture(Path(p), SIDE_PX, STRIDE) for p in meta["paintings"]]
    model.eval()
    styled = with_styles(model, [n.name for n in notes], pictures, Place(torch.device("cpu"), bf16=False))
    return model, styled.eval(), notes, {**meta["training"], "steps_done": state["step"]}
