"""Steadiness: what stands still is held from frame to frame, what moves is let go at once.

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

REACH = 3
"""Blocks around a moving one that are let go too: paint changes around what moves, not just on it."""

SCENE_CUT = 16.0
"""Mean difference of the whole picture, of 255, from which it is another scene."""

MAX_HOLD = 0.98
"""Share of the past at steadiness 1. Always below 1: what is held drifts to what is painted."""


def state_shapes(style_length: int) -> dict[str, list[int | str]]:
    """Shapes of the state tensors, as the card states them."""
    blocks = [f"{side}/{BLOCK_PX}" for side in ("H", "W")]
    return {"frame": [1, 3, *blocks], "stylized": [1, 3, "H", "W"], "look": [1, style_length + 2]}


class Steady(nn.Module):
    """Blends the painting with the one before it. All state is float32 and passes from call to call:

    frame:    block means of the camera, themselves held where nothing moves. So noise averages out
              of them, and motion too slow to be seen in one frame adds up until it is seen
    stylized: the painting before it was rounded; a filter of bytes would stop short of its aim
    look:     style vector, strength and keep_color of the frame before; where they differ from
              this frame's nothing is held. Zeros, the state of a first frame, differ from any
    """

    def forward(
        self,
        camera: Tensor,
        painted: Tensor,
        style: Tensor,
        strength: Tensor,
        keep_color: Tensor,
        steadiness: Tensor,
        state_frame: Tensor,
        state_stylized: Tensor,
        state_look: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """camera, painted float32 [1, 3, H, W] of 255; the others as LiveGraph takes them.

        Returns the next frame, stylized and look; stylized is what is seen.
        """
        frame = block_means(camera)
        change = (frame - state_frame).abs().mean(1, keepdim=True)
        length = style.shape[1]
        look = F.pad(style, (0, 2)) + F.pad(strength, (length, 1)) + F.pad(keep_color, (length + 1, 0))
        changed = (look != state_look).float().amax(1) + (strength <= 0).float()
        same_scene = (change.mean() < SCENE_CUT).float() * (changed < 1).float()
        most = MAX_HOLD * steadiness * (2 - steadiness) * same_scene
        hold = most * self._still(change)
        next_frame = frame + hold * (state_frame - frame)
        return next_frame, painted + enlarged(hold) * (state_stylized - painted), look

    @staticmethod
    def _still(change: Tensor) -> Tensor:
        """1 where a block and those around it stand still, 0 where any moves; [1, 1, H / 4, W / 4]."""
        rows = F.max_pool2d(change, (2 * REACH + 1, 1), 1, (REACH, 0))
        most = F.max_pool2d(rows, (1, 2 * REACH + 1), 1, (0, REACH))
        return ((MOVING - most) / (MOVING - STILL)).clamp(0, 1)


# Both as plain arithmetic: OpenVINO pools and resizes one to three channels at a sixteenth of its speed.
# And nowhere a Concat: a graph that has one makes OpenVINO's INT8 network paint 3 dB worse.


def block_means(image: Tensor) -> Tensor:
    """Means over blocks, float32 [1, 3, H, W] to [1, 3, H / 4, W / 4]."""
    rows = image.flatten(1, 2).unflatten(1, (-1, BLOCK_PX)).mean(2)
    means: Tensor = rows.unflatten(2, (-1, BLOCK_PX)).mean(3).unflatten(1, (3, -1))
    return means


def enlarged(blocks: Tensor) -> Tensor:
    """Bilinear interpolation of one value a block to one a pixel, [1, 1, H / 4, W / 4] to [1, 1, H, W]."""
    at = (torch.arange(BLOCK_PX) + 0.5) / BLOCK_PX - 0.5
    near = F.pad(blocks, (1, 1, 1, 1), mode="replicate")
    for axis, place in ((3, at), (2, at[:, None])):
        length = blocks.shape[axis]
        before, here, after = (near.narrow(axis, n, length).unsqueeze(axis + 1) for n in range(3))
        finer = before * (-place).clamp(min=0) + here * (1 - place.abs()) + after * place.clamp(min=0)
        near = finer.flatten(axis, axis + 1)
    return near
