"""Stability without flow data: a moved, noisy photo must come out as the same painting, moved.

The motion is drawn, so its flow is exact (Ruder 2016, Gupta 2017 and ReCoNet 2018 take it from an
estimator or a rendered film). `stability_losses` compare two frames of one picture; `film_loss` several
frames of a picture behind something else that moves, and masks what that covers and uncovers.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

# The largest random change of a photo from one frame to the next.
MAX_SHIFT_PX = 12.0
MAX_TURN_RAD = math.radians(2.0)
MAX_ZOOM = 0.03
MAX_NOISE = 8 / 255
MAX_GAIN = 0.1

ON_SCREEN = 0.5
"""Share of moved pictures whose canvas stays on the screen, as it does live: strokes have to hang on what the
picture shows, where it shows something. With the others they learn to hang on the canvas where it is flat.
"""

PaintOnCanvas = Callable[[Tensor, Tensor | None], Tensor]
"""Photos [B, 3, H, W] and their canvas [B, 4, H / 4, W / 4], None for a network without, to paintings."""


def random_motion(batch: int, size: int, generator: torch.Generator) -> Tensor:
    """Small affine motions, [B, 2, 3] in the units of affine_grid, for square images of `size` px.

    Half of them are whole-pixel shifts, which no interpolation blurs. Small shifts are drawn more
    often, as a camera sees them.
    """

    def uniform(limit: float) -> Tensor:
        return (torch.rand(batch, generator=generator) * 2 - 1) * limit

    shift_x, shift_y = (u * u.abs() * MAX_SHIFT_PX for u in (uniform(1), uniform(1)))
    turn, zoom = uniform(MAX_TURN_RAD), 1 + uniform(MAX_ZOOM)
    whole = torch.rand(batch, generator=generator) < 0.5
    shift_x, shift_y = (torch.where(whole, s.round(), s) * 2 / size for s in (shift_x, shift_y))
    turn, zoom = torch.where(whole, 0.0, turn), torch.where(whole, 1.0, zoom)
    cos, sin = turn.cos() * zoom, turn.sin() * zoom
    return torch.stack([torch.stack([cos, -sin, shift_x], 1), torch.stack([sin, cos, shift_y], 1)], 1)


def warp(image: Tensor, motion: Tensor) -> Tensor:
    """Resample [B, C, H, W] bilinearly under `motion` [B, 2, 3]; zero where nothing is known."""
    grid = F.affine_grid(motion, list(image.shape), align_corners=False)
    return F.grid_sample(image, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def moved_canvas(canvas: Tensor | None, motion: Tensor) -> Tensor | None:
    """The canvas moved along with the picture; where nothing is known it stays as it is."""
    if canvas is None:
        return None
    known = warp(torch.ones_like(canvas[:, :1]), motion) > 0.999
    return torch.where(known, warp(canvas, motion), canvas)


def later_canvas(canvas: Tensor | None, motion: Tensor, generator: torch.Generator) -> Tensor | None:
    """The canvas of each pair's second picture: for a share of ON_SCREEN it stays, else it moves along."""
    moved = moved_canvas(canvas, motion)
    if canvas is None or moved is None:
        return None
    stays = torch.rand(len(canvas), 1, 1, 1, generator=generator).to(canvas.device) < ON_SCREEN
    return torch.where(stays, canvas, moved)


