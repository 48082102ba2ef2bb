"""Draws validation sheets, photos across and styles down, to be looked at while a training runs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from livestyle.core.errors import LivestyleError
from livestyle.core.output_file import write_bytes
from livestyle.workshop.networks.styled import StyledTransformer
from livestyle.workshop.training.data import (
    PhotoCrops,
    list_images,
    middle_square,
    read_image,
    to_image,
    to_tensor,
)
from livestyle.workshop.training.device import Place

TILE_PX = 256


def pick_photos(folders: Sequence[Path], crops: PhotoCrops, count: int = 4) -> list[Tensor]:
    """The middle squares of pictures spread over `folders` (or of training photos), 256 px.

    Those that can't be read are left out.
    """
    paths = [p for folder in folders for p in list_images(folder)]
    photos = _readable(paths[:: max(1, len(paths) // count)][:count]) or crops.photos[:count]
    return [to_tensor(middle_square(photo, TILE_PX)) for photo in photos]


def _readable(paths: Sequence[Path]) -> list[NDArray[np.uint8]]:
    photos = []
    for path in paths:
        with contextlib.suppress(LivestyleError):
            photos.append(read_image(path))
    return photos


@torch.no_grad()
def write_sheet(model: StyledTransformer, photos: Sequence[Tensor], path: Path, place: Place) -> None:
    """A JPEG: the photos in the first row, then a row for each style. The model is as it was."""
    training = model.training
    model.eval()
    rows = [("", [to_image(p) for p in photos])]
    for index, name in enumerate(model.names):
        styles = torch.tensor([index], device=place.device)
        with place.autocast():
            rows.append((name, [to_image(model(place.images(p), styles)) for p in photos]))
    model.train(training)
    save_sheet(path, named_rows(rows))


@torch.no_grad()
def painted(
    model: StyledTransformer, photos: Sequence[Tensor], place: Place
) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """Each style's name with each photo as it paints it, uint8 RGB. The model is put in its state of use."""
    model.eval()
    for index, name in enumerate(model.names):
        styles = torch.tensor([index], device=place.device)
        for photo in photos:
            with place.autocast():
                yield name, to_image(model(place.images(photo), styles))


def named_rows(rows: Sequence[tuple[str, Sequence[NDArray[np.uint8]]]]) -> NDArray[np.uint8]:
    """Rows of as many pictures, uint8 [S, S, 3] each, with the row's name in its corner."""
    drawn = []
    for name, pictures in rows:
        row = np.ascontiguousarray(np.hstack(pictures))
        for color, width in (((0, 0, 0), 4), ((255, 255, 255), 1)):
            cv2.putText(row, name, (8, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, color, width, cv2.LINE_AA)
        drawn.append(row)
    return np.vstack(drawn)


def save_sheet(path: Path, picture: NDArray[np.uint8]) -> None:
    """uint8 RGB [H, W, 3] as a JPEG. LivestyleError where it can't be written."""
    good, data = cv2.imencode(".jpg", picture[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 88])
    assert good
    write_bytes(path, data.tobytes())
