"""The terms of the feed-forward objectives: what VGG sees, and how it is weighted (Johnson 2016)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from livestyle.workshop.losses.content import content_loss, detail_loss
from livestyle.workshop.losses.contrast import contrast_loss, contrast_quantiles
from livestyle.workshop.losses.lattice import lattice_loss, self_correlation
from livestyle.workshop.losses.palette import palette_loss, palette_of
from livestyle.workshop.losses.style import Features, StyleLoss, new_style_loss
from livestyle.workshop.losses.temporal import PaintOnCanvas, film_loss, stability_losses
from livestyle.workshop.losses.tv import tv_loss
from livestyle.workshop.networks.vgg import VGG19

CONTENT_LAYER = "relu4_1"
DETAIL_LAYER = "relu3_1"
STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")
BRUSHWORK = "windows"
"""The style loss of trainings."""


@dataclass(frozen=True)
class Layers:
    """Where VGG-19 compares content and style."""

    content: str = CONTENT_LAYER
    style: tuple[str, ...] = STYLE_LAYERS

    @property
    def last(self) -> str:
        """The deepest of them."""
        return max((self.content, *self.style))


JOHNSON_LAYERS = Layers("relu3_3", ("relu1_2", "relu2_2", "relu3_3", "relu4_3"))
"""Johnson 2016, as in its code; the paper has content in relu2_2."""


@dataclass(frozen=True)
class Weights:
    """Weights of the terms. Content and style are relative losses, so 1 : 10 suits every painting."""

    content: float = 1.0
    style: float = 10.0
    tv: float = 0.05
    stability: float = 200.0
    """Of pictures that move."""
    noise: float = 0.0
    """Of pictures that stay, under the noise of a sensor."""
    film: float = 0.0
    """Of three frames in which something passes before something else."""
    detail: float = 0.0
    """Of content where the photo has detail, within the content term."""
    lattice: float = 0.0
    """Of marks that stand at the same distance again and again, see `lattice_loss`."""
    contrast: float = 0.0
    """Of brush marks that are missing where the photo is flat, see `contrast_loss`."""
    palette: float = 0.0
    """Of the colours, apart from the texture that they are in, see `palette_loss`."""
    peaks: float = 0.0
    """Of spikes in the features of a network with its own styles, see `peak_loss`."""

    def annealed(self, progress: float) -> Weights:
        """With all three growing from nothing at a tenth of the training to all of it at four tenths.

        From the start it would keep a network from ever painting: flat pictures are the steadiest.
        """
        share = min(1.0, max(0.0, (progress - 0.1) / 0.3))
        grown = {name: getattr(self, name) * share for name in ("stability", "noise", "film")}
        return replace(self, **grown)

    @property
    def still(self) -> float:
        """The chance that a photo does not move when its painting is compared with itself."""
        return 0.0 if not self.noise else 0.75 if self.stability else 1.0


class Perception:
    """What VGG sees in photos and paintings: the targets and the terms built on them."""

    def __init__(
        self,
        vgg: VGG19,
        paintings: Iterable[Tensor],
        loss: StyleLoss | None = None,
        style_layers: Sequence[str] = STYLE_LAYERS,
        content_layer: str = CONTENT_LAYER,
        weights: Weights | None = None,
    ) -> None:
        """paintings: float [1, 3, H, W] in [0, 1], one for each style, on VGG's device.

        loss: Gram matrices where nothing is said. weights: of the terms that will be asked for; what only
        others need is not looked for in the paintings.
        """
        self.vgg = vgg
        self.loss = loss or new_style_loss("gram")
        self.content_layer = content_layer
        self.weights = weights or Weights()
        self.content_layers = (content_layer, DETAIL_LAYER) if self.weights.detail else (content_layer,)
        self.style_layers = tuple(style_layers)
        self.forget()
        for painting in paintings:
            self.learn(painting)

    def forget(self) -> None:
        """Forget all paintings."""
        self.loss.forget()
        self.repeats: list[Tensor] = []
        self.contrasts: list[Tensor] = []
        self.palettes: list[Tensor] = []

    @torch.no_grad()
    def learn(self, painting: Tensor) -> Features:
        """Learn one more painting, float [1, 3, H, W] in [0, 1]. Returns what VGG sees in it, by style
        layer.
        """
        seen: Features = self.vgg(painting, self.style_layers)
        self.loss.learn(seen)
        if self.weights.lattice:
            self.repeats.append(self_correlation(painting)[0])
        if self.weights.contrast:
            self.contrasts.append(contrast_quantiles(painting))
        if self.weights.palette:
            self.palettes.append(palette_of(painting))
        return seen

    @torch.no_grad()
    def content(self, photo: Tensor) -> Features:
        """What is kept of photos [B, 3, H, W], by layer."""
        features: dict[str, Tensor] = self.vgg(photo, self.content_layers)
        return features

    def terms(self, painted: Tensor, content: Features, index: Tensor) -> tuple[Tensor, Tensor]:
        """Content loss (a scalar) and style loss [B] of images painted in the styles `index` [B].

        A single image with several styles gets the loss to each of them.
        """
        seen = self.vgg(painted, {*self.style_layers, *self.content_layers})
        styles = self._style(seen, index) if self.style_layers else painted.new_zeros(len(index))
        closeness = content_loss(seen[self.content_layer], content[self.content_layer])
        if weight := self.weights.detail:
            closeness = closeness + weight * detail_loss(seen[DETAIL_LAYER], content[DETAIL_LAYER])
        return closeness, styles

    def style(self, painted: Tensor, index: Tensor) -> Tensor:
        """The style loss alone, [B]."""
        return self._style(self.vgg(painted, self.style_layers), index)

    def _style(self, seen: dict[str, Tensor], index: Tensor) -> Tensor:
        return self.loss({layer: seen[layer] for layer in self.style_layers}, index)


def generator_from(rng: np.random.Generator) -> torch.Generator:
    """Torch's generator, seeded by the next draw of numpy's."""
    return torch.Generator().manual_seed(int(rng.integers(2**31)))


def paint_terms(
    perception: Perception,
    paint: PaintOnCanvas,
    photo: Tensor,
    canvas: Tensor | None,
    content: Features,
    index: Tensor,
    weights: Weights,
    rng: np.random.Generator,
    style_weights: Tensor | None = None,
) -> dict[str, Tensor]:
    """The terms of what `paint` makes of photos [B, 3, S, S] in [0, 1], and their weighted sum, 'loss'.

    canvas: what `paint` gets with the photos. content: what VGG sees in the photos. index: int64 [B],
    which of the perception's paintings each photo is painted after. style_weights: float [B], a factor
    on the style loss of each.
    """
    painted = paint(photo, canvas)
    if perception.loss.random:
        torch.manual_seed(int(rng.integers(2**31)))
    closeness, styles = perception.terms(painted, content, index)
    style = (styles if style_weights is None else styles * style_weights).mean()
    terms = {"content": closeness, "style": style, "tv": tv_loss(painted)}
    if weights.lattice:
        terms["lattice"] = lattice_loss(painted, photo, pick(perception.repeats, index))
    if weights.contrast:
        terms["contrast"] = contrast_loss(painted, photo, pick(perception.contrasts, index))
    if weights.palette:
        terms["palette"] = palette_loss(painted, pick(perception.palettes, index)).mean()
    if weights.stability or weights.noise:
        pair = stability_losses(paint, photo, painted, generator_from(rng), weights.still, canvas)
        named = zip(("stability", "noise"), pair, strict=True)
        terms |= {name: term for name, term in named if getattr(weights, name)}
    if weights.film:
        terms["film"] = film_loss(paint, photo, generator_from(rng), canvas=canvas)
    loss = sum((getattr(weights, name) * term for name, term in terms.items()), photo.new_zeros(()))
    return {"loss": loss, **terms}


def pick(kept: Sequence[Tensor], index: Tensor) -> Tensor:
    """What is kept of the paintings `index`, int64 [B], in one tensor [B, ...]."""
    return torch.stack([kept[number] for number in index.tolist()])
