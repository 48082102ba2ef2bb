"""The objective of texture networks: a painting's statistics, in many ways (Ulyanov 2017)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from livestyle.workshop.losses.diversity import diversity_loss
from livestyle.workshop.networks.texture import TextureGenerator
from livestyle.workshop.training.perceptual import Perception, generator_from


@dataclass
class TextureObjective:
    """Style loss to one painting + diversity_weight · diversity_loss over the batch."""

    perception: Perception
    """With the one painting."""
    model: TextureGenerator
    diversity_weight: float = 0.1

    def __call__(self, photo: Tensor, rng: np.random.Generator, progress: float) -> dict[str, Tensor]:
        """The named terms, each a scalar; 'loss' is their weighted sum.

        photo [B, 3, S, S] gives number, size and device of the textures, nothing else.
        """
        noise = self.model.noise(len(photo), photo.shape[-1], generator_from(rng))
        textures = self.model([z.to(photo.device) for z in noise])
        only = torch.zeros(len(photo), dtype=torch.int64, device=photo.device)
        if self.perception.loss.random:
            torch.manual_seed(int(rng.integers(2**31)))
        terms = {"style": self.perception.style(textures, only).mean(), "diversity": diversity_loss(textures)}
        return {"loss": terms["style"] + self.diversity_weight * terms["diversity"], **terms}
