"""The pictures of a training, small enough to travel to a lent machine with the checkout.

    python benchmarks/gpu_pack.py --photos DIR --paintings DIR --notes docs/cin-lite-paintings.csv \
        --vgg FILE --out DATA

Photos are scaled and taken evenly from DIR until they fill what the others leave of --megabytes; of the
paintings those in the notes travel, all without. See gpu_train.py for DATA, README.md for what else travels.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import sys
from dataclasses import astuple
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from livestyle.workshop.training.data import list_images, read_image, resize
from livestyle.workshop.training.paintings import COLUMNS, list_paintings

PHOTO_SIDE_PX, PAINTING_SIDE_PX = 288, 640
"""Short side of photos and long side of paintings times their stroke, if they are larger."""

MEGABYTES = 30.0

LEFT_AT_HOME = ("docs/pictures/", "livestyle/models/")
NEEDED = "livestyle/models/cin-lite/"
"""Of what is left at home, what the training reads its recipe from."""


def trains(name: str) -> bool:
    """Whether a file of the checkout, by its path in it, has to travel with the pictures of a training."""
    return name.startswith(NEEDED) or not name.startswith(LEFT_AT_HOME)


def jpeg(path: Path, scale: float, quality: int) -> NDArray[np.uint8]:
    image = read_image(path)
    image = resize(image, scale) if scale < 1 else image
    _, data = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data


def pack_paintings(paintings: Path, notes: Path | None, out: Path) -> int:
    """The paintings, with notes.csv of what is known of them; how many bytes they are."""
    out.mkdir(parents=True, exist_ok=True)
    size = 0
    with (out / "notes.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow((*COLUMNS, "weight", "share", "stroke"))
        for painting in list_paintings(paintings, notes):
            side_px = PAINTING_SIDE_PX * painting.stroke
            data = jpeg(painting.path, side_px / max(read_image(painting.path).shape[:2]), 92)
            name = f"{painting.path.stem}.jpg"
            (out / name).write_bytes(data.tobytes())
            size += data.nbytes
            known = astuple(painting.note)[: len(COLUMNS) - 1]
            table.writerow((name, *known, painting.weight, painting.share, painting.stroke))
    return size


def pack(photos: Path, paintings: Path, notes: Path | None, vgg: Path, out: Path, most_bytes: int) -> int:
    """How many photos found room in `most_bytes` beside the rest."""
    left = most_bytes - pack_paintings(paintings, notes, out / "paintings") - vgg.stat().st_size
    shutil.copyfile(vgg, out / "vgg.safetensors")
    (out / "photos").mkdir(exist_ok=True)
    found, order = 0, list_images(photos)
    np.random.default_rng(0).shuffle(order)
    for path in order:
        data = jpeg(path, PHOTO_SIDE_PX / min(read_image(path).shape[:2]), 85)
        if data.nbytes > left:
            break
        (out / "photos" / f"{path.stem}.jpg").write_bytes(data.tobytes())
        left, found = left - data.nbytes, found + 1
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--photos", "--paintings", "--vgg", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--notes", type=Path, help="CSV as of `livestyle train`")
    parser.add_argument("--megabytes", type=float, default=MEGABYTES)
    o = parser.parse_args()
    count = pack(o.photos, o.paintings, o.notes, o.vgg, o.out, round(o.megabytes * 1e6))
    print(f"{count} photos found room")
    sys.exit(0 if count else 1)


if __name__ == "__main__":
    main()
