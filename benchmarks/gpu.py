"""Engines on a GPU beside torch and beside the loop that webcam projects have, with the floor of each size.

    python benchmarks/gpu.py --out benchmarks/results/gpu.json

Bytes in, paint, bytes out: each stage where it can be timed apart, and end to end; one frame at a time and
with frames in flight; one to eight streams; 1000 frames in a new style each. What issue 5 asks for is held
against what was found. `--device cpu` runs all of it without a GPU, to try the script. The file is written
after every row: what was measured stays, whatever happens next, and another call with the same --out goes on
from there. Exit code 75: there is more to measure than --budget had time for.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from floor import Ceilings, Floor, work_of
from gpu_engines import pictures, try_switches
from gpu_figures import ALONE, EAGER_F16, PIPELINED, acceptance, floor_row, table
from gpu_models import styles_in_half, wide_model
from gpu_rivals import NaiveRival, Rival, TorchRival, measure_ceilings
from machine import machine

from livestyle.bench.pace import engine_alone, in_flight, one_at_a_time, side_by_side
from livestyle.core.config import SLOTS
from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size, SizeRule
from livestyle.model.card import Model
from livestyle.runtime.gpu.engine import GpuEngine
from livestyle.runtime.select import DEVICES, ENGINES, open_engine

SIZES = ("640x480", "1920x1080", "1280x720", "3840x2160")
MORE = 75
"""The exit code where another call is needed."""

MORE_SLOTS = 3

COMPILED_AT = SIZES[:2]
"""torch.compile takes most of a minute for each size."""


class Run:
    """One run: what was asked for, what was found, and the time that is left."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.device = torch.device(options.device)
        self.started = time.perf_counter()
        self.engines = DEVICES[options.device]
        self.more = False
        self.result: dict[str, Any] = {"models": {}, **earlier(options.out)}
        self.result["machine"] = {**machine(), **chip(self.device)}

    def row(self, rows: dict[str, Any], name: str, work: Callable[[], dict[str, Any]]) -> None:
        """Do `work` and keep what it found; what fails says why, and the rest goes on.

        What an earlier call has is left as it is.
        """
        if name in rows:
            return
        if time.perf_counter() - self.started > self.options.budget:
            self.more = True
            return
        try:
            rows[name] = work()
        except Exception as error:  # a row that can't be measured must not cost the others
            rows[name] = {"skipped": f"{type(error).__name__}: {error}".split("\n")[0]}
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        self.save()

    def save(self) -> None:
        self.result["acceptance"] = acceptance(self.result)
        self.result["seconds"] = round(time.perf_counter() - self.started, 1)
        if self.options.out:
            self.options.out.parent.mkdir(parents=True, exist_ok=True)
            self.options.out.write_text(json.dumps(self.result, indent=2) + "\n", "utf-8")

    def measure(self, model: Model, size: Size, ceilings: Ceilings) -> None:
        """All rows of one model at one size."""
        work = work_of(model, size, 2 if self.device.type == "cuda" else 4)
        sizes = self.result["models"].setdefault(model.card.name, {})
        rows: dict[str, Any] = sizes.get(str(size), {}).get("rows", {})
        found = {"floor": floor_row(work, Floor.of(work, ceilings)), "rows": rows}
        sizes[str(size)] = found
        for name in self.engines:
            self._engine(rows, name, model, size)
        for name, make in self._rivals(model, size).items():
            self.row(rows, name, lambda m=make: self._time(m(), size))  # type: ignore[misc]
        print(f"{model.card.name} {size}: floor {found['floor']}\n{table(rows)}", flush=True)

    def _time(self, rival: Rival, size: Size) -> dict[str, Any]:
        return one_at_a_time(rival.paint, pictures(size), self.options.seconds).row()

    def _rivals(self, model: Model, size: Size) -> dict[str, Callable[[], Rival]]:
        first, device = pictures(size)[0], self.device
        rivals: dict[str, Callable[[], Rival]] = {
            "naive loop": lambda: NaiveRival(model, device),
            "torch eager f32": lambda: TorchRival(model, first, device, False, False),
            EAGER_F16: lambda: TorchRival(model, first, device, True, False),
        }
        if str(size) in self.options.compiled_at:
            rivals["torch.compile f16"] = lambda: TorchRival(model, first, device, True, True)
        return rivals

    def _engine(self, rows: dict[str, Any], name: str, model: Model, size: Size) -> None:
        seconds, frames = self.options.seconds, pictures(size)

        def alone() -> dict[str, Any]:
            with open_engine(model, size, name) as engine:
                found = engine_alone(engine, frames, seconds).row()
                return {**found, "engine": str(engine.info)}

        def pipelined(slots: int) -> dict[str, Any]:
            with open_engine(model, size, name, slots=slots) as engine:
                film = engine.film
                if film.depth == 1:
                    raise LivestyleError("holds one frame at a time")
                return {
                    **in_flight(film, model.styles.vectors[0], frames, seconds).row(),
                    "slots": film.depth,
                }

        self.row(rows, f"{name}, {ALONE}", alone)
        self.row(rows, f"{name}, {PIPELINED}", lambda: pipelined(SLOTS))
        if issubclass(ENGINES[name], GpuEngine):
            self.row(rows, f"{name}, {MORE_SLOTS} slots", lambda: pipelined(MORE_SLOTS))

    def switches(self, model: Model, size: Size) -> None:
        """A new style in every frame, on every engine; and what half precision costs each style."""
        found = self.result.setdefault("switches", {})
        for name in self.engines:

            def work(name: str = name) -> dict[str, Any]:
                with open_engine(model, size, name) as engine:
                    return asdict(try_switches(engine, self.options.switches))

            self.row(found, name, work)
            print(f"style switches, {name}: {found.get(name)}", flush=True)
        self.row(self.result, "half_psnr_db", lambda: styles_in_half(model, size, self.device, self.engines))
        print(f"against f32, dB: {self.result.get('half_psnr_db')}", flush=True)

    def streams(self, model: Model, size: Size) -> None:
        """One to eight films at once on the first engine that works."""
        frames = pictures(size)
        streams = {"model": model.card.name, "size": str(size), "rows": dict[str, Any]()}
        rows: dict[str, Any] = self.result.setdefault("streams", streams)["rows"]
        for count in self.options.streams:

            def work(count: int = count) -> dict[str, Any]:
                with open_engine(model, size, self.options.device) as engine:
                    each = [t.row() for t in side_by_side(engine, count, frames, self.options.seconds)]
                total = sum(row["frames_per_second"] for row in each)
                return {"frames_per_second": round(total, 1), "streams": each}

            self.row(rows, str(count), work)
            print(f"{count} streams: {rows.get(str(count), {}).get('frames_per_second')}", flush=True)

    def all(self, folder: Path) -> None:
        """Everything that the options ask for. folder: for the untrained model."""
        sizes = [Size.parse(text) for text in self.options.sizes]
        models = [model for name in self.options.models if (model := self._model(name, folder))]
        if not models:
            return
        if "switches" in self.options.only:
            self.switches(models[0], sizes[0])
        if "figures" in self.options.only:
            ceilings = self._ceilings()
            for size in sizes:
                for model in models:
                    self.measure(model, SizeRule(model.card.size_multiple).padded(size), ceilings)
            self.streams(models[0], sizes[0])

    def _model(self, name: str, folder: Path) -> Model | None:
        """None where it can't be made: the others are measured all the same."""
        try:
            return wide_model(folder) if name == "wide" else Model.load(name)
        except Exception as error:  # an export has many ways to fail
            self.result.setdefault("not_measured", {})[name] = f"{type(error).__name__}: {error}"
            return None

    def _ceilings(self) -> Ceilings:
        ceilings = measure_ceilings(self.device)
        self.result["ceilings"] = {
            "matrix_tflop_s": round(ceilings.matrix_flops_s / 1e12, 3),
            "memory_gb_s": round(ceilings.memory_bytes_s / 1e9, 1),
            "upload_gb_s": round(ceilings.upload_bytes_s / 1e9, 2),
            "download_gb_s": round(ceilings.download_bytes_s / 1e9, 2),
        }
        print(
            json.dumps({"machine": self.result["machine"], **self.result["ceilings"]}, indent=2), flush=True
        )
        return ceilings


