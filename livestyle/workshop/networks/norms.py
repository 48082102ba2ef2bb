"""Instance normalisation (Ulyanov 2016), its conditional form (Dumoulin 2017), and batch norm to compare."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livestyle.workshop.networks.choices import Norm

EPS = 1e-5
"""Added to the variance. On [0, 1] pixels it keeps a flat region from being blown up to full contrast."""

MOMENTUM = 0.1
"""Share of a batch in the running statistics, which is torch's default."""


class StyleNorm(nn.Module):
    """A normalisation whose gamma and beta are a slice of the style vector.

    They are not parameters: they come with the input, so that one network holds any number of styles.
    """

    def __init__(self, channels: int, offset: int) -> None:
        """Read gamma from style[:, offset : offset + channels], beta from the next `channels`."""
        super().__init__()
        self.channels = channels
        self.offset = offset
        self.eps = EPS

    def gamma_beta(self, style: Tensor) -> tuple[Tensor, Tensor]:
        """float32 [B, D] to twice [B, C]."""
        gamma, beta = style[:, self.offset : self.offset + 2 * self.channels].chunk(2, dim=1)
        return gamma, beta


class ConditionalInstanceNorm(StyleNorm):
    """z = gamma_s * (x - mean(x)) / std(x) + beta_s, statistics over H x W (Dumoulin 2017, eq. 5)."""

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """x [B, C, H, W] of any float type, style float32 [B, D]; returns float32 [B, C, H, W].

        For B = 1, the live case, this is exactly one native InstanceNormalization when exported.
        """
        gamma, beta = self.gamma_beta(style)
        if x.shape[0] == 1:
            return F.instance_norm(x.float(), weight=gamma[0], bias=beta[0], eps=self.eps)
        normal = F.instance_norm(x.float(), eps=self.eps)
        return torch.addcmul(beta[:, :, None, None], normal, gamma[:, :, None, None])


class ConditionalBatchNorm(StyleNorm):
    """The same with statistics over B x H x W, as Johnson 2016 had it before Ulyanov 2016.

    Training uses the statistics of the batch, and everything else their running means, which
    `StyledTransformer.folded` turns into the style vector of an `Affine`.
    """

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, channels: int, offset: int) -> None:
        super().__init__(channels, offset)
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """x [B, C, H, W] of any float type, style float32 [B, D]; returns float32 [B, C, H, W]."""
        gamma, beta = self.gamma_beta(style)
        known = (self.running_mean, self.running_var)
        normal = F.batch_norm(x.float(), *known, training=self.training, momentum=MOMENTUM, eps=self.eps)
        return torch.addcmul(beta[:, :, None, None], normal, gamma[:, :, None, None])


class Affine(StyleNorm):
    """gamma_s * x + beta_s: no statistics at all."""

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """x [B, C, H, W] of any float type, style float32 [B, D]; returns float32 [B, C, H, W]."""
        gamma, beta = self.gamma_beta(style)
        return torch.addcmul(beta[:, :, None, None], x.float(), gamma[:, :, None, None])


NORMS: dict[Norm, type[StyleNorm]] = {
    Norm.INSTANCE: ConditionalInstanceNorm,
    Norm.BATCH: ConditionalBatchNorm,
    Norm.NONE: Affine,
}
