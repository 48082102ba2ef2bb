"""Photos and paintings as tensors: decoded once, cropped at random, the same for the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from livestyle.core.errors import LivestyleError
from livestyle.sources.images import SUFFIXES, load_image

MIN_STYLE_SIDE_PX = 64
MIN_PHOTO_SIDE_PX = 32
LONGEST = 8
"""A photo that has to be enlarged is cut to at most so many times its short side."""


def read_image(path: Path) -> NDArray[np.uint8]:
    """Decode to uint8 RGB [H, W, 3], EXIF rotation applied. LivestyleError if it is no whole picture."""
    return np.ascontiguousarray(load_image(path)[:, :, ::-1])


def to_tensor(image: NDArray[np.uint8]) -> Tensor:
    """uint8 RGB [H, W, 3] to float32 [1, 3, H, W] in [0, 1]."""
    return torch.from_numpy(image.transpose(2, 0, 1).copy()).float()[None] / 255


def to_image(tensor: Tensor) -> NDArray[np.uint8]:
    """Float [1, 3, H, W] or [3, H, W] in [0, 1] to uint8 RGB [H, W, 3]."""
    array = tensor.detach().float().cpu().reshape(-1, *tensor.shape[-2:]).clamp(0, 1)
    pixels: NDArray[np.uint8] = (array * 255).round().byte().permute(1, 2, 0).numpy()
    return pixels


def list_images(folder: Path) -> list[Path]:
    """Pictures directly in `folder`, sorted by name; LivestyleError if there are none."""
    if not folder.is_dir():
        raise LivestyleError(f"not a folder: {folder}; expected a folder of pictures")
    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES)
    if not paths:
        raise LivestyleError(
            f"no pictures in {folder}; expected files ending in {', '.join(sorted(SUFFIXES))}"
        )
    return paths


def resize(image: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """Scale both sides, by area when shrinking and bicubically when growing."""
    height, width = image.shape[:2]
    return resize_to(image, max(1, round(width * scale)), max(1, round(height * scale)))


def resize_to(image: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """The same to a size; by area where the picture gets narrower."""
    how = cv2.INTER_AREA if width < image.shape[1] else cv2.INTER_CUBIC
    return cv2.resize(image, (width, height), interpolation=how).astype(np.uint8, copy=False)


def middle_square(image: NDArray[np.uint8], side_px: int) -> NDArray[np.uint8]:
    """The largest square in the middle of a picture, scaled to `side_px`."""
    side = min(image.shape[:2])
    top, left = ((n - side) // 2 for n in image.shape[:2])
    return resize_to(image[top : top + side, left : left + side], side_px, side_px)


def load_style(path: Path, side_px: int) -> Tensor:
    """A painting with its long side `side_px`, float32 [1, 3, H, W] RGB in [0, 1].

    LivestyleError where the picture can't be read or its short side is under 64 px.
    """
    image = read_image(path)
    short = min(image.shape[:2])
    if short < MIN_STYLE_SIDE_PX:
        raise LivestyleError(
            f"style picture too small: {path} is {image.shape[1]}x{image.shape[0]}; "
            f"expected at least {MIN_STYLE_SIDE_PX} px on the short side"
        )
    return to_tensor(resize(image, side_px / max(image.shape[:2])))


FLAT = 2.0
"""Standard deviation, of 255, up to which a crop counts as empty."""

DRAWS = 8
"""How often a crop is drawn until one is not empty; the last one is taken in any case."""


@dataclass
class PhotoCrops:
    """Random square crops of photos held in memory as uint8."""

    photos: list[NDArray[np.uint8]]
    crop_px: int
    skipped: tuple[Path, ...] = ()
    lit: float = 0.4
    """Share of the crops whose light is changed."""

    @classmethod
    def load(cls, folders: Sequence[Path], crop_px: int) -> PhotoCrops:
        """Read every picture of every folder; those in `skipped` are broken, or under MIN_PHOTO_SIDE_PX."""
        photos, skipped = [], []
        for path in (p for folder in folders for p in list_images(folder)):
            try:
                photo = read_image(path)
            except LivestyleError:
                skipped.append(path)
                continue
            if min(photo.shape[:2]) < MIN_PHOTO_SIDE_PX:
                skipped.append(path)
                continue
            photos.append(_large_enough(photo, crop_px))
        if not photos:
            raise LivestyleError(
                f"none of the {len(skipped)} pictures in {folders[0]} can be used; expected whole ones of at "
                f"least {MIN_PHOTO_SIDE_PX} px on the short side"
            )
        return cls(photos, crop_px, tuple(skipped))

    def batch(self, rng: np.random.Generator, count: int) -> Tensor:
        """`count` crops as float32 [count, 3, crop, crop] in [0, 1]."""
        crops = np.stack([self.crop(rng) for _ in range(count)])
        return torch.from_numpy(crops.transpose(0, 3, 1, 2).copy()).float() / 255

    def crop(self, rng: np.random.Generator) -> NDArray[np.uint8]:
        """One crop, uint8 RGB [crop, crop, 3], with something on it if a few draws find such a one.

        A flat crop has no statistics to normalise by, and one of a single colour gives NaN gradients in bf16.
        """
        for _ in range(DRAWS):
            crop = self._any_crop(rng)
            if crop.std() > FLAT:
                break
        return crop

    def _any_crop(self, rng: np.random.Generator) -> NDArray[np.uint8]:
        photo = self.photos[rng.integers(len(self.photos))]
        side = int(rng.integers(self.crop_px, min(photo.shape[:2]) + 1))
        top, left = (int(rng.integers(n - side + 1)) for n in photo.shape[:2])
        crop = resize(photo[top : top + side, left : left + side], self.crop_px / side)
        if rng.random() < 0.5:
            crop = crop[:, ::-1]
        return _light(crop, rng) if rng.random() < self.lit else crop


def _large_enough(photo: NDArray[np.uint8], side_px: int) -> NDArray[np.uint8]:
    """The photo; one with a side under `side_px` enlarged, the middle of it where it is very long."""
    short = min(photo.shape[:2])
    if short >= side_px:
        return photo
    top, left = (max(0, n - LONGEST * short) // 2 for n in photo.shape[:2])
    middle = photo[top : top + LONGEST * short, left : left + LONGEST * short]
    return resize(middle, side_px / short)


def _light(crop: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Change contrast, exposure and gamma: webcams see dim and flat scenes that photos don't show."""
    x = crop.astype(np.float32) / 255
    contrast = rng.uniform(0.15, 1.0) if rng.random() < 0.3 else rng.uniform(0.7, 1.3)
    x = ((x - 0.5) * contrast + 0.5 + rng.uniform(-0.2, 0.2)).clip(0, 1) ** rng.uniform(0.7, 1.5)
    return (x * 255).round().astype(np.uint8)
