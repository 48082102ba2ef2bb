"""One picture painted by optimisation: the photo, the paintings, the stages (Gatys 2016 and 2017)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from livestyle.core.config import Color
from livestyle.core.errors import LivestyleError
from livestyle.workshop.losses.style import StyleLoss, parse_style_loss
from livestyle.workshop.losses.tv import tv_loss
from livestyle.workshop.networks.vgg import layer_names, load_vgg19
from livestyle.workshop.optimize import color
from livestyle.workshop.optimize.choices import Only, Optimizer, Start
from livestyle.workshop.optimize.gatys import ADAM_RATE, PixelObjective, optimize_pixels
from livestyle.workshop.training.data import load_style, read_image, resize, to_image, to_tensor
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.loop import Note
from livestyle.workshop.training.perceptual import Perception, Weights

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
MIN_SIDE_PX = 32
"""Smaller pictures leave VGG's deepest layer hardly any positions."""

RECOLOR = {
    Color.LUMINANCE: color.match_luminance,
    Color.HISTOGRAM: color.match_histogram,
    Color.CORAL: color.match_coral,
}


@dataclass(frozen=True)
class PictureOptions:
    """What is painted, and how.

    paintings: each with its weight
    size_px:   long side of the result; style_px: of the paintings, where not the same
    stages:    each has twice the side of the one before and half of its iterations (Gatys 2017)
    layer:     what content is compared in; with `only`, what is reconstructed from
    optimizer: L-BFGS, or Adam for a style loss that changes from one time to the next, where None
    start:     the photo, or noise for a reconstruction, where None
    """

    photo: Path
    paintings: tuple[tuple[Path, float], ...] = ()
    size_px: int = 512
    style_px: int | None = None
    stages: int = 1
    iterations: int = 200
    optimizer: Optimizer | None = None
    rate: float = ADAM_RATE
    start: Start | None = None
    only: Only | None = None
    layer: str = "relu4_2"
    color: Color = Color.PAINTING
    style_loss: str = "gram"
    weights: Weights = field(default_factory=lambda: Weights(style=10.0, tv=0.0, stability=0.0))
    vgg: Path | None = None
    seed: int = 0

    def stage_iterations(self) -> list[int]:
        return [max(1, self.iterations >> stage) for stage in range(self.stages)]

    def style_layers(self) -> tuple[str, ...]:
        """All five; for a reconstruction those up to `layer`, and it (Gatys 2016, fig. 1)."""
        if self.only is Only.CONTENT:
            return ()
        if self.only is None:
            return STYLE_LAYERS
        return (*(name for name in STYLE_LAYERS if name < self.layer), self.layer)


