"""Rewrites layers of a transformer for the live graph: the same numbers for less work."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livestyle.workshop.networks.blocks import UpConv
from livestyle.workshop.networks.choices import Norm
from livestyle.workshop.networks.transformer import Architecture

STEM = "stem.conv.conv.weight"
CANVAS = "canvas.conv.conv.weight"
UP = "up.{}.conv.conv.conv.weight"


class LiveStem(nn.Module):
    """The first convolution of a transformer on pixels as they lie in memory.

    Folding by `fold` and a convolution of k x k is one of (fold * k) x k on rows of fold pixels, with
    stride fold downwards: `fold` neighbours in a row are channels as they stand.
    """

    def __init__(self, arch: Architecture) -> None:
        super().__init__()
        self.fold = arch.fold
        self.pad = arch.kernel // 2
        side = arch.kernel, arch.fold
        self.weight = nn.Parameter(torch.empty(arch.down[0], 3 * arch.fold, side[0] * side[1], side[0]))

    def forward(self, pixels: Tensor) -> Tensor:
        """float32 [1, H, W, 3] BGR to [1, C, H / fold, W / fold]. Padded as ReflectConv does it: by
        reflection of whole folded pixels.
        """
        lines = pixels.flatten(2).unflatten(1, (-1, self.fold)).flatten(2)[:, None]
        lines = F.pad(lines, (0, 0, self.pad, self.pad), mode="reflect")[:, 0]
        rows = lines.unflatten(2, (self.fold, -1)).flatten(1, 2).unflatten(2, (-1, 3 * self.fold))
        rows = F.pad(rows, (0, 0, self.pad, self.pad), mode="reflect")
        return F.conv2d(rows.permute(0, 3, 1, 2), self.weight, stride=(self.fold, 1))


class LiveUp(nn.Module):
    """UpConv as one transposed convolution of 4x4 and stride 2: the same numbers for 4/9 of the work.

    Where nearest-neighbour upsampling repeats a pixel, the taps that fall on it are added beforehand.
    """

    def __init__(self, layer: UpConv) -> None:
        super().__init__()
        conv = layer.conv.conv.conv
        self.weight = nn.Parameter(torch.empty(conv.in_channels, conv.out_channels, 4, 4))
        self.conv = layer.conv
        self.conv.conv = nn.Identity()  # type: ignore[assignment]

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """As UpConv."""
        return self.conv.finish(doubled(x, self.weight), style)


def doubled(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Nearest-neighbour upsampling by two and a convolution that reflects, its weights `paired`.

    Reflected upsampled pixels are repeated ones, so x is padded with its edge.
    """
    wide = F.pad(x, (1, 1, 1, 1), mode="replicate")
    return F.conv_transpose2d(wide, weight, bias, stride=2, padding=3)


def to_live(state: dict[str, Tensor], arch: Architecture) -> dict[str, Tensor]:
    """Weights of a Transformer, RGB, as those of its LiveGraph, BGR."""
    live = {f"net.{name}": value for name, value in _swap_head(state).items()}
    # out, (color, y, x), rows, columns -> out, (x, color), (rows, y), columns
    folded = live.pop(f"net.{STEM}").unflatten(1, (3, arch.fold, arch.fold)).flip(1)
    live["stem.weight"] = folded.permute(0, 3, 1, 4, 2, 5).flatten(3, 4).flatten(1, 2) / _range(arch)
    if arch.canvas_level == 0:  # it meets features of pixels of 255
        live[f"net.{CANVAS}"] = live[f"net.{CANVAS}"] * _stem_range(arch)
    for number in range(len(arch.up)):
        live[f"net.up.{number}.weight"] = paired(live.pop(f"net.{UP.format(number)}"))
    return live


def from_live(live: dict[str, Tensor], arch: Architecture) -> dict[str, Tensor]:
    """What `to_live` does, undone; sums of weights up to rounding."""
    state = {name.removeprefix("net."): value for name, value in live.items() if name.startswith("net.")}
    rows = (
        (live["stem.weight"] * _range(arch))
        .unflatten(2, (arch.kernel, arch.fold))
        .unflatten(1, (arch.fold, 3))
    )
    if arch.canvas_level == 0:
        state[CANVAS] = state[CANVAS] / _stem_range(arch)
    state[STEM] = rows.permute(0, 2, 4, 1, 3, 5).flip(1).flatten(1, 3)
    for number in range(len(arch.up)):
        state[UP.format(number)] = unpaired(state.pop(f"up.{number}.weight"))
    return _swap_head(state)


def _range(arch: Architecture) -> float:
    """The divisor of the first weights. Pixels are of 255, and without a norm nothing else takes that out."""
    return 255.0 if arch.norm == Norm.NONE else 1.0


def _stem_range(arch: Architecture) -> float:
    """How many times larger the live graph's first features are than the network's."""
    return 255.0 / _range(arch)


def paired(weight: Tensor) -> Tensor:
    """Weights [O, I, 3, 3] of a convolution behind an upsampling, as `doubled` takes them: [I, O, 4, 4]."""
    return _pairs(_pairs(weight.transpose(0, 1).flip(2, 3), 2), 3)


def unpaired(sums: Tensor) -> Tensor:
    """What `paired` does, undone up to rounding."""
    return _taps(_taps(sums, 2), 3).flip(2, 3).transpose(0, 1)


def _pairs(taps: Tensor, axis: int) -> Tensor:
    """a, b, c to a, a + b, b + c, c."""
    a, b, c = taps.split(1, axis)
    return torch.cat([a, a + b, b + c, c], axis)


def _taps(pairs: Tensor, axis: int) -> Tensor:
    a, ab, _, c = pairs.split(1, axis)
    return torch.cat([a, ab - a, c], axis)


def _swap_head(state: dict[str, Tensor]) -> dict[str, Tensor]:
    swapped = dict(state)
    for name in ("head.conv.weight", "head.conv.bias"):
        swapped[name] = state[name].unflatten(0, (3, -1)).flip(0).flatten(0, 1)
    return swapped
