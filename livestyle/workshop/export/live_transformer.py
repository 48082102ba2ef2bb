"""The live graph of each kind of network."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from livestyle.workshop.export.adain import LiveAdaIN, adain_to_live
from livestyle.workshop.export.layers import LiveStem, LiveUp, to_live
from livestyle.workshop.export.live_graph import LiveGraph
from livestyle.workshop.export.steadiness import FOLD
from livestyle.workshop.networks.blocks import UpConv
from livestyle.workshop.networks.norms import EPS
from livestyle.workshop.networks.styled import LiveNetwork
from livestyle.workshop.networks.transformer import Architecture, Transformer


class LiveTransformer(LiveGraph):
    """A transformer, live.

    Its first convolution reads pixels in rows of bytes (`LiveStem`). Its weights are reordered
    (`to_live`), and the first normalisation takes the factor of 255 out again.
    """

    net: Transformer

    def __init__(self, arch: Architecture) -> None:
        super().__init__(arch.stride)
        self.net = Transformer(arch)
        self.net.stem.norm.eps = EPS * 255**2
        self.net.stem.conv = nn.Identity()  # type: ignore[assignment]
        self.net.up = nn.ModuleList(LiveUp(layer) for layer in self.net.up if isinstance(layer, UpConv))
        self.stem = LiveStem(arch)

    def paint(self, pixels: Tensor, style: Tensor) -> Tensor:
        painting, unfold = self.net.paint(self.stem(pixels), style) * 255, self.net.arch.unfold
        if unfold != FOLD:
            painting = F.pixel_unshuffle(F.pixel_shuffle(painting, unfold), FOLD)
        return painting


def live_graph(net: LiveNetwork) -> LiveGraph:
    """The live graph of a trained network, which stays as it is."""
    live: LiveGraph
    if isinstance(net, Transformer):
        live, state = LiveTransformer(net.arch), to_live(net.state_dict(), net.arch)
    else:
        live, state = LiveAdaIN(), adain_to_live(net.state_dict())
    live.load_state_dict(state)
    return live.eval()
