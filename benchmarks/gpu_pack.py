"""The pictures of a training, small enough to travel to a lent machine with the checkout.

    python benchmarks/gpu_pack.py --photos DIR --paintings DIR --vgg FILE --out DATA --megabytes 22

Photos are scaled and taken evenly from DIR until they fill what the others leave; see gpu_train.py for DATA.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from livestyle.workshop.training.data import list_images, read_image, resize

PHOTO_SIDE_PX, PAINTING_SIDE_PX = 288, 640
"""Short side of photos and long side of paintings, if they are larger."""


def jpeg(path: Path, scale: float, quality: int) -> NDArray[np.uint8]:
    image = read_image(path)
    image = resize(image, scale) if scale < 1 else image
    _, data = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data


def pack(photos: Path, paintings: Path, vgg: Path, out: Path, most_bytes: int) -> int:
    """How many photos found room in `most_bytes` beside the rest."""
    for folder in ("photos", "paintings"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    shutil.copyfile(vgg, out / "vgg.safetensors")
    left = most_bytes - vgg.stat().st_size
    for path in list_images(paintings):
        data = jpeg(path, PAINTING_SIDE_PX / max(read_image(path).shape[:2]), 92)
        (out / "paintings" / f"{path.stem}.jpg").write_bytes(data.tobytes())
        left -= data.nbytes
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
    parser.add_argument("--megabytes", type=float, default=22)
    o = parser.parse_args()
    count = pack(o.photos, o.paintings, o.vgg, o.out, round(o.megabytes * 1e6))
    print(f"{count} photos found room")
    sys.exit(0 if count else 1)


if __name__ == "__main__":
    main()
