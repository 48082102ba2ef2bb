"""The objective of the feed-forward networks: Johnson 2016 with the styles of Dumoulin 2017."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from livestyle.losses.content import content_loss
from livestyle.losses.style import gram_loss, gram_matrix
from livestyle.losses.temporal import stability_loss
from livestyle.losses.tv import tv_loss
from livestyle.networks.styled import StyledTransformer
from livestyle.networks.vgg import VGG19

CONTENT_LAYER = "relu4_1"
STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")


@dataclass(frozen=True)
class Weights:
    """Weights of the terms. Content and style are relative losses, so 1 : 10 suits every painting."""

    content: float = 1.0
    style: float = 10.0
    tv: float = 0.05
    stability: float = 200.0

    def annealed(self, progress: float) -> Weights:
        """With stability growing from nothing at a tenth of the training to all of it at four tenths.

        From the start it would keep a network from ever painting: flat pictures are the steadiest.
        """
        share = min(1.0, max(0.0, (progress - 0.1) / 0.3))
        return replace(self, stability=self.stability * share)


class Perception:
    """What VGG sees in photos and paintings: the targets and the terms built on them."""

    def __init__(self, vgg: VGG19, paintings: Sequence[Tensor]) -> None:
        """paintings: float [1, 3, H, W] in [0, 1], one for each style, on VGG's device."""
        self.vgg = vgg
        grams = [self.grams(painting) for painting in paintings]
        self.targets = {layer: torch.cat([g[layer] for g in grams]) for layer in STYLE_LAYERS}

    @torch.no_grad()
    def grams(self, painting: Tensor) -> dict[str, Tensor]:
        return {k: gram_matrix(f) for k, f in self.vgg(painting, STYLE_LAYERS).items()}

    @torch.no_grad()
    def content(self, photo: Tensor) -> Tensor:
        features: Tensor = self.vgg(photo, (CONTENT_LAYER,))[CONTENT_LAYER]
        return features

    def terms(self, painted: Tensor, content: Tensor, index: Tensor) -> tuple[Tensor, Tensor]:
        """Content loss (a scalar) and style loss [B] of images painted in the styles `index` [B]."""
        seen = self.vgg(painted, (*STYLE_LAYERS, CONTENT_LAYER))
        style = [gram_loss(gram_matrix(seen[k]), self.targets[k][index]) for k in STYLE_LAYERS]
        return content_loss(seen[CONTENT_LAYER], content), torch.stack(style).mean(0)


@dataclass
class FeedforwardObjective:
    """Content + style + TV + stability of one random style for each photo (Dumoulin 2017, eq. 4)."""

    perception: Perception
    model: StyledTransformer
    weights: Weights
    style_weights: Tensor
    """Float [N]: a factor on the style loss of each painting."""
    trained: Tensor
    """Int64: the styles to draw from."""
    anneal: bool
    """Whether stability grows during the training; a network that paints already needs it at once."""

    def __call__(self, photo: Tensor, rng: np.random.Generator, progress: float) -> dict[str, Tensor]:
        """The named terms, each a scalar; 'loss' is their weighted sum."""
        device = photo.device
        weights = self.weights.annealed(progress) if self.anneal else self.weights
        index = self.trained[torch.from_numpy(rng.integers(len(self.trained), size=len(photo)))].to(device)
        painted = self.model(photo, index)
        content, styles = self.perception.terms(painted, self.perception.content(photo), index)
        style = (styles * self.style_weights.to(device)[index]).mean()
        terms = {"content": content, "style": style, "tv": tv_loss(painted)}
        if weights.stability > 0:
            generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
            terms["stability"] = stability_loss(lambda x: self.model(x, index), photo, painted, generator)
        loss = sum((getattr(weights, name) * term for name, term in terms.items()), photo.new_zeros(()))
        return {"loss": loss, **terms}
