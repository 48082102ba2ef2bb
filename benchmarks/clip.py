"""A looping picture for the README: camera, painting without steadiness, painting with it.

python benchmarks/clip.py --video FILE --style great_wave --out docs/steady.webp
"""

from __future__ import annotations

import argparse
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.evaluation.films import covering
from livestyle.model.controls import STEADINESS
from livestyle.offline.demux import Demux, Picture
from livestyle.sources.video.container import open_container
from livestyle.sources.video.tracks import film_track
from livestyle.stylizer.stylizer import Stylizer

SIZE = Size(640, 480)


def read(path: Path, start: int, count: int) -> list[Pixels]:
    """`count` frames from number `start` on, 640x480."""
    with open_container(path) as container:
        demux = Demux(container, film_track(container, path), path)
        pictures = (item.pixels for item in demux if isinstance(item, Picture))
        return [covering(pixels, SIZE) for pixels in islice(pictures, start, start + count)]


def painted(model: str, style: str, steadiness: float, frames: list[Pixels]) -> list[Pixels]:
    with Stylizer(model) as stylizer:
        stylizer.style, stylizer.steadiness = style, steadiness
        return [stylizer.stylize(frame) for frame in frames]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--video", type=Path, required=True)
    parser.add_argument("--style", default="great_wave")
    parser.add_argument("--before", default="cin-lite", help="model that is shown without steadiness")
    parser.add_argument("--after", default="cin-lite", help="model that is shown with it")
    parser.add_argument("--start", type=int, default=15, help="frames painted before the first that is shown")
    parser.add_argument("--first", type=int, default=0, help="where in the video to begin")
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--height", type=int, default=240)
    parser.add_argument("--quality", type=int, default=60)
    parser.add_argument("--out", type=Path, required=True, help=".webp, .gif or .png")
    options = parser.parse_args()
    frames = read(options.video, options.first, options.start + options.frames)
    if len(frames) < options.start + options.frames:
        parser.error(f"{options.video} has too few frames: {len(frames)} from number {options.first} on")
    rows = (
        frames,
        painted(options.before, options.style, 0.0, frames),
        painted(options.after, options.style, STEADINESS.default, frames),
    )
    side = (options.height * SIZE.width // SIZE.height, options.height)
    shown = [
        np.hstack([cv2.resize(picture, side, interpolation=cv2.INTER_AREA) for picture in moment])
        for moment in zip(*(row[options.start :] for row in rows), strict=True)
    ]
    there_and_back = [*shown, *shown[-2:0:-1]]
    animation = cv2.Animation()
    animation.frames = there_and_back
    animation.durations = [66] * len(there_and_back)
    cv2.imwriteanimation(str(options.out), animation, [cv2.IMWRITE_WEBP_QUALITY, options.quality])
    print(f"{options.out}: {len(there_and_back)} frames, {options.out.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
