"""Peak memory of the shipped model on large files, as whole processes: a picture of 8000x6000, a film of 4K.

python benchmarks/memory.py --out FILE
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from av.video.stream import VideoStream
from machine import machine

LIMIT_MB = 1500
PICTURE, FILM, FRAMES = (8000, 6000), (3840, 2160), 20


def soft_noise(width: int, height: int, seed: int) -> np.ndarray:
    """Patches of every colour, uint8 BGR (H, W, 3)."""
    small = np.random.default_rng(seed).integers(0, 256, (60, 80, 3)).astype(np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def write_film(path: Path) -> None:
    """H.264, a picture that moves."""
    picture = soft_noise(*FILM, 1)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = *FILM, "yuv420p"
        for number in range(FRAMES):
            moved = np.ascontiguousarray(np.roll(picture, 8 * number, 1), np.uint8)
            frame = av.VideoFrame.from_ndarray(moved, "bgr24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def peak_mb(*words: str) -> float:
    """Of `livestyle` with these words, in MB of a million bytes."""
    child = subprocess.Popen([sys.executable, "-m", "livestyle", *words], stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"livestyle {' '.join(words)} ended with {status}")
    return round(usage.ru_maxrss * 1024 / 1e6, 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    found: dict[str, Any] = {"machine": machine(), "limit_mb": LIMIT_MB}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cv2.imwrite(str(folder / "in.jpg"), soft_noise(*PICTURE, 0))
        write_film(folder / "in.mp4")
        found["picture_8000x6000_mb"] = peak_mb("image", f"{folder}/in.jpg", f"{folder}/out.jpg")
        found["film_3840x2160_mb"] = peak_mb("video", f"{folder}/in.mp4", f"{folder}/out.mp4")
    print(json.dumps(found, indent=2))
    if options.out:
        options.out.write_text(json.dumps(found, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
