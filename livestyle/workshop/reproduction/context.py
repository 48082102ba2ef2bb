"""What every experiment works with: photos, paintings, VGG, a device, a progress bar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from torch import Tensor

from livestyle.workshop.networks.vgg import VGG19, Border, load_vgg19
from livestyle.workshop.training.data import (
    PhotoCrops,
    list_images,
    load_style,
    middle_square,
    read_image,
    to_tensor,
)
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.loop import Note
from livestyle.workshop.training.paintings import Painting

T = TypeVar("T")


class Watch(Protocol):
    """Hands on notes and shows the progress."""

    def __call__(self, notes: Iterable[Note], steps: int, title: str) -> Iterator[Note]: ...


@dataclass(frozen=True)
class Setting:
    """photos: the folder to train on; held_out: the one to measure on; material: what they are, in words.

    trial: tiny sizes, which show that an experiment runs, and nothing else.
    """

    photos: Path
    held_out: Path
    paintings: tuple[Painting, ...]
    material: str
    vgg: Path | None
    place: Place
    watch: Watch
    trial: bool = False

    def sized(self, small: T, trial: T) -> T:
        return trial if self.trial else small

    def load_vgg(self, last: str, pooling: str = "avg", border: Border = "zeros") -> VGG19:
        """On the device; see `load_vgg19`."""
        vgg = load_vgg19(self.vgg, last, pooling, border)
        self.place.module(vgg)
        return vgg

    def photo_paths(self, count: int) -> list[Path]:
        """`count` held-out photos, spread over their folder; fewer where it holds fewer."""
        paths = list_images(self.held_out)
        return [paths[n * len(paths) // count] for n in range(min(count, len(paths)))]

    def squares(self, count: int, side_px: int) -> list[Tensor]:
        """Middle squares of held-out photos, float32 [1, 3, side, side] on the device."""
        return [self.place.images(square(path, side_px)) for path in self.photo_paths(count)]

    def crops(self, crop_px: int) -> PhotoCrops:
        """Of the photos to train on."""
        return PhotoCrops.load([self.photos], crop_px)

    def painting(self, number: int) -> Painting:
        """The painting of that number, from 0; counted round again if there are fewer."""
        return self.paintings[number % len(self.paintings)]

    def painted(self, number: int, side_px: int) -> Tensor:
        """A painting with its long side `side_px`, float32 [1, 3, H, W] on the device."""
        return self.place.images(load_style(self.painting(number).path, side_px))


def square(path: Path, side_px: int) -> Tensor:
    """The middle square of a picture, float32 [1, 3, side, side] RGB in [0, 1]."""
    return to_tensor(middle_square(read_image(path), side_px))


def in_float32(place: Place) -> Place:
    """The same device without bf16, where small differences count."""
    return Place(place.device, bf16=False)
