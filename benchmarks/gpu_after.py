"""Models of what gpu_day.py has trained, and their figures; on any machine with `.[train]`, a GPU or none.

    python benchmarks/gpu_after.py OUT MODELS --data DATA --photos HELD_OUT

OUT is what the last call left, DATA the folder that travelled, HELD_OUT photos that nobody trained on. Each
training, finished or not, becomes a model in MODELS/NAME, as `livestyle export` makes it; MODELS/NAME-report
gets what `livestyle evaluate --appearance` finds, MODELS/NAME-temporal.json how steady it is.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from gpu_pieces import join

from livestyle.workshop.training.loop import CHECKPOINT

LIVESTYLE = (sys.executable, "-m", "livestyle")


def make(work: Path, models: Path, options: argparse.Namespace) -> bool:
    """A model of one training and its figures; whether all of it worked. It goes on behind what fails."""
    model, paintings = models / work.name, options.data / "paintings"
    frames = ("--frames", options.data / "photos")
    if not called("export", work, model, *frames, *(() if options.int8 else ("--no-int8",))):
        return False
    photos = ("--photos", options.photos, "--limit", options.limit, "--style", options.style)
    notes = ("--paintings", paintings, "--notes", paintings / "notes.csv")
    report = models / f"{work.name}-report"
    seen = called("evaluate", model, "--appearance", *photos, *notes, "--out", report)
    steady = models / f"{work.name}-temporal.json"
    return called("evaluate", model, "--temporal", *photos, "--json", into=steady) and seen


def called(*arguments: object, into: Path | None = None) -> bool:
    """Run a livestyle command; whether it worked. into: gets what it prints."""
    command = [*LIVESTYLE, *map(str, arguments)]
    print(" ".join(command[2:]), flush=True)
    done = subprocess.run(command, stdout=subprocess.PIPE if into else None)
    if into and done.returncode == 0:
        into.write_bytes(done.stdout)
    return done.returncode == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("models", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=6, help="photos")
    parser.add_argument("--style", default="all")
    parser.add_argument("--int8", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        join(options.out, Path(scratch) / "work")
        trained = sorted(path.parent for path in Path(scratch).glob(f"work/*/{CHECKPOINT}"))
        if not trained:
            print(f"error: {options.out} holds no training; give what gpu_day.py left", file=sys.stderr)
            sys.exit(2)
        options.models.mkdir(parents=True, exist_ok=True)
        made = [make(work, options.models, options) for work in trained]
    sys.exit(0 if all(made) else 1)


if __name__ == "__main__":
    main()
