"""Instance normalisation (Ulyanov 2016) and its conditional form (Dumoulin 2017)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

EPS = 1e-5
"""Added to the variance. On [0, 1] pixels it keeps a flat region from being blown up to full contrast."""


class ConditionalInstanceNorm(nn.Module):
    """z = gamma_s * (x - mean(x)) / std(x) + beta_s, statistics over H x W (Dumoulin 2017, eq. 5).

    gamma and beta are not parameters: they are a slice of the style vector that comes with the
    input, so that one network holds any number of styles.
    """

    def __init__(self, channels: int, offset: int) -> None:
        """Read gamma from style[:, offset : offset + channels], beta from the next `channels`."""
        super().__init__()
        self.channels = channels
        self.offset = offset

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """x [B, C, H, W] of any float type, style float32 [B, D]; returns float32 [B, C, H, W].

        For B = 1, the live case, this is exactly one native InstanceNormalization when exported.
        """
        gamma, beta = style[:, self.offset : self.offset + 2 * self.channels].chunk(2, dim=1)
        if x.shape[0] == 1:
            return F.instance_norm(x.float(), weight=gamma[0], bias=beta[0], eps=EPS)
        normal = F.instance_norm(x.float(), eps=EPS)
        return torch.addcmul(beta[:, :, None, None], normal, gamma[:, :, None, None])
