"""What steadiness costs: a model's graph beside the same graph without it, in each precision.

    pip install '.[train]' && python benchmarks/steadiness.py --out benchmarks/results/steadiness.json

Both are exported and quantised anew from the model's weights and timed in turn, as in speed.py.
"""

from __future__ import annotations

import argparse
import contextlib
import json
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from machine import computed, machine, summary
from speed import Step, measure
from torch import Tensor, nn

from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime.openvino import OpenVinoEngine
from livestyle.sources.synthetic.scene import Scene
from livestyle.workshop.export.onnx import restore
from livestyle.workshop.export.publish import publish

FRAMES = 30
"""To calibrate INT8 with: enough for its speed."""


class Unsteady(nn.Module):
    """In the place of Steady: the state passes as it came, and the painting as it is."""

    def forward(self, frame: Tensor, painted: Tensor, *rest: Tensor) -> tuple[Tensor, ...]:
        state_frame, state_hold, _, state_look = rest[4:]
        return state_frame, state_hold, painted, state_look


def made(name: str, folder: Path) -> Model:
    """The model, exported anew into `folder`."""
    model = Model.load(name)
    frames = [Scene(Size(320, 240)).at(number / 5) for number in range(FRAMES)]
    publish(restore(model), folder, name, model.card.styles, {}, frames)
    return Model.load(str(folder))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="cin-lite")
    parser.add_argument("--sizes", nargs="+", default=["640x480", "1280x720"])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    result: dict[str, object] = {"machine": machine(), "model": options.model}
    with TemporaryDirectory() as folder:
        models = {"on": made(options.model, Path(folder) / "on")}
        with mock.patch("livestyle.workshop.export.live_graph.Steady", Unsteady):
            models["off"] = made(options.model, Path(folder) / "off")
        for text in options.sizes:
            result[text] = side_by_side(models, Size.parse(text), options.rounds, options.runs)
            print(text, json.dumps(result[text], indent=2))
    if options.out:
        options.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


def side_by_side(models: dict[str, Model], size: Size, rounds: int, runs: int) -> dict[str, object]:
    frame = Scene(size).at(1.0)
    rows: dict[str, object] = {}
    for precision in computed(models["on"]):
        with contextlib.ExitStack() as stack:
            steps: dict[str, Step] = {}
            for name, model in models.items():
                engine = stack.enter_context(OpenVinoEngine(model, size, precision, threads=2))
                steps[name] = partial(
                    engine.infer, frame, FrameStyle(model.styles.vectors[0], steadiness=0.8)
                )
            found = {name: summary(times) for name, times in measure(steps, rounds, runs).items()}
        ratio = found["on"]["median_ms"] / found["off"]["median_ms"]
        rows[str(precision)] = {**found, "on_over_off": round(ratio, 3)}
    return rows


if __name__ == "__main__":
    main()
