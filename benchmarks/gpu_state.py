"""State across slots: frames of noise with several in flight, against a CPU, and twice on the GPU.

    python benchmarks/gpu_state.py --out state.json

A film of noise on a still picture is the hardest for what is carried from frame to frame: every frame
depends on all before it. In float32 it has to be what a CPU paints, in every precision the same bytes each
time: on the same film again, and on another film of the engine; with CUDA graphs and without.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from gpu_engines import pictures

from livestyle.core.config import Precision
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime.engine import Engine, GpuOptions
from livestyle.runtime.film import Film
from livestyle.runtime.select import ENGINES, open_engine
from livestyle.workshop.torch_engine import TorchCudaEngine

SIGMA = 4.0
CUT_EVERY = 500
"""Frames after which the picture is another one, and the style too."""

FIELDS = 31

CLOSE = 3
"""Largest difference, of 255, of two devices in float32."""


class WithoutGraphs(TorchCudaEngine):
    """The torch engine as it runs where nothing can be captured."""

    name = "torch-cuda without graphs"
    graphs = False


def noise(size: Size, count: int) -> Iterator[tuple[Pixels, int]]:
    """Frames, and the number of the style that each is painted in. A few fields of noise, moved about."""
    scenes, rng = pictures(size), np.random.default_rng(0)
    fields = [rng.normal(0, SIGMA, scenes[0].shape).round().astype(np.int16) for _ in range(FIELDS)]
    for number in range(count):
        scene, moved = number // CUT_EVERY, np.roll(fields[number % FIELDS], number, axis=1)
        yield np.clip(scenes[scene % len(scenes)] + moved, 0, 255).astype(np.uint8), scene


def painted(film: Film, model: Model, size: Size, count: int) -> Iterator[Pixels]:
    """The paintings of a film without a past, with as many frames in flight as it holds."""
    film.reset()
    vectors = model.styles.vectors
    for frame, style in noise(size, count):
        if film.in_flight == film.depth:
            yield film.result()
        film.submit(frame, FrameStyle(vectors[style % len(vectors)]))
    while film.in_flight:
        yield film.result()


def digest(film: Film, model: Model, size: Size, count: int) -> str:
    found = hashlib.sha256()
    for painting in painted(film, model, size, count):
        found.update(painting.tobytes())
    return found.hexdigest()


def repeats(engine: Engine, count: int) -> dict[str, Any]:
    """Whether the same film gives the same bytes, and another film of the engine too."""
    films = (engine.film, engine.film, engine.open_film())
    found = {digest(film, engine.model, engine.size, count) for film in films}
    return {"frames": count, "films": len(films), "bit_equal": len(found) == 1}


def beside(engine: Engine, cpu: Engine, count: int) -> dict[str, Any]:
    """The largest difference from a CPU, and in how many frames it is above CLOSE."""
    worst, far = 0, 0
    pairs = zip(
        painted(engine.film, engine.model, engine.size, count),
        painted(cpu.film, cpu.model, cpu.size, count),
        strict=True,
    )
    for ours, theirs in pairs:
        difference = int(np.abs(ours.astype(np.int16) - theirs).max())
        worst, far = max(worst, difference), far + (difference > CLOSE)
    return {"worst_of_255": worst, "frames_too_far": far, "cpu": str(cpu.info)}


def engines(options: argparse.Namespace, model: Model, size: Size) -> Iterator[tuple[str, Engine]]:
    kinds: tuple[type[Engine], ...] = (TorchCudaEngine, WithoutGraphs)
    precisions: tuple[Precision, ...] = (Precision.F32, Precision.F16)
    if options.device == "cpu":
        kinds, precisions = (ENGINES["onnxruntime"],), (Precision.F32,)
    for kind in kinds:
        for precision in precisions:
            yield f"{kind.name} {precision}", kind(model, size, precision, 0, GpuOptions(slots=3))


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """All engines; what one can't do costs the others nothing."""
    model, size = Model.load(options.model), Size.parse(options.size)
    found: dict[str, Any] = {}
    for name, engine in engines(options, model, size):
        began = time.perf_counter()
        try:
            with engine, open_engine(model, size, "cpu", Precision.F32) as cpu:
                found[name] = {"engine": str(engine.info), **repeats(engine, options.frames)}
                if engine.precision is Precision.F32:
                    found[name] |= beside(engine, cpu, options.frames)
        except Exception as error:  # what engines raise shares no base class below Exception
            found[name] = {"failed": f"{type(error).__name__}: {error}"}
        found[name]["seconds"] = round(time.perf_counter() - began, 1)
        print(name, found[name], flush=True)
        options.out.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    return found


def good(row: dict[str, Any]) -> bool:
    return bool(row.get("bit_equal")) and not row.get("frames_too_far")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument("--model", default="cin-lite")
    parser.add_argument("--size", default="320x240")
    parser.add_argument("--frames", type=int, default=2000)
    parser.add_argument("--out", type=Path, required=True)
    found = measure(parser.parse_args())
    sys.exit(0 if all(good(row) for row in found.values()) else 1)


if __name__ == "__main__":
    main()
