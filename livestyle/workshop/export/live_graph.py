"""The frame of every live graph: bytes in, bytes out, and everything between in one ONNX file."""

from __future__ import annotations

import math
from abc import abstractmethod

import torch
from torch import Tensor, nn

from livestyle.workshop.export.steadiness import BLOCK_PX, FOLD, Steady, block_means
from livestyle.workshop.networks.styled import LiveNetwork

LUMA_BGR = (0.114, 0.587, 0.299)
"""BT.601 luma weights, the ones of JPEG and of webcams."""

EMPTY = 0.5, 2.0
"""Deviation of the block means, of 255. Up to the first there is nothing to paint, from the second on all is
painted."""


class LiveGraph(nn.Module):
    """A network with its pixel handling, as every engine runs it (see ARCHITECTURE.md).

    Moving pixels about costs a CPU as much as convolving them, so they stay as they are where they
    can: BGR, of 255. For the rest they are folded into channels once, and unfolded once at the end.
    The weights are reordered instead.
    """

    net: LiveNetwork
    luma: Tensor

    def __init__(self, stride: int) -> None:
        """stride: sides of a frame must be multiples of it for the network."""
        super().__init__()
        self.steady = Steady()
        self.size_multiple = math.lcm(stride, BLOCK_PX)
        """Height and width must be multiples of this."""
        self.register_buffer("luma", torch.tensor(LUMA_BGR), persistent=False)

    @abstractmethod
    def paint(self, pixels: Tensor, style: Tensor) -> Tensor:
        """pixels float32 [1, H, W, 3] BGR, style float32 [1, D]; the painting, folded by FOLD into
        float32 [1, 12, H / 2, W / 2] BGR; both of 255.
        """

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
        pixels = frame.float()
        painting = self.paint(pixels, style).unflatten(1, (3, FOLD**2))
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
    """How much there is to paint: 0 if block means [1, 3, H / 4, W / 4] are nearly one colour, else up to
    1; [1].
    """
    deviation = (means - means.mean((2, 3), keepdim=True)).square().mean((1, 2, 3)).sqrt()
    return ((deviation - EMPTY[0]) / (EMPTY[1] - EMPTY[0])).clamp(0, 1)


def fold_planes(pixels: Tensor) -> Tensor:
    """Fold squares of 2 x 2 pixels: [1, H, W, 3] to [1, 3, 4, H / 2, W / 2]."""
    parts = pixels.unflatten(2, (-1, FOLD)).unflatten(1, (-1, FOLD))
    planes: Tensor = parts.permute(0, 5, 2, 4, 1, 3).flatten(2, 3)
    return planes


def unfold_planes(planes: Tensor) -> Tensor:
    """Undo `fold_planes`."""
    parts = planes.unflatten(2, (FOLD, FOLD))
    pixels: Tensor = parts.permute(0, 4, 2, 5, 3, 1).flatten(3, 4).flatten(1, 2)
    return pixels
