"""Steadiness: the painting is held where nothing moves, and let go at once where something does.

Blending by motion is Ruder 2016's idea of a temporal prior without its flow: a camera that sits on a
desk needs to know where something moves, not where to.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

BLOCK_PX = 4
"""Side of the blocks in which motion is looked for; the noise of 16 pixels is a quarter of one's."""

STILL, MOVING = 2.5, 4.5
"""Mean difference of a block, of 255, up to which it stands still, and from which it moves.

Sensor noise of sigma 4 comes to 0.8, and to 2.5 in one block of ten thousand.
"""

REACH = 5
"""Blocks around a moving one that are not held either: paint changes around what moves too."""

SCENE_CUT = 16.0
"""Mean difference of the whole picture, of 255, from which it is another scene."""

MAX_HOLD = 0.98
"""Share of the past at steadiness 1. Always below 1: what is held drifts to what is painted."""

FOLD = 2
"""The painting passes with this side of pixels folded into channels, as `F.pixel_unshuffle` does it."""


def state_shapes(style_length: int) -> dict[str, list[int | str]]:
    """Shapes of the state tensors, as the card states them."""
    blocks: list[int | str] = [f"{side}/{BLOCK_PX}" for side in ("H", "W")]
    folded: list[int | str] = [f"{side}/{FOLD}" for side in ("H", "W")]
    return {
        "frame": [1, 3, *blocks],
        "hold": [1, 1, *blocks],
        "stylized": [1, 3, FOLD**2, *folded],
        "look": [1, style_length + 2],
    }


class Steady(nn.Module):
    """Blends the painting with those before it. All state is float32 and passes from call to call:

    frame:    block means of the camera, themselves held where nothing moves. So noise averages out
              of them, and motion too slow to be seen in one frame adds up until it is seen
    hold:     share of the past in each block of the painting before. It grows as 1/2, 2/3, 3/4 … up
              to its limit: the mean of all frames since something moved there, so that what was
              painted while it moved has no more weight than any other frame
    stylized: the painting before it was rounded; a filter of bytes would stop short of its aim
    look:     style vector, strength and keep_color of the frame before; where they differ from
              this frame's nothing is held. Zeros, the state of a first frame, differ from any
    """

    before: Tensor
    after: Tensor

    def __init__(self) -> None:
        super().__init__()
        # Buffers, so that they go where the module goes; a constant made in `forward` would lie on the CPU.
        self.register_buffer("before", torch.tensor([0.25, 0.0]), persistent=False)
        self.register_buffer("after", torch.tensor([0.0, 0.25]), persistent=False)

    def forward(
        self,
        frame: Tensor,
        painted: Tensor,
        style: Tensor,
        strength: Tensor,
        keep_color: Tensor,
        steadiness: Tensor,
        state_frame: Tensor,
        state_hold: Tensor,
        state_stylized: Tensor,
        state_look: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """frame float32 [1, 3, H / 4, W / 4], the camera's block means, and painted float32
        [1, 3, 4, H / 2, W / 2], both of 255; the others as LiveGraph takes them.

        Returns the next frame, hold, stylized and look; stylized is what is seen.
        """
        # How far each block is from its own mean over time.
        change = (frame - state_frame).abs().mean(1, keepdim=True)
        # Style, strength and keep_color side by side. They are padded and added, because a Concat costs INT8
        # 3 dB (see below).
        length = style.shape[1]
        look = F.pad(style, (0, 2)) + F.pad(strength, (length, 1)) + F.pad(keep_color, (length + 1, 0))
        # A new look shows at once, strength 0 is the camera to the byte, and a scene cut has no past.
        changed = (look != state_look).float().amax(1) + (strength <= 0).float()
        same_scene = (change.mean() < SCENE_CUT).float() * (changed < 1).float()
        # s (2 - s) rises fast and levels off: 0.96 of MAX_HOLD at a steadiness of 0.8.
        most = MAX_HOLD * steadiness * (2 - steadiness)
        # 1 / (2 - hold) counts 1/2, 2/3, 3/4 … up from 0, so that the painting is the mean of all frames
        # since something moved there.
        hold = same_scene * self._still(change) * torch.minimum(most, 1 / (2 - state_hold))
        next_frame = frame + hold * (state_frame - frame)
        # From blocks to the half size at which the painting is folded.
        large = enlarged(hold, self.before, self.after)[:, None]
        return next_frame, hold, painted + large * (state_stylized - painted), look

    @staticmethod
    def _still(change: Tensor) -> Tensor:
        """1 where a block and those around it stand still, 0 where any moves; [1, 1, H / 4, W / 4]."""
        rows = F.max_pool2d(change, (2 * REACH + 1, 1), 1, (REACH, 0))
        most = F.max_pool2d(rows, (1, 2 * REACH + 1), 1, (0, REACH))
        return ((MOVING - most) / (MOVING - STILL)).clamp(0, 1)


# Both as plain arithmetic: OpenVINO pools and resizes one to three channels at a sixteenth of its speed.
# And nowhere a Concat: a graph that has one makes OpenVINO's INT8 network paint 3 dB worse.


def block_means(pixels: Tensor) -> Tensor:
    """Means over blocks, float32 [1, H, W, 3] to [1, 3, H / 4, W / 4]."""
    lines = pixels.flatten(2).unflatten(1, (-1, BLOCK_PX)).mean(2)
    means: Tensor = lines.unflatten(2, (-1, BLOCK_PX, 3)).permute(0, 4, 3, 1, 2).mean(2)
    return means


def enlarged(blocks: Tensor, before: Tensor, after: Tensor) -> Tensor:
    """Bilinear interpolation, [1, 1, H / 4, W / 4] to [1, 1, H / 2, W / 2].

    before, after: weights [2] of the block before and of the one behind, in the first and second half.
    """
    near = F.pad(blocks, (1, 1, 1, 1), mode="replicate")
    for axis in (3, 2):
        length = blocks.shape[axis]
        left, here, right = (near.narrow(axis, n, length).unsqueeze(axis + 1) for n in range(3))
        low, high = (w if axis == 3 else w[:, None] for w in (before, after))
        near = (left * low + here * 0.75 + right * high).flatten(axis, axis + 1)
    return near
