"""What the pixel part of a frame costs as the graph has it, and as it is written for OpenVINO: side by side.

    python benchmarks/pixels.py --out benchmarks/results/pixels.json

For each size and precision both are compiled and paint in turn, frame by frame, on the same moving scene. The
time of the clock says what is gained; that of the processor too where other programs share the machine, with
one thread. Layers are counted by OpenVINO and added by kind. `differing` counts bytes that are not as before.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import time
from collections import defaultdict
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from machine import computed, machine

from livestyle.bench.layers import CountingEngine
from livestyle.core.config import Precision
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime import openvino
from livestyle.runtime.openvino_uint8 import move_bytes
from livestyle.sources.synthetic.scene import Scene

WARM_UP = 3


def opened(model: Model, size: Size, precision: Precision, threads: int, lighter: bool) -> CountingEngine:
    engine = CountingEngine(model, size, precision, threads)
    with contextlib.ExitStack() as stack:
        if not lighter:
            stack.enter_context(patch.object(openvino, "lighten", move_bytes))
        stack.enter_context(patch.object(openvino, "cached", lambda _: contextlib.nullcontext({})))
        engine.open()
    return engine


def compared(model: Model, size: Size, precision: Precision, threads: int, frames: int) -> dict[str, Any]:
    scene, style = Scene(size), FrameStyle(model.styles.vectors[0])
    clock, work = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    kinds: dict[str, dict[str, list[float]]] = {"before": defaultdict(list), "after": defaultdict(list)}
    differing = 0
    with (
        opened(model, size, precision, threads, False) as before,
        opened(model, size, precision, threads, True) as after,
    ):
        engines = {"before": before, "after": after}
        for number in range(WARM_UP + frames):
            pixels, painted = scene.at(number / 30), []
            for name in sorted(engines, reverse=bool(number % 2)):
                began, worked = time.perf_counter(), time.process_time()
                painted.append(engines[name].infer(pixels, style))
                took, cost = time.perf_counter() - began, time.process_time() - worked
                if number < WARM_UP:
                    continue
                clock[name].append(took * 1e3)
                work[name].append(cost * 1e3)
                found: dict[str, float] = defaultdict(float)
                for layer in engines[name].counted():
                    found[layer.kind] += layer.ms
                for kind, ms in found.items():
                    kinds[name][kind].append(ms)
            differing += int((painted[0] != painted[1]).sum())
    return {
        "clock_ms": {name: spread(values) for name, values in clock.items()},
        "processor_ms": {name: spread(values) for name, values in work.items()},
        "ratio_clock": ratios(clock),
        "ratio_processor": ratios(work),
        "layers_ms": {
            name: {kind: round(float(np.median(ms)), 3) for kind, ms in of.items() if np.median(ms) > 0.01}
            for name, of in kinds.items()
        },
        "differing": differing,
        "of_bytes": (WARM_UP + frames) * size.width * size.height * 3,
    }


def spread(milliseconds: list[float]) -> dict[str, float]:
    return {
        "min": round(min(milliseconds), 2),
        "median": round(float(np.median(milliseconds)), 2),
    }


def ratios(of: dict[str, list[float]]) -> dict[str, float]:
    """After over before: of the shortest times, and the median over neighbouring frames."""
    before, after = np.array(of["before"]), np.array(of["after"])
    return {
        "min": round(float(after.min() / before.min()), 3),
        "median": round(float(np.median(after / before)), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="cin-lite")
    parser.add_argument("--sizes", nargs="+", default=["640x480", "1280x720"])
    parser.add_argument("--precisions", nargs="+", help="default: all of this CPU")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    model = Model.load(options.model)
    result: dict[str, Any] = {"machine": machine(), "model": model.card.name, "threads": options.threads}
    for size in options.sizes:
        for precision in options.precisions or map(str, computed(model)):
            row = compared(model, Size.parse(size), Precision(precision), options.threads, options.frames)
            result.setdefault(size, {})[precision] = row
            brief = {key: row[key] for key in ("ratio_clock", "ratio_processor", "clock_ms", "differing")}
            print(size, precision, json.dumps(brief), flush=True)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
