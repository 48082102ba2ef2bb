"""The live graph: bytes in, bytes out, everything between in one ONNX file."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from livestyle.export.steady import BLOCK_PX, Steady
from livestyle.networks.transformer import Transformer

LUMA_BGR = (0.114, 0.587, 0.299)
"""BT.601 luma weights, the ones of JPEG and of webcams."""


class LiveGraph(nn.Module):
    """A transformer with its pixel handling, as every engine runs it (see ARCHITECTURE.md).

    Colours stay BGR throughout: the first and last convolution are reordered instead (`swap_colors`).
    """

    luma: Tensor

    def __init__(self, net: Transformer) -> None:
        super().__init__()
        self.net = net
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
        state_stylized: Tensor,
        state_look: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """frame uint8 [1, H, W, 3] BGR, style float32 [1, D]; strength, keep_color, steadiness float32 [1].

        The painting is frame + strength * change, where change is what the network changes, or with
        keep_color = 1 only what it changes in luminance; then it is steadied (see Steady for the
        state, and `state_shapes`). Returns stylized, uint8 [1, H, W, 3] BGR, and the next state.
        """
        camera = frame.float().permute(0, 3, 1, 2)
        painting = self.net(camera / 255, style) * 255
        # As rows of pixels: with sides, OpenVINO works on the three channels of one pixel after the other.
        flat = camera.flatten(2)
        change = painting.flatten(2) - flat
        gray = sum(plane * weight for plane, weight in zip(change.split(1, 1), self.luma, strict=True))
        change = change + keep_color * (gray - change)
        painted = (flat + strength * change).view_as(painting)
        look = style, strength, keep_color
        state = self.steady(camera, painted, *look, steadiness, state_frame, state_stylized, state_look)
        stylized = torch.clamp(torch.round(state[1]), 0, 255)
        return (stylized.permute(0, 2, 3, 1).to(torch.uint8), *state)


def swap_colors(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Reorder the input of `stem` and the output of `head` between RGB and BGR; its own inverse."""
    swapped = dict(state)
    stem = state["stem.conv.conv.weight"]
    swapped["stem.conv.conv.weight"] = stem.unflatten(1, (3, -1)).flip(1).flatten(1, 2)
    for name in ("head.conv.weight", "head.conv.bias"):
        swapped[name] = state[name].unflatten(0, (3, -1)).flip(0).flatten(0, 1)
    return swapped
