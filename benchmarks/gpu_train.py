"""Training on a lent GPU, in calls of a few minutes: each goes on from the checkpoint of the last.

    python benchmarks/gpu_train.py --data DATA --work WORK --budget 480

DATA has photos/, paintings/ (with notes.csv, if wanted: see `livestyle train --notes`) and vgg.safetensors;
gpu_pack.py makes such a folder, small enough to travel. WORK gets a folder for each training, with its
checkpoint, log and sheets, as `livestyle train --work` has it; `livestyle export` makes a model of it. Exit
code 75: call again.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from livestyle.workshop.training.cin.train import TrainOptions, train_styles
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.loop import CHECKPOINT, Schedule
from livestyle.workshop.training.paintings import list_paintings
from livestyle.workshop.training.perceptual import Weights

MORE = 75
"""The exit code where another call is needed."""

FULL_SIZE: dict[str, Any] = {
    "crop_px": 256,
    "batch": 8,
    "style_px": 640,
    "weights": Weights(style=12.0, stability=100.0, noise=100.0, detail=1.0, peaks=8.0),
    "schedule": Schedule(steps=40000, warm=100),
}

RECIPE: dict[str, dict[str, Any]] = {
    "wide": {"arch": "wide", **FULL_SIZE},
    "lite": {"arch": "lite", **FULL_SIZE},
}
"""What is trained, the most wanted first: fields of TrainOptions. The one place for the final options."""


def options_of(name: str, data: Path, work: Path, steps: int | None) -> TrainOptions:
    """steps: in place of the recipe's, to try the script."""
    fields = dict(RECIPE[name])
    if steps is not None:
        fields |= {"schedule": Schedule(steps=steps, save_every=1), "crop_px": 64, "batch": 2, "style_px": 64}
    notes = data / "paintings" / "notes.csv"
    return TrainOptions(
        work=work / name,
        paintings=tuple(list_paintings(data / "paintings", notes if notes.exists() else None)),
        content=(data / "photos",),
        vgg=data / "vgg.safetensors",
        **fields,
    )


def train(options: TrainOptions, place: Place, until: float) -> dict[str, Any]:
    """Steps until it is done, or until `time.monotonic` is near `until`; what was reached.

    It ends behind a checkpoint where the next one would come too late.
    """
    training = train_styles(options, place)
    began = saved = time.monotonic()
    found: dict[str, Any] = {"steps": options.schedule.steps, "done": 0, "place": str(place)}
    first = None
    for note in training.notes:
        first = first or note.step
        if not options.schedule.saves(note.step):
            continue
        now = time.monotonic()
        found |= {"done": note.step, "loss": note.terms["loss"]}
        found["steps_a_second"] = round((note.step - first + 1) / (now - began), 2)
        if now + (now - saved) > until:
            break
        saved = now
    return found


def finished(options: TrainOptions, found: dict[str, Any]) -> bool:
    """Whether the last step is done; one that was done before gives no step at all."""
    return bool(found["done"] == found["steps"]) or (
        not found["done"] and (options.work / CHECKPOINT).exists()
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--budget", type=float, default=480, help="seconds for this call")
    parser.add_argument("--only", nargs="+", default=tuple(RECIPE), choices=tuple(RECIPE))
    parser.add_argument("--steps", type=int, help="few and small ones, to try the script")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    until, found, more = time.monotonic() + options.budget, dict[str, Any](), False
    for name in options.only:
        if time.monotonic() >= until:
            more = True
            break
        chosen = options_of(name, options.data, options.work, options.steps)
        found[name] = train(chosen, Place.choose(options.device), until)
        more = more or not finished(chosen, found[name])
        print(name, found[name], flush=True)
        if options.out:
            options.out.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    sys.exit(MORE if more else 0)


if __name__ == "__main__":
    main()
