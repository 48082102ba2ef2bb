"""Huang's own AdaIN as a live graph, and its weights there and back."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from livestyle.workshop.export.layers import doubled, paired, unpaired
from livestyle.workshop.export.live_graph import LiveGraph
from livestyle.workshop.export.steadiness import FOLD
from livestyle.workshop.networks.adain import CHANNELS, LAYER, STRIDE, AdaIN, adain
from livestyle.workshop.networks.blocks import ReflectConv
from livestyle.workshop.networks.vgg import VGG19

LAST = f"decoder.groups.{len(CHANNELS) - 1}.{2 * len(CHANNELS[-1]) - 4}.conv."
"""Prefix of the weights of the last convolution, which gives pixels."""

COLORS = {"encoder.mean": 1, "encoder.std": 1, "encoder.conv1_1.weight": 1} | dict.fromkeys(
    (f"{LAST}weight", f"{LAST}bias"), 0
)
"""Tensors with an axis of red, green and blue, and which axis that is."""

RANGES = ("encoder.mean", "encoder.std")
"""Tensors in units of pixel values."""

DOUBLED = [f"decoder.groups.{number}.0." for number in range(1, len(CHANNELS))]
"""The convolutions behind the upsamplings."""


def new_adain() -> AdaIN:
    """The network with its kind of VGG-19, weights yet to be loaded."""
    return AdaIN(VGG19(LAYER, "max", "reflect"))


class LiveAdaIN(LiveGraph):
    """VGG-19, AdaIN and the decoder, live: alpha is 1, `strength` mixes pixels."""

    net: AdaIN

    def __init__(self) -> None:
        super().__init__(STRIDE)
        self.net = new_adain()
        for group in list(self.net.decoder.groups)[1:]:
            assert isinstance(group, nn.Sequential)
            assert isinstance(group[0], ReflectConv)
            group[0] = Doubling(group[0].conv)

    def paint(self, pixels: Tensor, style: Tensor) -> Tensor:
        x = adain(self.net.encode(pixels.permute(0, 3, 1, 2)).float(), style)
        for group in self.net.decoder.groups:
            x = group(x)
        return F.pixel_unshuffle((x.float() * 255).clamp(0, 255), FOLD)


class Doubling(nn.Module):
    """Nearest-neighbour upsampling by two and a convolution, as one (see `doubled`)."""

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__()
        assert conv.bias is not None
        self.weight = nn.Parameter(paired(conv.weight.detach()))
        self.bias = nn.Parameter(conv.bias.detach())

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] to [B, C', 2H, 2W]."""
        return doubled(x, self.weight, self.bias)


def adain_to_live(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights of an AdaIN, RGB of 1, as those of its LiveAdaIN, BGR of 255."""
    live = {name: state[name] * 255 if name in RANGES else state[name] for name in state}
    live = _swapped(live)
    for name in DOUBLED:
        live[f"{name}weight"] = paired(live.pop(f"{name}conv.weight"))
        live[f"{name}bias"] = live.pop(f"{name}conv.bias")
    return {f"net.{name}": value for name, value in live.items()}


def adain_from_live(live: dict[str, Tensor]) -> dict[str, Tensor]:
    """What `adain_to_live` does, undone."""
    state = {name.removeprefix("net."): value for name, value in live.items()}
    for name in DOUBLED:
        state[f"{name}conv.weight"] = unpaired(state.pop(f"{name}weight"))
        state[f"{name}conv.bias"] = state.pop(f"{name}bias")
    state = _swapped(state)
    return {name: state[name] / 255 if name in RANGES else state[name] for name in state}


def _swapped(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.flip(COLORS[name]) if name in COLORS else value for name, value in state.items()}