def stability_losses(
    paint: PaintOnCanvas,
    photo: Tensor,
    painted: Tensor,
    generator: torch.Generator,
    still: float = 0.0,
    canvas: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Mean squared difference between paint(moved photo + noise, moved canvas) and the moved painting.

    photo and painted = paint(photo, canvas), [B, 3, H, W] in [0, 1]. Pixels that the motion uncovers are
    masked out. Gain and noise imitate exposure and the sensor. `still` is the chance that a photo does not
    move. Returns two scalars, the part of the photos that moved and of those that did not; their sum is
    the mean over all.
    """
    batch, _, _, size = photo.shape
    motion = random_motion(batch, size, generator)
    stays = torch.rand(batch, 1, 1, generator=generator) < still if still else torch.zeros(batch, 1, 1) > 0
    motion = torch.where(stays, torch.eye(2, 3), motion).to(photo.device)
    moved = warp(torch.cat([photo, torch.ones_like(photo[:, :1])], 1), motion)
    photo_moved, known = moved[:, :3], (moved[:, 3:] > 0.999).float()
    level = torch.rand(batch, 1, 1, 1, generator=generator) * MAX_NOISE
    noise = torch.randn(photo.shape, generator=generator) * level
    gain = 1 + (torch.rand(batch, 1, 1, 1, generator=generator) * 2 - 1) * MAX_GAIN
    disturbed = (photo_moved * gain.to(photo.device) + noise.to(photo.device)).clamp(0, 1)
    # The corner that came from outside the photo is filled with the photo, so that the network's
    # instance statistics are those of a picture without a black edge.
    disturbed = torch.where(known.bool(), disturbed, photo)
    difference = paint(disturbed, later_canvas(canvas, motion, generator)) - warp(painted, motion)
    error = (difference.square() * known).sum((1, 2, 3)) / (known.sum() * 3).clamp_min(1)
    # Zeroed, not picked out: a device would have to wait until it is known how many there are.
    stays = stays.flatten().to(photo.device)
    return error.where(~stays, 0).sum(), error.where(stays, 0).sum()


def film_loss(
    paint: PaintOnCanvas,
    photo: Tensor,
    generator: torch.Generator,
    frames: int = 3,
    canvas: Tensor | None = None,
) -> Tensor:
    """Mean squared difference between the painting of each later frame and the first one's, moved.

    The film: `photo` [B, 3, S, S] in [0, 1] moves and the canvas with it, and before it a square of the
    batch's next photo moves otherwise. Each frame is compared with the first, not with the one before, so
    that what is painted stays where it is over time (Ruder 2016, long-term consistency). Left out are
    pixels that come from outside, and those which the square covered in either frame (Ruder's occlusions).
    """
    batch, _, _, size = photo.shape
    still = torch.eye(2, 3).expand(batch, 2, 3)
    back, front = (random_motion(batch, size, generator) for _ in range(2))
    square = _square(batch, size, generator).to(photo.device)
    before = photo.roll(1, 0)
    first = paint(torch.where(square > 0.5, before, photo), canvas)
    error, count = photo.new_zeros(()), photo.new_zeros(())
    for number in range(1, frames):
        share = number / (frames - 1)
        behind, ahead = (torch.lerp(still, motion, share).to(photo.device) for motion in (back, front))
        covered = warp(square, ahead)
        known = warp(torch.ones_like(square), behind) > 0.999
        ground = torch.where(known, warp(photo, behind), photo)
        frame = torch.where(covered > 0.5, warp(before, ahead), ground)
        painting = paint(frame, moved_canvas(canvas, behind))
        of_back = (known & (covered < 0.001) & (warp(square, behind) < 0.001)).float()
        of_front = (covered > 0.999).float()
        for mask, motion in ((of_back, behind), (of_front, ahead)):
            error = error + ((painting - warp(first, motion)).square() * mask).sum()
            count = count + mask.sum() * 3
    return error / count.clamp_min(1)


def _square(batch: int, size: int, generator: torch.Generator) -> Tensor:
    """1 in a square of a third of the side somewhere in the middle, else 0; [B, 1, S, S]."""
    side = size // 3
    mask = torch.zeros(batch, 1, size, size)
    corners = torch.randint(side // 2, size - side - side // 2, (batch, 2), generator=generator)
    for plane, (top, left) in zip(mask, corners.tolist(), strict=True):
        plane[:, top : top + side, left : left + side] = 1
    return mask
