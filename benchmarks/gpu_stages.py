"""The stages of gpu_day.py, in their order, each a command."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

MORE = 75
"""The exit code of a stage that needs another call."""

PYCUDA = "a conformance, pycuda"

SUITE = (
    "tests/runtime/test_engine_conformance.py",
    "tests/runtime/test_on_gpu.py",
    "tests/workshop/test_torch_engine.py",
)
PICK = {"cuda": "torch or cuda or agree or gpu", "cpu": "torch-on-host"}
"""Of the suite, by name or marker: 'gpu' is that of test_on_gpu.py."""

TINY = {
    "gpu_state": "--size 64x64 --frames 9",
    "gpu": "--models cin-lite wide --sizes 64x64 --compiled-at --streams 2 --switches 6 --seconds 0.01",
    "gpu_soak": "--size 64x64 --large 64x64 --seconds 0",
    "gpu_train": "--steps 2",
}
"""What each script is told too, so that a CPU runs it in seconds."""

TINY_SLACK = 10
"""So many times longer may a CPU take, which has other things to do."""


@dataclass(frozen=True)
class Stage:
    """A command, the seconds after which it is stopped, and the variables it is run with.

    goes_on: it can stop and go on in another call; it is told of its seconds by --budget.
    out: what it writes.
    """

    name: str
    command: tuple[str, ...]
    limit_s: float
    environment: Mapping[str, str] = field(default_factory=dict)
    goes_on: bool = False
    out: Path | None = None


def stages(device: str, tiny: bool, data: Path | None, out: Path, scratch: Path) -> list[Stage]:
    """data: for the training, which is left out without it. out: of the day. scratch: of this call."""

    def script(name: str, *arguments: object) -> tuple[str, ...]:
        small = TINY[name].split() if tiny else ()
        return (sys.executable, f"benchmarks/{name}.py", "--device", device, *map(str, arguments), *small)

    state, soak, training = (scratch / f"{name}.json" for name in ("state", "soak", "training"))
    suite = (
        sys.executable,
        "-m",
        "pytest",
        *SUITE,
        "-q",
        "-ra",
        "-p",
        "no:cacheprovider",
        "-k",
        PICK[device],
    )
    machine = ("nvidia-smi",) if device == "cuda" else (sys.executable, "--version")
    gpu = out / "gpu.json"
    found = [
        Stage("machine", machine, 30),
        Stage("a conformance, bindings", suite, 270, {"LIVESTYLE_CUDA": "bindings"}),
        Stage(PYCUDA, suite, 270, {"LIVESTYLE_CUDA": "pycuda"}),
        Stage("b state", script("gpu_state", "--out", state), 240, out=state),
        Stage("c switches", script("gpu", "--only", "switches", "--out", gpu), 120, goes_on=True, out=gpu),
        Stage("d figures", script("gpu", "--only", "figures", "--out", gpu), 600, goes_on=True, out=gpu),
        Stage("e soak", script("gpu_soak", "--out", soak), 240, out=soak),
    ]
    if data is not None:
        places = ("--data", data.resolve(), "--work", scratch / "work", "--out", training)
        found.append(Stage("f training", script("gpu_train", *places), 1e9, goes_on=True, out=training))
    return [replace(stage, limit_s=stage.limit_s * TINY_SLACK) for stage in found] if tiny else found
