"""Measures how good paintings are: content, style, structure and colours, beside L-BFGS (Gatys 2016)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torchmetrics.functional.image import structural_similarity_index_measure

from livestyle.core.frame import Pixels
from livestyle.workshop.losses.style import Features
from livestyle.workshop.losses.tv import tv_loss
from livestyle.workshop.optimize.color import luminance
from livestyle.workshop.optimize.gatys import PixelObjective, optimize_pixels
from livestyle.workshop.training.data import to_tensor
from livestyle.workshop.training.perceptual import Perception, Weights

FIGURES = ("objective", "content", "style", "tv", "ssim", "color", "color_photo")


@dataclass(frozen=True)
class Subject:
    """A style and its painting: `index` is its place in the Perception, pixels are uint8 RGB."""

    name: str
    index: int
    weight: float
    """The factor on its style loss, as it was trained."""
    painting: Pixels

    def weights(self, weights: Weights) -> Weights:
        return replace(weights, style=weights.style * self.weight)


@dataclass(frozen=True)
class Photo:
    """A photo, uint8 RGB, and what VGG sees in it."""

    pixels: Pixels
    content: Features


class Judge:
    """Measures painted photos, and paints them by L-BFGS for comparison. Everything in float32."""

    def __init__(self, perception: Perception, weights: Weights, device: torch.device) -> None:
        self._perception = perception
        self._weights = weights
        self._device = device

    def photo(self, pixels: Pixels) -> Photo:
        return Photo(pixels, self._perception.content(self._tensor(pixels)))

    def objective(self, photo: Photo, subject: Subject) -> PixelObjective:
        """Content, style and TV loss of a picture painted from `photo`, and 'loss', their weighted sum."""
        weights = subject.weights(self._weights)
        index = torch.tensor([subject.index], device=self._device)

        def terms(picture: Tensor) -> dict[str, Tensor]:
            content_term, styles = self._perception.terms(picture, photo.content, index)
            found = {"content": content_term, "style": styles.mean(), "tv": tv_loss(picture)}
            loss = sum((getattr(weights, k) * v for k, v in found.items()), picture.new_zeros(()))
            return {"loss": loss, **found}

        return terms

    @torch.no_grad()
    def figures(self, photo: Photo, painted: Pixels, subject: Subject) -> dict[str, float]:
        """FIGURES by name; `painted` is uint8 RGB of the photo's size.

        objective:   the weighted sum of the next three, which the network was trained with
        content, style, tv: the losses, 0 = none
        ssim:        how much of the photo's structure is left, in luminance; 1 = all (Wang 2004)
        color:       distance to the painting's colours, of 255; color_photo: the photo's own
        """
        terms = self.objective(photo, subject)(self._tensor(painted))
        return {
            "objective": terms["loss"].item(),
            **{name: terms[name].item() for name in ("content", "style", "tv")},
            "ssim": ssim(painted, photo.pixels),
            "color": color_distance(painted, subject.painting),
            "color_photo": color_distance(photo.pixels, subject.painting),
        }

    def lbfgs(self, photo: Photo, subject: Subject, iterations: int, seed: int) -> list[float]:
        """The objective before the first iteration from noise, and after each one.

        Where L-BFGS ends early its last value stands for the rest.
        """
        generator = torch.Generator().manual_seed(seed)
        noise = torch.rand((1, 3, *photo.pixels.shape[:2]), generator=generator).to(self._device)
        notes = optimize_pixels(noise, self.objective(photo, subject), iterations)
        curve = [note.terms["loss"] for note in notes]
        return curve + curve[-1:] * (iterations + 1 - len(curve))

    def _tensor(self, picture: Pixels) -> Tensor:
        return to_tensor(picture).to(self._device)


def reached(curve: Sequence[float], value: float) -> int | None:
    """The first iteration of L-BFGS that is at least as good as `value`; None where none is."""
    return next((i for i, loss in enumerate(curve) if loss <= value), None)


def ssim(first: Pixels, second: Pixels) -> float:
    """Structural similarity of luminances (Wang 2004), 1 = the same; uint8 RGB of one size."""
    one, other = (luminance(to_tensor(picture))[:, :1] for picture in (first, second))
    found = structural_similarity_index_measure(one, other, data_range=1.0)
    assert isinstance(found, Tensor)
    return float(found)


def color_distance(first: Pixels, second: Pixels) -> float:
    """Fréchet distance of two pictures' colours, each as one normal distribution (Dowson 1982).

    The root mean square of the channels, of 255: 0 = same mean and covariance, 255 = black and white.
    """
    (mean, covariance), (other_mean, other) = _moments(first), _moments(second)
    mixed = np.sqrt(np.linalg.eigvals(covariance @ other).real.clip(0)).sum()
    squared = np.square(mean - other_mean).sum() + np.trace(covariance + other) - 2 * mixed
    return float(np.sqrt(max(0.0, squared) / 3))


def _moments(picture: Pixels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    colors = picture.reshape(-1, 3).astype(np.float64)
    return colors.mean(0), np.cov(colors, rowvar=False, bias=True)


def mean_of(figures: Sequence[dict[str, float]]) -> dict[str, float]:
    """Means by name."""
    return {name: float(np.mean([f[name] for f in figures])) for name in FIGURES}
