"""Keeping the photo's colours (Gatys 2016b, 'Preserving color in neural artistic style transfer').

Pictures are float32 [1, 3, H, W] RGB; those that go in are in [0, 1], those that come out may leave it.
"""

from __future__ import annotations

import torch
from torch import Tensor

LUMA = (0.299, 0.587, 0.114)
"""BT.601, as in the live graph. Departure: Gatys takes YIQ, which has the same luma."""

EPS = 1e-5


def luminance(picture: Tensor) -> Tensor:
    """Grey, still with three channels."""
    weights = torch.tensor(LUMA, device=picture.device).view(1, 3, 1, 1)
    return (picture * weights).sum(1, keepdim=True).expand_as(picture)


def match_luminance(painting: Tensor, photo: Tensor) -> Tensor:
    """The painting in grey, with mean and deviation of the photo's grey."""
    gray, target = luminance(painting), luminance(photo)
    return (gray - gray.mean()) / (gray.std() + EPS) * target.std() + target.mean()


def with_chroma(painted: Tensor, photo: Tensor) -> Tensor:
    """The luminance of one picture with the colours of another of the same size."""
    return photo + luminance(painted) - luminance(photo)


def match_histogram(painting: Tensor, photo: Tensor) -> Tensor:
    """The painting with the photo's histogram in each channel: the n-th brightest pixel of the one
    gets the n-th brightest value of the other.
    """
    pixels, target = painting.flatten(2)[0], photo.flatten(2)[0].sort(dim=1).values
    rank = pixels.argsort(dim=1, stable=True).argsort(dim=1)
    place = rank.double() * ((target.shape[1] - 1) / max(1, pixels.shape[1] - 1))
    return target.gather(1, place.round().long()).view_as(painting)


def match_coral(painting: Tensor, photo: Tensor) -> Tensor:
    """The painting with mean and covariance of the photo's colours, by the symmetric roots:

    x → Σ_p^½ Σ_s^−½ (x − μ_s) + μ_p (CORAL, Sun 2016; Gatys 2016b has it as one of two choices).
    """
    pixels, target = (picture.flatten(2)[0].double() for picture in (painting, photo))
    root = _root(_covariance(target), 0.5) @ _root(_covariance(pixels), -0.5)
    moved = root @ (pixels - pixels.mean(1, keepdim=True)) + target.mean(1, keepdim=True)
    return moved.float().view_as(painting)


def _covariance(pixels: Tensor) -> Tensor:
    """[3, N] to [3, 3]; a little is added, so that a grey picture can be recoloured too."""
    centered = pixels - pixels.mean(1, keepdim=True)
    noise = EPS**2 * torch.eye(3, dtype=pixels.dtype, device=pixels.device)
    return centered @ centered.T / pixels.shape[1] + noise


def _root(matrix: Tensor, power: float) -> Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    root: Tensor = vectors @ torch.diag(values.clamp_min(EPS**2) ** power) @ vectors.T
    return root
