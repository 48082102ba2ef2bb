"""Style as a distribution: maximum mean discrepancy between two sets of feature vectors (Li 2017).

MMD²(F, S) = mean k(f, f') + mean k(s, s') − 2 mean k(f, s)

With k(x, y) = (xᵀy)² this is the squared distance of the Gram matrices. Kernels whose feature space
is small are computed there, exactly; the Gaussian one is estimated in linear time.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from livestyle.workshop.losses.gram import gram_matrix
from livestyle.workshop.losses.positions import flatten

Kernel = Callable[[Tensor, Tensor], Tensor]
"""[B, C, M] and [B, C, N], vectors in columns, to k of all pairs, [B, M, N]."""

SAMPLES = 2048
"""Vectors of a painting that the Gaussian loss keeps, and draws from a picture in each evaluation."""


def mmd(features: Tensor, style: Tensor, kernel: Kernel) -> Tensor:
    """MMD² by its definition, over all pairs; [B, C, M] and [B, C, N] to [B]. Quadratic in M and N:
    what the losses below are measured by.
    """
    means = [kernel(x, y).mean(dim=(1, 2)) for x, y in ((features, features), (style, style))]
    return means[0] + means[1] - 2 * kernel(features, style).mean(dim=(1, 2))


def linear(x: Tensor, y: Tensor) -> Tensor:
    """k(x, y) = xᵀy"""
    return x.transpose(1, 2) @ y


def polynomial(x: Tensor, y: Tensor, c: float | Tensor = 0.0) -> Tensor:
    """k(x, y) = (xᵀy + c)²"""
    return (linear(x, y) + c).square()


def gaussian(x: Tensor, y: Tensor, gamma: float | Tensor) -> Tensor:
    """k(x, y) = exp(−γ ‖x − y‖²)"""
    lengths = x.square().sum(1)[:, :, None] + y.square().sum(1)[:, None]
    return torch.exp(-gamma * (lengths - 2 * linear(x, y)).clamp_min(0))


class LinearMMD:
    """k(x, y) = xᵀy: ‖μ_f − μ_s‖², relative to ‖μ_s‖². The target is the mean, [1, C]."""

    parts = 1
    random = False

    def target(self, features: Tensor) -> tuple[Tensor, ...]:
        return (flatten(features).mean(2),)

    def loss(self, features: Tensor, target: tuple[Tensor, ...]) -> Tensor:
        mean = target[0]
        error = (flatten(features).mean(2) - mean).square().sum(1)
        return error / mean.square().sum(1).clamp_min(1e-12)


class PolynomialMMD:
    """k(x, y) = (xᵀy + c)²: ‖G_f − G_s‖² + 2c ‖μ_f − μ_s‖², relative to a picture without features.

    c is the mean squared length of the painting's vectors, so that both terms count whatever the
    scale of the features. The target is Gram matrix [1, C, C], mean [1, C] and c [1].
    """

    parts = 3
    random = False

    def target(self, features: Tensor) -> tuple[Tensor, ...]:
        gram = gram_matrix(features)
        return gram, flatten(features).mean(2), gram.diagonal(dim1=1, dim2=2).sum(1)

    def loss(self, features: Tensor, target: tuple[Tensor, ...]) -> Tensor:
        gram, mean, c = target
        error = self._length(gram_matrix(features) - gram, flatten(features).mean(2) - mean, c)
        return error / self._length(gram, mean, c).clamp_min(1e-12)

    @staticmethod
    def _length(gram: Tensor, mean: Tensor, c: Tensor) -> Tensor:
        return gram.square().sum(dim=(1, 2)) + 2 * c * mean.square().sum(1)


class GaussianMMD:
    """k(x, y) = exp(−γ ‖x − y‖²), by the linear-time estimate over drawn pairs (Gretton 2012, Li 2017):

    mean of k(f, f') + k(s, s') − k(f, s') − k(f', s), relative to a picture without features.
    Drawn anew by torch's global generator in each evaluation, so it is 0 only on average, and may
    be negative. γ = 1 / mean squared distance within the painting (Li: between painting and picture,
    which would move the objective). The target is vectors [1, C, SAMPLES], γ [1] and the scale [1].
    """

    parts = 3
    random = True

    def target(self, features: Tensor) -> tuple[Tensor, ...]:
        flat = flatten(features)
        where = torch.randint(flat.shape[2], (SAMPLES,), generator=torch.Generator().manual_seed(0))
        kept = flat[:, :, where.to(flat.device)]
        distance = 2 * flat.var(dim=2, correction=0).sum(1)
        gamma = 1 / distance.clamp_min(1e-12)
        with torch.autocast(kept.device.type, enabled=False):
            scale = mmd(torch.zeros_like(kept[:, :, :1]), kept, lambda x, y: gaussian(x, y, gamma))
        return kept, gamma, scale

    def loss(self, features: Tensor, target: tuple[Tensor, ...]) -> Tensor:
        kept, gamma, scale = target
        flat = flatten(features)
        half = kept.shape[2] // 2
        pairs = torch.randint(flat.shape[2], (2, half)).to(flat.device)
        order = torch.randperm(kept.shape[2]).to(flat.device)
        f, g = flat[:, :, pairs[0]], flat[:, :, pairs[1]]
        s, t = kept[:, :, order[:half]], kept[:, :, order[half : 2 * half]]

        def mean_kernel(x: Tensor, y: Tensor) -> Tensor:
            return torch.exp(-gamma[:, None] * (x - y).square().sum(1)).mean(1)

        estimate = mean_kernel(f, g) + mean_kernel(s, t) - mean_kernel(f, t) - mean_kernel(g, s)
        return estimate / scale.clamp_min(1e-12)
