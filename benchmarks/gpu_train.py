"""Training on a lent GPU, in calls of a few minutes: each goes on from the checkpoint of the last.

    python benchmarks/gpu_train.py --data DATA --work WORK --budget 480

DATA has photos/, paintings/ (with notes.csv, if wanted: see `livestyle train --notes`) and vgg.safetensors;
gpu_pack.py makes such a folder, small enough to travel. WORK gets a folder for each training, with its
checkpoint, log and sheets, as `livestyle train --work` has it; gpu_after.py makes models of them. How many
steps there are is settled once, by the pace of the first ones: as many as fit into --minutes, so that the
rate has fallen to zero when the time is over. Exit code 75: call again.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from livestyle.model.card import Model
from livestyle.workshop.training.cin.train import TrainOptions, train_styles
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.loop import CHECKPOINT, Schedule
from livestyle.workshop.training.paintings import list_paintings
from livestyle.workshop.training.perceptual import Weights

MORE = 75
"""The exit code where another call is needed."""

RECIPE: dict[str, dict[str, Any]] = {
    "wide": {"arch": "wide", "crop_px": 256, "batch": 8},
    "lite": {"arch": "lite", "crop_px": 256, "batch": 8},
}
"""What is trained, the most wanted first. All else, but for `weights`, is as in `livestyle train`."""

MINUTES = {"wide": 20.0, "lite": 8.0}
MOST_STEPS = 40000
PROBE, WARM = 60, 100
"""Steps of which the second half tells the pace, when stability is in it; steps in which the rate grows."""

STEPS = "steps"
"""The file in a training's folder that keeps how many there are to be."""


def weights() -> Weights:
    """Those that cin-lite ships with; its last stages had no spikes to fight, a training from nothing has."""
    return replace(Weights(**Model.load("cin-lite").card.training["weights"]), peaks=8.0)


def options_of(name: str, data: Path, work: Path, **changed: Any) -> TrainOptions:
    """changed: fields in place of the recipe's, to try the script."""
    notes = data / "paintings" / "notes.csv"
    return TrainOptions(
        work=work / name,
        paintings=tuple(list_paintings(data / "paintings", notes if notes.exists() else None)),
        content=(data / "photos",),
        vgg=data / "vgg.safetensors",
        **{"weights": weights(), "schedule": schedule(MOST_STEPS), **RECIPE[name], **changed},
    )


def schedule(steps: int) -> Schedule:
    return Schedule(steps=steps, warm=WARM)


def small(steps: int) -> dict[str, Any]:
    """What a CPU trains in seconds."""
    return {
        "schedule": Schedule(steps=steps, save_every=1),
        "crop_px": 64,
        "batch": 2,
        "style_px": 64,
    }


def settled(options: TrainOptions, place: Place, minutes: float) -> TrainOptions:
    """The options with as many steps as fit into so many minutes here, or as a call before has settled."""
    kept = options.work / STEPS
    if not kept.exists():
        with tempfile.TemporaryDirectory() as scratch:
            probe = replace(options, work=Path(scratch), schedule=schedule(PROBE))
            times = [time.monotonic() for _ in train_styles(probe, place).notes]
        pace = (len(times) - 1 - PROBE // 2) / (times[-1] - times[PROBE // 2])
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(str(max(WARM, min(MOST_STEPS, round(minutes * 60 * pace)))), "ascii")
    return replace(options, schedule=schedule(int(kept.read_text("ascii"))))


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
    parser.add_argument("--minutes", type=float, help=f"for each training; default {MINUTES}")
    parser.add_argument("--only", nargs="+", default=tuple(RECIPE), choices=tuple(RECIPE))
    parser.add_argument("--steps", type=int, help="few and small ones, to try the script")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    until, found, more = time.monotonic() + options.budget, dict[str, Any](), False
    place = Place.choose(options.device)
    for name in options.only:
        if time.monotonic() >= until:
            more = True
            break
        changed = small(options.steps) if options.steps else {}
        chosen = options_of(name, options.data, options.work, **changed)
        if not options.steps:
            chosen = settled(chosen, place, options.minutes or MINUTES[name])
        found[name] = train(chosen, place, until)
        more = more or not finished(chosen, found[name])
        print(name, found[name], flush=True)
        if options.out:
            options.out.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    sys.exit(MORE if more else 0)


if __name__ == "__main__":
    main()
