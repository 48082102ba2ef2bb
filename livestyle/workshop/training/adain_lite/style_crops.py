"""Many styles from few paintings: crops of any scale, mirrored, and half of them in other colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from livestyle.workshop.training.data import PhotoCrops

RECOLORED = 0.5
"""Share of the pictures that get other colours."""


@dataclass(frozen=True)
class StylePictures:
    """Draws style pictures; the same for the same generator."""

    crops: PhotoCrops

    @classmethod
    def load(cls, folders: Sequence[Path], side_px: int) -> StylePictures:
        """Every picture of the folders; broken ones are skipped and counted.

        LivestyleError where a folder has none.
        """
        return cls(replace(PhotoCrops.load(folders, side_px), lit=0.0))

    @property
    def skipped(self) -> tuple[Path, ...]:
        return self.crops.skipped

    def draw(self, rng: np.random.Generator, count: int) -> Tensor:
        """uint8 [count, 3, side, side] RGB."""
        crops = [self.crops.crop(rng) for _ in range(count)]
        crops = [recolor(crop, rng) if rng.random() < RECOLORED else crop for crop in crops]
        return torch.from_numpy(np.stack(crops).transpose(0, 3, 1, 2).copy())


def recolor(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Turn the hues by any angle; change saturation and gamma. uint8 RGB [H, W, 3] to the same."""
    hue, saturation, value = cv2.split(cv2.cvtColor(picture, cv2.COLOR_RGB2HSV).astype(np.float32))
    hue = (hue + rng.uniform(0, 180)) % 180
    saturation = (saturation * rng.uniform(0.3, 1.5)).clip(0, 255)
    value = 255 * (value / 255) ** rng.uniform(0.6, 1.6)
    turned = np.stack([hue.clip(0, 179), saturation, value], 2).astype(np.uint8)
    return cv2.cvtColor(turned, cv2.COLOR_HSV2RGB).astype(np.uint8, copy=False)