def earlier(out: Path | None) -> dict[str, Any]:
    """What an earlier call has found."""
    if out is None or not out.exists():
        return {}
    found: dict[str, Any] = json.loads(out.read_text("utf-8"))
    return found


def chip(device: torch.device) -> dict[str, Any]:
    """The GPU by name, its capability, and the libraries that drive it; nothing for a CPU."""
    if device.type == "cpu":
        return {"torch": torch.__version__}
    major, minor = torch.cuda.get_device_capability(device)
    return {
        "gpu": torch.cuda.get_device_name(device),
        "compute_capability": f"{major}.{minor}",
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),
    }


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument(
        "--models", nargs="+", default=["cin-lite", "wide"], help="wide: untrained, for its speed"
    )
    parser.add_argument("--sizes", nargs="+", default=SIZES)
    parser.add_argument("--compiled-at", nargs="*", default=COMPILED_AT, help="sizes for torch.compile")
    parser.add_argument("--streams", nargs="*", type=int, default=[1, 2, 4, 8])
    parser.add_argument("--switches", type=int, default=1000)
    parser.add_argument("--only", nargs="+", default=("switches", "figures"), choices=("switches", "figures"))
    parser.add_argument("--seconds", type=float, default=1.5, help="for each row")
    parser.add_argument("--budget", type=float, default=480, help="seconds after which rows are skipped")
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def main() -> None:
    options = parse()
    if options.device == "cuda" and not torch.cuda.is_available():
        print("error: torch sees no NVIDIA GPU; run this where there is one, or try it with --device cpu",
              file=sys.stderr)  # fmt: skip
        sys.exit(2)
    run = Run(options)
    with tempfile.TemporaryDirectory() as folder:
        run.all(Path(folder))
    run.save()
    print(json.dumps(run.result["acceptance"], indent=2))
    if run.more:
        sys.exit(MORE)


if __name__ == "__main__":
    main()
