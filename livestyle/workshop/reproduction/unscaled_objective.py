"""The objective as Johnson 2016 scales it: not relative. The thresholds of some claims were set for it."""

from __future__ import annotations

import torch
from torch import Tensor

from livestyle.workshop.losses.gram import gram_matrix
from livestyle.workshop.networks.vgg import VGG19

CONTENT, STYLES = "relu3_3", ("relu1_1", "relu2_1", "relu3_1", "relu4_1")
STYLE_WEIGHT = 5.0

PLAIN = (
    f"content in {CONTENT}, Gram matrices over C·H·W in {STYLES[0]} to {STYLES[-1]}, weight {STYLE_WEIGHT:g}"
)
"""The same in words."""


class PlainObjective:
    """Mean squared distance of features + 5 · Σ ‖G − S‖², G = F Fᵀ / (C H W) (Johnson 2016, eq. 2-4)."""

    def __init__(self, vgg: VGG19, painting: Tensor) -> None:
        """vgg: up to relu4_1; painting [1, 3, H, W] in [0, 1], on its device."""
        self.vgg = vgg
        with torch.no_grad():
            self.targets = self._grams(vgg(painting, STYLES))

    @torch.no_grad()
    def content(self, photo: Tensor) -> Tensor:
        features: Tensor = self.vgg(photo, (CONTENT,))[CONTENT]
        return features

    def __call__(self, pictures: Tensor, content: Tensor) -> Tensor:
        """pictures [B, 3, H, W] in [0, 1] and the content of B photos, to a scalar, the mean of the batch."""
        seen = self.vgg(pictures, {CONTENT, *STYLES})
        errors = [
            (g - t).square().sum((1, 2)).mean() for g, t in zip(self._grams(seen), self.targets, strict=True)
        ]
        distance = (seen[CONTENT].float() - content.float()).square().mean()
        loss: Tensor = distance + STYLE_WEIGHT * torch.stack(errors).sum()
        return loss

    @staticmethod
    def _grams(seen: dict[str, Tensor]) -> list[Tensor]:
        return [gram_matrix(seen[layer]) / seen[layer].shape[1] for layer in STYLES]
