"""From a set of photos to a set of paintings, without pairs: generators and critics of Zhu 2017."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livestyle.workshop.networks.styled import StyledTransformer
from livestyle.workshop.networks.transformer import ARCHITECTURES, Architecture, Transformer

INIT_STD = 0.02
"""Standard deviation of new weights (Zhu 2017, section 7.1)."""

SLOPE = 0.2
"""Of the critics' leaky ReLU (Zhu 2017, section 7.2)."""

GENERATORS = {
    # c7s1-64, d128, d256, nine or six R256, u128, u64, c7s1-3 (Zhu 2017, section 7.2)
    "wide": Architecture(fold=1, down=(64, 128, 256), blocks=9, up=(128, 64), unfold=1, kernel=7),
    "six": Architecture(fold=1, down=(64, 128, 256), blocks=6, up=(128, 64), unfold=1, kernel=7),
    "lite": ARCHITECTURES["lite"],
}
"""Generators are transformers with one style, so they are exported as all others are.

The same as the paper's: tanh on [−1, 1] is a sigmoid on [0, 1], and what instance normalisation follows
needs no bias and sees no shift of the picture. Departures: upsampling + convolution for the transposed
ones (no checkerboards, as many weights); gamma and beta are learned.
"""

CRITIC_CHANNELS = {"wide": 64, "six": 64, "lite": 32}


class CycleNetworks(nn.Module):
    """Both generators and both critics. a: the photos, b: the paintings."""

    def __init__(self, arch: str, style: str = "b", back: str = "a") -> None:
        """arch: one of GENERATORS. style, back: what the generators' only styles are called."""
        super().__init__()
        self.ab = StyledTransformer(Transformer(GENERATORS[arch]), [style])
        self.ba = StyledTransformer(Transformer(GENERATORS[arch]), [back])
        self.critic_a = PatchCritic(CRITIC_CHANNELS[arch])
        self.critic_b = PatchCritic(CRITIC_CHANNELS[arch])
        initialize(self.ab)
        initialize(self.ba)

    def paint(self, picture: Tensor) -> Tensor:
        """[B, 3, H, W] of set a, in [0, 1], as one of set b."""
        return _translate(self.ab, picture)

    def unpaint(self, picture: Tensor) -> Tensor:
        """[B, 3, H, W] of set b, in [0, 1], as one of set a."""
        return _translate(self.ba, picture)

    def generators(self) -> list[nn.Parameter]:
        return [*self.ab.parameters(), *self.ba.parameters()]

    def critics(self) -> list[nn.Parameter]:
        return [*self.critic_a.parameters(), *self.critic_b.parameters()]


def _translate(generator: StyledTransformer, picture: Tensor) -> Tensor:
    only = torch.zeros(len(picture), dtype=torch.int64, device=picture.device)
    translated: Tensor = generator(picture, only)
    return translated


class PatchCritic(nn.Module):
    """C64-C128-C256-C512: a score for each patch of 70 x 70 px, real or painted (Zhu 2017, section 7.2)."""

    def __init__(self, channels: int = 64) -> None:
        super().__init__()
        c = channels
        shapes = ((3, c, 2), (c, 2 * c, 2), (2 * c, 4 * c, 2), (4 * c, 8 * c, 1), (8 * c, 1, 1))
        self.convs = nn.ModuleList(nn.Conv2d(a, b, 4, stride, padding=1) for a, b, stride in shapes)
        initialize(self)

    def forward(self, x: Tensor) -> Tensor:
        """[B, 3, H, W] in [0, 1] to scores [B, 1, H/8 − 2, W/8 − 2]: towards 1 for real, 0 for painted."""
        x = x * 2 - 1
        last = len(self.convs) - 1
        for number, conv in enumerate(self.convs):
            x = conv(x)
            if 0 < number < last:
                x = F.instance_norm(x.float())
            if number < last:
                x = F.leaky_relu(x, SLOPE)
        return x


def initialize(module: nn.Module) -> None:
    """Weights from N(0, 0.02²), biases 0 (Zhu 2017, section 7.1)."""
    for conv in (m for m in module.modules() if isinstance(m, nn.Conv2d)):
        nn.init.normal_(conv.weight, 0.0, INIT_STD)
        if conv.bias is not None:
            nn.init.zeros_(conv.bias)
