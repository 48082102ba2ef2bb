"""The objective of AdaIN (Huang 2017, eq. 11-13): decode features that have the statistics of a painting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from livestyle.workshop.losses.content import content_loss
from livestyle.workshop.losses.moments import MomentsLoss
from livestyle.workshop.losses.temporal import stability_losses
from livestyle.workshop.networks.adain import LAYER, AdaIN, adain, statistics
from livestyle.workshop.training.perceptual import Weights, generator_from

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", LAYER)

INVERTING = 0.2
"""The part of a training in which the decoder learns to turn features back into their picture, and no more.

VGG's gradients alone, from torch's default start, had found no colours after 1000 steps.
"""

IDENTITY = 10.0
"""Weight of that term, which stays: with alpha 0 a photo is to come back (Park 2019, identity loss)."""


@dataclass
class AdaINObjective:
    """‖f(g(t)) − t‖² + weight · mean over layers of (Δμ)² + (Δσ)². Departure: both terms relative.

    And what Huang has not: features that nobody restyled have to give their picture back, and a moved
    photo under noise the same painting, moved.
    """

    model: AdaIN
    draw_styles: Callable[[np.random.Generator, int], Tensor]
    """So many paintings, float [count, 3, H, W] in [0, 1], on the model's device."""
    weights: Weights = field(default_factory=lambda: Weights(stability=0))
    """Of style, stability and noise; content is 1, and there are no others."""
    moments: MomentsLoss = field(default_factory=MomentsLoss)

    def __call__(self, photo: Tensor, rng: np.random.Generator, progress: float) -> dict[str, Tensor]:
        """The named terms, each a scalar; 'loss' is their weighted sum. Stability grows with the progress."""
        paintings = self.draw_styles(rng, len(photo))
        if progress < INVERTING:
            pictures = photo if rng.random() < 0.5 else paintings
            identity = self._identity(pictures, self.model.encode(pictures))
            return {"loss": IDENTITY * identity, "identity": identity}
        with torch.no_grad():
            wanted = self.model.encoder(paintings, STYLE_LAYERS)
            style = statistics(wanted[LAYER])
            features = self.model.encode(photo).float()
            target = adain(features, style)
        painted = self.model.decoder(target)
        seen = self.model.encoder(painted, STYLE_LAYERS)
        styles = [self.moments.loss(seen[k], self.moments.target(wanted[k])).mean() for k in STYLE_LAYERS]
        some = slice((len(photo) + 1) // 2)
        terms = {
            "content": content_loss(seen[LAYER], target),
            "style": torch.stack(styles).mean(),
            "identity": self._identity(photo[some], features[some]),
        }
        weights = self.weights.annealed(progress)
        loss = terms["content"] + weights.style * terms["style"] + IDENTITY * terms["identity"]
        if weights.stability or weights.noise:
            terms["stability"], terms["noise"] = stability_losses(
                lambda x, _: self.model(x, style), photo, painted, generator_from(rng), weights.still
            )
            loss = loss + weights.stability * terms["stability"] + weights.noise * terms["noise"]
        return {"loss": loss, **terms}

    def _identity(self, pictures: Tensor, features: Tensor) -> Tensor:
        """How far the decoder is from giving back `pictures`, whose features these are."""
        back: Tensor = self.model.decoder(features)
        return (back - pictures).abs().mean()
