"""The live graph: bytes in, bytes out, everything between in one ONNX file."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livestyle.export.layers import LiveStem, LiveUp, to_live
from livestyle.export.steady import BLOCK_PX, FOLD, Steady, block_means
from livestyle.networks.blocks import UpConv
from livestyle.networks.norms import EPS
from livestyle.networks.transformer import Architecture, Transformer

LUMA_BGR = (0.114, 0.587, 0.299)
"""BT.601 luma weights, the ones of JPEG and of webcams."""

EMPTY = 0.5, 2.0
"""Deviation of the block means, of 255, up to which there is nothing to paint, and from which all is."""


class LiveGraph(nn.Module):
    """A transformer with its pixel handling, as every engine runs it (see ARCHITECTURE.md).

    Moving pixels about costs a CPU as much as convolving them, so they stay as they are where they
    can: BGR, of 255, and for the first convolution in rows of bytes (`LiveStem`). For the rest they
    are folded into channels once, and unfolded once at the end. The weights are reordered instead
    (`to_live`), and the first normalisation takes the factor of 255 out again.
    """

    luma: Tensor

    def __init__(self, arch: Architecture) -> None:
        super().__init__()
        self.net = Transformer(arch)
        self.net.stem.norm.eps = EPS * 255**2
        self.net.stem.conv = nn.Identity()  # type: ignore[assignment]
        self.net.up = nn.ModuleList(LiveUp(layer) for layer in self.net.up if isinstance(layer, UpConv))
        self.stem = LiveStem(arch)
        self.steady = Steady()
        self.register_buffer("luma", torch.tensor(LUMA_BGR), persistent=False)

    @property
    def size_multiple(self) -> int:
        """Height and width must be multiples of this."""
        return math.lcm(self.net.arch.stride, BLOCK_PX)

    def forward(
        self,
        frame: Tensor,
        style: Tensor,
        strength: Tensor,
        keep_color: Tensor,
        steadiness: Tensor,
        state_frame: Tensor,
        state_hold: Tensor,
        state_stylized: Tensor,
        state_look: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """frame uint8 [1, H, W, 3] BGR, style float32 [1, D]; strength, keep_color, steadiness float32 [1].

        The painting is frame + strength * change, where change is what the network changes, or with
        keep_color = 1 only what it changes in luminance; then it is steadied (see Steady for the
        state, and `state_shapes`). What is next to nothing, a black frame or a covered lens, shows as it
        is: normalised, its last bits would be the painting. Returns stylized, uint8 [1, H, W, 3] BGR,
        and the next state.
        """
        pixels, unfold = frame.float(), self.net.arch.unfold
        painting = self.net.paint(self.stem(pixels), style) * 255
        if unfold != FOLD:
            painting = F.pixel_unshuffle(F.pixel_shuffle(painting, unfold), FOLD)
        painting = painting.unflatten(1, (3, FOLD**2))
        change = painting - fold_planes(pixels)
        gray = sum(plane * weight for plane, weight in zip(change.split(1, 1), self.luma, strict=True))
        means = block_means(pixels)
        share = strength * _something(means)
        kept = share * keep_color
        painted = painting - (1 - share + kept) * change + kept * gray
        look = style, strength, keep_color
        state = state_frame, state_hold, state_stylized, state_look
        after = self.steady(means, painted, *look, steadiness, *state)
        stylized = torch.clamp(torch.round(after[2]), 0, 255)
        return (unfold_planes(stylized).to(torch.uint8), *after)


def _something(means: Tensor) -> Tensor:
    """0 where block means [1, 3, H / 4, W / 4] are as good as one colour, 1 from EMPTY[1] on; [1]."""
    deviation = (means - means.mean((2, 3), keepdim=True)).square().mean((1, 2, 3)).sqrt()
    return ((deviation - EMPTY[0]) / (EMPTY[1] - EMPTY[0])).clamp(0, 1)


def live_graph(net: Transformer) -> LiveGraph:
    """The live graph of a trained network, which stays as it is."""
    live = LiveGraph(net.arch).eval()
    live.load_state_dict(to_live(net.state_dict(), net.arch))
    return live


def fold_planes(pixels: Tensor) -> Tensor:
    """[1, H, W, 3] to [1, 3, 4, H / 2, W / 2]: each color's four pixels of a square of 2 x 2."""
    parts = pixels.unflatten(2, (-1, FOLD)).unflatten(1, (-1, FOLD))
    planes: Tensor = parts.permute(0, 5, 2, 4, 1, 3).flatten(2, 3)
    return planes


def unfold_planes(planes: Tensor) -> Tensor:
    """What `fold_planes` does, undone."""
    parts = planes.unflatten(2, (FOLD, FOLD))
    pixels: Tensor = parts.permute(0, 4, 2, 5, 3, 1).flatten(3, 4).flatten(1, 2)
    return pixels