class PictureOptimizer:
    """An optimisation set up: `run` paints, `image` shows how far it is."""

    def __init__(self, options: PictureOptions, place: Place) -> None:
        """LivestyleError for pictures that can't be read or are too small, unknown losses and layers,
        unreadable weights, or options that contradict one another.
        """
        self.loss = parse_style_loss(options.style_loss)
        self.optimizer = _optimizer(options, self.loss)
        if options.only is not Only.CONTENT and not options.paintings:
            raise LivestyleError("no painting; give --style PAINTING, or --only content")
        layer_names(options.layer)
        self._options, self._place = options, place
        self._pictures = [self._at(1 / 2**n) for n in range(options.stages - 1, -1, -1)]
        last = max((*options.style_layers(), options.layer))
        self._vgg = load_vgg19(options.vgg, last)
        place.module(self._vgg)
        self._photo = self._pictures[0][0]
        self._pixels = self._first(self._photo)

    def image(self) -> NDArray[np.uint8]:
        """The picture so far, uint8 RGB [H, W, 3]."""
        pixels = self._pixels.clamp(0, 1)
        if self._options.color is Color.LUMINANCE:
            pixels = color.with_chroma(pixels, self._photo)
        return to_image(pixels)

    def run(self) -> Iterator[Note]:
        """A Note after each iteration, numbered on through the stages, and one before the first."""
        done = 0
        stages = zip(self._pictures, self._options.stage_iterations(), strict=True)
        for stage, ((photo, paintings), iterations) in enumerate(stages):
            if stage:
                self._pixels = F.interpolate(self._pixels, photo.shape[2:], mode="bicubic")
            self._photo = photo
            objective = self._objective(photo, paintings)
            options = (self.optimizer, self._options.rate)
            for note in optimize_pixels(self._pixels, objective, iterations, *options):
                if note.step or not stage:
                    yield Note(done + note.step, note.terms)
            done += iterations

    def _at(self, scale: float) -> tuple[Tensor, list[Tensor]]:
        """The photo and the paintings at `scale` times the full size."""
        options = self._options
        image = read_image(options.photo)
        photo = to_tensor(resize(image, options.size_px * scale / max(image.shape[:2])))
        side_px = round((options.style_px or options.size_px) * scale)
        paintings = [load_style(path, side_px) for path, _ in options.paintings]
        paths = (options.photo, *(path for path, _ in options.paintings))
        for path, picture in zip(paths, (photo, *paintings), strict=True):
            if min(picture.shape[2:]) < MIN_SIDE_PX:
                raise LivestyleError(
                    f"{path} is {picture.shape[3]}x{picture.shape[2]} in the first stage; expected at least "
                    f"{MIN_SIDE_PX} px a side: raise --size or --style-size, or lower --stages"
                )
        if options.color in RECOLOR:
            paintings = [RECOLOR[options.color](p, photo).clamp(0, 1) for p in paintings]
        return self._place.images(photo), [self._place.images(p) for p in paintings]

    def _first(self, photo: Tensor) -> Tensor:
        start = self._options.start or (Start.NOISE if self._options.only else Start.CONTENT)
        if start is Start.CONTENT:
            return self._content(photo).clone()
        noise = torch.rand(photo.shape, generator=torch.Generator().manual_seed(self._options.seed))
        return noise.to(photo.device)

    def _content(self, photo: Tensor) -> Tensor:
        return color.luminance(photo) if self._options.color is Color.LUMINANCE else photo

    def _objective(self, photo: Tensor, paintings: list[Tensor]) -> PixelObjective:
        options, weights = self._options, self._options.weights
        layers = options.style_layers()
        with self._place.autocast():
            perception = Perception(self._vgg, paintings if layers else (), self.loss, layers, options.layer)
            content = perception.content(self._content(photo))
        shares = torch.tensor([weight for _, weight in options.paintings], device=photo.device)
        index = torch.arange(len(shares), device=photo.device)
        factors = {
            "content": 0.0 if options.only is Only.STYLE else weights.content,
            "style": 0.0 if options.only is Only.CONTENT else weights.style,
            "tv": weights.tv,
        }
        if not any(factors.values()):
            raise LivestyleError("every weight is zero: there is nothing to optimise")

        def objective(pixels: Tensor) -> dict[str, Tensor]:
            with self._place.autocast():
                content_term, styles = perception.terms(pixels, content, index)
                terms = {"content": content_term, "tv": tv_loss(pixels)}
                if layers:
                    terms["style"] = (styles * shares).sum() / shares.sum()
            terms = {name: term for name, term in terms.items() if factors[name]}
            loss = sum((factors[name] * term for name, term in terms.items()), pixels.new_zeros(()))
            return {"loss": loss, **terms}

        return objective


def _optimizer(options: PictureOptions, loss: StyleLoss) -> Optimizer:
    if options.optimizer is Optimizer.LBFGS and loss.random and options.only is not Only.CONTENT:
        raise LivestyleError(
            f"{options.style_loss} changes from one iteration to the next, which L-BFGS can't follow; "
            "give --optimizer adam"
        )
    return options.optimizer or (Optimizer.ADAM if loss.random else Optimizer.LBFGS)
