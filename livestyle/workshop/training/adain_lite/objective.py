"""The objective of light AdaIN: paint after any picture, and learn from VGG what a style is.

A teacher makes style vectors of VGG's statistics of a picture, in the four layers of the losses. The
encoder learns to make the same of the picture itself (collaborative distillation, Wang 2020); then it
paints on its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livestyle.workshop.losses.moments import MomentsLoss
from livestyle.workshop.losses.style import Features, LayerMean, StyleLoss, WeightedSum
from livestyle.workshop.networks.adain_lite import STRIDE, AdaINLite
from livestyle.workshop.networks.statistics import mean_std
from livestyle.workshop.training.perceptual import (
    STYLE_LAYERS,
    Perception,
    Weights,
    generator_from,
    paint_terms,
)

HANDOVER = 0.4
"""Until this part of the training the teacher's vectors are painted with, then the encoder's."""

VIEW = 5 / 12
"""The encoder sees a picture at this share of the size at which the losses see it."""

DISTILL = 5.0
"""Weight of the distance between the encoder's vectors and the teacher's; falls to 0 over the training."""

SHARED = 2
"""Photos that are painted after one picture: to look at it takes as long as to judge a painting."""

RIDGE = 0.05
"""Weight of the penalty in `Teacher.fit`. The statistics are scaled to a mean squared length of 1, so this is
a twentieth of a painting's own entry in the kernel: with few paintings the map does not fit their noise."""


class Teacher(nn.Module):
    """A linear map from VGG's statistics of a picture to a style vector; only training needs it."""

    center: Tensor
    scale: Tensor

    def __init__(self, statistics: Tensor, style_length: int) -> None:
        """statistics: float [N, M] of many pictures, to which others are compared."""
        super().__init__()
        self.register_buffer("center", statistics.mean(0))
        self.register_buffer("scale", statistics.std(0).clamp_min(1e-6) * statistics.shape[1] ** 0.5)
        self.linear = nn.Linear(statistics.shape[1], style_length)
        nn.init.zeros_(self.linear.weight)

    def forward(self, statistics: Tensor) -> Tensor:
        """float32 [B, M] to [B, D]."""
        x = ((statistics - self.center) / self.scale).float()
        with torch.autocast(x.device.type, enabled=False):
            vector: Tensor = self.linear(x)
        return vector

    @torch.no_grad()
    def fit(self, statistics: Tensor, vectors: Tensor) -> None:
        """Start from styles that are known: ridge regression of vectors [K, D] on statistics [K, M]."""
        x = ((statistics - self.center) / self.scale).double()
        mean = vectors.mean(0)
        kernel = x @ x.T + RIDGE * torch.eye(len(x), dtype=x.dtype, device=x.device)
        self.linear.weight.copy_((torch.linalg.solve(kernel, (vectors - mean).double()).T @ x).float())
        self.linear.bias.copy_(mean)


class TaughtAdaIN(nn.Module):
    """What is trained and kept in the checkpoint: the model and its teacher."""

    def __init__(self, model: AdaINLite, teacher: Teacher) -> None:
        super().__init__()
        self.model = model
        self.teacher = teacher


@dataclass
class LiteObjective:
    """Content + style + TV + stability of what is painted, and the encoder's distance from the teacher.

    The paintings of the perception are those of the step: what a style loss keeps of thousands of pictures,
    such as the Gram matrices of their windows, has no room in memory.
    """

    perception: Perception
    pictures: Tensor
    """uint8 [N, 3, S, S]: the styles that are drawn from."""
    taught: TaughtAdaIN
    weights: Weights
    anneal: bool

    def __call__(self, photo: Tensor, rng: np.random.Generator, progress: float) -> dict[str, Tensor]:
        """The named terms, each a scalar; 'loss' is their weighted sum."""
        weights = self.weights.annealed(progress) if self.anneal else self.weights
        net, encoder, teacher = self.taught.model.net, self.taught.model.encoder, self.taught.teacher
        index = torch.from_numpy(rng.integers(len(self.pictures), size=-(-len(photo) // SHARED)))
        with torch.no_grad():
            seen = self.perception.vgg(photo, STYLE_LAYERS)
            told = teacher(statistics(seen))
        drawn = self.pictures[index.to(photo.device)].float() / 255
        self.perception.forget()
        with torch.no_grad():
            known = torch.cat([statistics(self.perception.learn(picture)) for picture in drawn.split(1)])
        taught = teacher(known)
        found = encoder(view(drawn))
        distance = (relative(found, taught.detach()) + relative(encoder(view(photo)), told)) / 2
        rows = torch.arange(len(photo)) // SHARED
        style = (taught if progress < HANDOVER else found)[rows.to(photo.device)]
        content = {layer: seen[layer] for layer in self.perception.content_layers}
        canvas = net.draw_canvas(photo, generator_from(rng))
        terms = paint_terms(
            self.perception, lambda x, on: net(x, style, on), photo, canvas, content, rows, weights, rng
        )  # fmt: skip
        loss = terms["loss"] + DISTILL * (1 - progress) * distance
        return {**terms, "loss": loss, "distance": distance}


def with_moments(loss: StyleLoss) -> StyleLoss:
    """A style loss and Huang's (2017, eq. 13)."""
    return WeightedSum([(1.0, loss), (1.0, LayerMean(MomentsLoss()))])


def statistics(seen: Features) -> Tensor:
    """Means and deviations of `STYLE_LAYERS`, float32 [B, M]."""
    return torch.cat([part.flatten(1) for layer in STYLE_LAYERS for part in mean_std(seen[layer])], 1)


def view(pictures: Tensor) -> Tensor:
    """Square pictures [B, 3, S, S] as the encoder sees them."""
    side = max(1, round(pictures.shape[3] * VIEW / STRIDE)) * STRIDE
    return F.interpolate(pictures, (side, side), mode="bilinear", antialias=True)


def relative(found: Tensor, wanted: Tensor) -> Tensor:
    """Squared distance of vectors [B, D], relative to the wanted ones; a scalar."""
    return ((found - wanted).square().sum(1) / wanted.square().sum(1).clamp_min(1e-8)).mean()
