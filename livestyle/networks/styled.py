"""A transformer together with the styles it has learned."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from livestyle.networks.transformer import Transformer


class StyledTransformer(nn.Module):
    """A transformer with its table of style vectors [N, D], the thing that is trained and saved."""

    def __init__(self, net: Transformer, names: Sequence[str]) -> None:
        super().__init__()
        self.net = net
        self.names = list(names)
        self.styles = nn.Parameter(net.new_styles(len(self.names)))

    def set_styles(self, known: dict[str, Tensor], default: Tensor) -> None:
        """Set the row of each name to known[name], else to `default`; float32 [D] each."""
        with torch.no_grad():
            self.styles.copy_(torch.stack([known.get(name, default) for name in self.names]))

    def forward(self, x: Tensor, index: Tensor) -> Tensor:
        """x [B, 3, H, W] in [0, 1], index int64 [B]: which style for which image."""
        y: Tensor = self.net(x, self.styles[index])
        return y
