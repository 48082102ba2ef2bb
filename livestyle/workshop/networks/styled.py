"""A network together with its styles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import torch
from torch import Tensor, nn

from livestyle.workshop.networks.adain import AdaIN
from livestyle.workshop.networks.choices import Norm
from livestyle.workshop.networks.norms import EPS, ConditionalBatchNorm
from livestyle.workshop.networks.transformer import Transformer

LiveNetwork: TypeAlias = Transformer | AdaIN
"""What paints live: `net(image [1, 3, H, W] RGB in [0, 1], style [1, D])` to the same."""


class Styled(nn.Module):
    """A network with its table of style vectors [N, D]."""

    def __init__(self, net: LiveNetwork, names: Sequence[str]) -> None:
        super().__init__()
        self.net = net
        self.names = list(names)
        self.styles = nn.Parameter(net.new_styles(len(self.names)))


class StyledAdaIN(Styled):
    """Huang's network with the vectors of a few pictures."""

    net: AdaIN


class StyledTransformer(Styled):
    """A transformer with the styles it has learned, the thing that is trained and saved."""

    net: Transformer

    def __init__(self, net: Transformer, names: Sequence[str]) -> None:
        super().__init__(net, names)

    def set_styles(self, known: dict[str, Tensor], default: Tensor) -> None:
        """Set the row of each name to known[name], else to `default`; float32 [D] each."""
        with torch.no_grad():
            self.styles.copy_(torch.stack([known.get(name, default) for name in self.names]))

    @torch.no_grad()
    def folded(self) -> StyledTransformer:
        """What this is once training is over: batch statistics go into the styles, as gamma · x + beta.

        Paints what this one paints in eval mode. Itself where there are no such statistics.
        """
        if self.net.arch.norm != Norm.BATCH:
            return self
        net = Transformer(replace(self.net.arch, norm=Norm.NONE))
        state = self.net.state_dict()
        net.load_state_dict({name: state[name] for name in net.state_dict()})
        plain = StyledTransformer(net, self.names).to(self.styles.device).eval()
        plain.styles.copy_(self.styles)
        for norm in self.net.norms():
            assert isinstance(norm, ConditionalBatchNorm)
            gamma, beta = norm.gamma_beta(plain.styles)
            gamma *= (norm.running_var + EPS).rsqrt()
            beta -= norm.running_mean * gamma
        return plain

    def forward(self, x: Tensor, index: Tensor, canvas: Tensor | None = None) -> Tensor:
        """x [B, 3, H, W] in [0, 1], index int64 [B]: which style for which image; canvas as its network's."""
        y: Tensor = self.net(x, self.styles[index], canvas)
        return y
