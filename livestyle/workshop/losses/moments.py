"""Style as mean and standard deviation of each channel (Li 2017, 'BN'; Huang 2017, eq. 13)."""

from __future__ import annotations

from torch import Tensor

from livestyle.workshop.networks.statistics import mean_std


class MomentsLoss:
    """Σ [(Δμ)² + (Δσ)²] over channels, relative to Σ [μ² + σ²] of the painting.

    The target is the means and the deviations, [1, C] each. Departure: relative, not divided by C.
    """

    parts = 2
    random = False

    def target(self, features: Tensor) -> tuple[Tensor, ...]:
        mean, std = mean_std(features)
        return mean.flatten(1), std.flatten(1)

    def loss(self, features: Tensor, target: tuple[Tensor, ...]) -> Tensor:
        mean, std = target
        found_mean, found_std = self.target(features)
        error = ((found_mean - mean).square() + (found_std - std).square()).sum(1)
        return error / (mean.square() + std.square()).sum(1).clamp_min(1e-12)
