"""Tells in `livestyle doctor` which NVIDIA GPUs there are, and what to install for them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.util import find_spec

from livestyle.doctor.finding import Finding, State
from livestyle.runtime.gpu.driver import CudaError, Gpu, gpus

TURING = (7, 5)
"""The least compute capability that TensorRT runs on."""

LIBRARIES = {"rtx": "tensorrt_rtx", "tensorrt": "tensorrt", "train": "torch"}
"""The Python package that each extra brings."""

BARE = ("train",)
"""The extras that don't bring what reaches the driver, as the others do."""


def nvidia(topic: str) -> Iterator[Finding]:
    """Yields the GPUs, the packages that reach them, and the command that installs the best engine."""
    try:
        found = gpus()
    except CudaError as error:
        yield Finding(topic, "GPU", State.ABSENT, str(error))
        return
    for gpu in found:
        yield Finding(topic, f"cuda:{gpu.index}", State.OK, describe(gpu))
    reaches = [name for name in ("pycuda", "cuda.bindings") if installed(name)]
    state = State.OK if reaches else State.WARNING
    fix = "" if reaches else "pip install '.[cuda]'"
    yield Finding(topic, "access", state, ", ".join(reaches) or "neither pycuda nor cuda-bindings", fix)
    if "pycuda" not in reaches and (toolkit := shutil.which("nvcc")):
        fix = "pip install '.[pycuda]'"
        yield Finding(topic, "pycuda", State.ABSENT, f"can be compiled with the CUDA toolkit, {toolkit}", fix)
    if found:
        extra = best_extra(found[0])
        if installed(LIBRARIES[extra]):
            yield Finding(topic, "engine", State.OK, f"[{extra}] is installed, the best for {found[0].name}")
        else:
            fix = f"pip install '.[{'cuda,' * (extra in BARE)}{extra}]'"
            yield Finding(topic, "engine", State.WARNING, f"[{extra}] is the best for {found[0].name}", fix)


def describe(gpu: Gpu) -> str:
    """One line: name, compute capability, memory, driver."""
    major, minor = gpu.capability
    driver = f"driver {gpu.driver}, " if gpu.driver else ""
    gib = gpu.memory_bytes / 2**30
    return f"{gpu.name}, compute capability {major}.{minor}, {gib:.0f} GiB, {driver}CUDA {gpu.cuda}"


def best_extra(gpu: Gpu) -> str:
    """The extra with the best engine: rtx for RTX cards, tensorrt for others from Turing on, else train."""
    if gpu.capability < TURING:
        return "train"
    return "rtx" if "RTX" in gpu.name else "tensorrt"


def installed(package: str) -> bool:
    """Whether Python finds the package; it is not loaded."""
    try:
        return find_spec(package) is not None
    except (ModuleNotFoundError, ValueError):
        return False
