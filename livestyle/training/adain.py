"""The objective of AdaIN (Huang 2017, eq. 11-13): decode features that have the statistics of a painting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from livestyle.losses.content import content_loss
from livestyle.losses.moments import MomentsLoss
from livestyle.networks.adain import LAYER, AdaIN, statistics

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", LAYER)


@dataclass
class AdaINObjective:
    """‖f(g(t)) − t‖² + weight · mean over layers of (Δμ)² + (Δσ)². Departure: both terms relative."""

    model: AdaIN
    draw_styles: Callable[[np.random.Generator, int], Tensor]
    """So many paintings, float [count, 3, H, W] in [0, 1], on the model's device."""
    style_weight: float = 10.0
    moments: MomentsLoss = field(default_factory=MomentsLoss)

    def __call__(self, photo: Tensor, rng: np.random.Generator, progress: float) -> dict[str, Tensor]:
        """The named terms, each a scalar; 'loss' is their weighted sum. progress is of no account."""
        paintings = self.draw_styles(rng, len(photo))
        with torch.no_grad():
            wanted = self.model.encoder(paintings, STYLE_LAYERS)
            target = self.model.target(photo, statistics(wanted[LAYER]))
        seen = self.model.encoder(self.model.decoder(target), STYLE_LAYERS)
        styles = [self.moments.loss(seen[k], self.moments.target(wanted[k])).mean() for k in STYLE_LAYERS]
        content, style_term = content_loss(seen[LAYER], target), torch.stack(styles).mean()
        return {"loss": content + self.style_weight * style_term, "content": content, "style": style_term}
