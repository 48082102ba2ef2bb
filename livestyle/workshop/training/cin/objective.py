"""The objective of networks with their own styles: Johnson 2016 with the styles of Dumoulin 2017."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from livestyle.workshop.losses.peaks import watched
from livestyle.workshop.networks.styled import StyledTransformer
from livestyle.workshop.training.perceptual import Perception, Weights, generator_from, paint_terms


@dataclass
class FeedforwardObjective:
    """Content + style + TV + stability of one random style for each photo (Dumoulin 2017, eq. 4)."""

    perception: Perception
    model: StyledTransformer
    weights: Weights
    style_weights: Tensor
    """Float [N]: a factor on the style loss of each painting."""
    trained: Tensor
    """Int64: the styles to draw from; one that stands here twice is drawn twice as often."""
    anneal: bool
    """Whether stability grows during the training; a network that paints already needs it at once."""

    def __call__(self, photo: Tensor, rng: np.random.Generator, progress: float) -> dict[str, Tensor]:
        """The named terms, each a scalar; 'loss' is their weighted sum."""
        device = photo.device
        weights = self.weights.annealed(progress) if self.anneal else self.weights
        index = self.trained[torch.from_numpy(rng.integers(len(self.trained), size=len(photo)))].to(device)
        content = self.perception.content(photo)
        norms = self.model.net.norms() if weights.peaks else ()
        canvas = self.model.net.draw_canvas(photo, generator_from(rng))
        with watched(norms) as peaks:
            terms = paint_terms(
                self.perception, lambda x, on: self.model(x, index, on), photo, canvas, content, index,
                weights, rng, self.style_weights.to(device)[index],
            )  # fmt: skip
        if peaks:
            terms["peaks"] = torch.stack(peaks).mean()
            terms["loss"] = terms["loss"] + weights.peaks * terms["peaks"]
        return terms
