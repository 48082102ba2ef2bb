"""All that needs a GPU, in one go of under ten minutes, into one folder, for a machine that is lent.

    python benchmarks/gpu_day.py --out OUT [--wheels WHEELS]

The engines' conformance suite on the GPU; half precision against float32 for every style; 1000 style
switches; all figures of gpu.py; `livestyle bench`. Each step has a log and a limit, and none waits for the
success of another; OUT/steps.json says how each ended. Where nothing can be downloaded, WHEELS is a folder
with what is missing there (`pip download` for its Python; pycuda as source: it is built against the CUDA
that is there).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("platformdirs", "pycuda", "cuda-bindings", "av", "openvino", "tensorrt-rtx")
"""What the GPU engines, the live pipeline and the suite use beyond torch, numpy and OpenCV."""


@dataclass(frozen=True)
class Step:
    """A command, and the seconds after which it is stopped. The first word of its name is its log's."""

    name: str
    command: tuple[str, ...]
    limit_s: float

    @property
    def log(self) -> str:
        return f"{self.name.split()[0]}.log"


@dataclass(frozen=True)
class Ended:
    """How a step ended: its exit code, None where it was stopped; and the seconds it took."""

    name: str
    code: int | None
    seconds: float


def preparations(wheels: Path | None) -> list[Step]:
    """What the machine is, and the packages that WHEELS has."""
    found = [Step("machine", ("nvidia-smi",), 30)]
    if wheels is not None:
        pip = (sys.executable, "-m", "pip", "install", "--no-index", "--no-build-isolation", "--find-links")
        found += [
            Step(f"install {name}", (*pip, str(wheels), name), 150)
            for name in PACKAGES
            if any(wheels.glob(f"{name.replace('-', '?')}-*"))
        ]
    return found


def measurements(out: Path, seconds: float) -> list[Step]:
    """What is measured, in `seconds` altogether; most of them are for the figures."""
    suite = ("tests/runtime", "-q", "-ra", "-p", "no:cacheprovider", "-k", "cuda or torch or tensorrt or gpu")
    budget_s = max(60.0, seconds - 240)
    figures = ("benchmarks/gpu.py", "--budget", f"{budget_s:g}", "--out", str(out / "gpu.json"))
    bench = ("-m", "livestyle", "bench", "--device", "cuda", "--json")
    return [
        Step("conformance", (sys.executable, "-m", "pytest", *suite), 120),
        Step("figures", (sys.executable, *figures), budget_s + 60),
        Step("bench", (sys.executable, *bench), 60),
    ]


def run(step: Step, out: Path) -> Ended:
    """Run a step in the repository's root, all that it prints at the end of its log in OUT."""
    began = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    code: int | None = None
    with (out / step.log).open("ab") as log:
        try:
            done = subprocess.run(
                step.command, cwd=ROOT, env=environment, stdout=log, stderr=log, timeout=step.limit_s
            )
            code = done.returncode
        except subprocess.TimeoutExpired:
            log.write(f"\nstopped after {step.limit_s:g} s\n".encode())
        except OSError as error:
            log.write(f"{error}\n".encode())
            code = 127
    return Ended(step.name, code, round(time.perf_counter() - began, 1))


def run_all(todo: Sequence[Step], out: Path, ended: Sequence[Ended] = ()) -> list[Ended]:
    """One after the other behind `ended`, whatever becomes of them; OUT/steps.json is written after each."""
    found = list(ended)
    for step in todo:
        found.append(run(step, out))
        print(f"{step.name}: exit code {found[-1].code}, {found[-1].seconds} s", flush=True)
        (out / "steps.json").write_text(json.dumps([asdict(e) for e in found], indent=2) + "\n", "utf-8")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--wheels", type=Path)
    parser.add_argument("--seconds", type=float, default=570, help="for everything")
    options = parser.parse_args()
    if shutil.which("nvidia-smi") is None:
        print("error: no nvidia-smi here; run this on a machine with an NVIDIA GPU", file=sys.stderr)
        sys.exit(2)
    out = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    ended = run_all(preparations(options.wheels), out)
    left_s = options.seconds - sum(e.seconds for e in ended)
    ended = run_all(measurements(out, left_s), out, ended)
    sys.exit(0 if all(e.code == 0 for e in ended) else 1)


if __name__ == "__main__":
    main()
