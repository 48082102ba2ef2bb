"""Pictures as phones, scanners, editors and browsers make them."""

from __future__ import annotations

import cv2
import numpy as np

from tests.media.situation import Outcome, Situation, encoded, written

RED = (40, 50, 200)
PLAIN = np.full((64, 80, 3), RED, np.uint8)
CLEAR = np.dstack([PLAIN, np.full((64, 80), 128, np.uint8)])
SEEN = Outcome()
PAINTED = Outcome(size=(80, 64), color=RED)

PICTURES = (
    Situation("png", "a.png", written(encoded(".png", PLAIN)), image=PAINTED, style=SEEN, photos=1),
    Situation("jpeg", "a.jpg", written(encoded(".jpg", PLAIN)), image=PAINTED, style=SEEN, photos=1),
    Situation(
        "grey",
        "a.png",
        written(encoded(".png", PLAIN[:, :, 1])),
        image=Outcome(color=(50, 50, 50)),
        style=SEEN,
        photos=1,
    ),
    Situation(
        "sixteen_bits",
        "a.png",
        written(encoded(".png", PLAIN.astype(np.uint16) * 257)),
        image=PAINTED,
        style=SEEN,
        photos=1,
    ),
    Situation(
        "half_clear",
        "a.png",
        written(encoded(".png", CLEAR)),
        image=Outcome(color=(*RED, 128)),
        style=SEEN,
        photos=1,
    ),
    Situation(
        "jpeg_2000",
        "a.jp2",
        written(encoded(".jp2", PLAIN)),
        image=PAINTED,
        style=SEEN,
        photos=1,
    ),
    Situation(
        "progressive",
        "a.jpg",
        written(encoded(".jpg", PLAIN, cv2.IMWRITE_JPEG_PROGRESSIVE, 1)),
        image=PAINTED,
        style=SEEN,
        photos=1,
    ),
)
