"""Asks NVIDIA's driver through ctypes which GPUs there are; no package is needed for that."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from livestyle.core.errors import LivestyleError

WINDOWS = sys.platform == "win32"
LIBCUDA = "nvcuda.dll" if WINDOWS else "libcuda.so.1"
NVML = "nvml.dll" if WINDOWS else "libnvidia-ml.so.1"
MAJOR, MINOR = 75, 76
"""CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR."""

NO_DEVICE = 100
"""CUDA_ERROR_NO_DEVICE."""

PCI = Path("/sys/bus/pci/devices")
VENDOR, DISPLAY_CLASS = "0x10de", "0x03"
"""NVIDIA's vendor number and the class of graphics cards, as Linux writes them."""


class CudaError(LivestyleError):
    """A call of the driver failed, or there is no driver, no GPU, no package to reach it."""


class NoGpuError(CudaError):
    """There is no NVIDIA GPU here, as on most computers; only users who asked for one are told."""


@contextlib.contextmanager
def cuda_errors(library: str) -> Iterator[None]:
    """Raise whatever a library raises on a GPU as a CudaError.

    The errors of torch, cuDNN, Triton and TensorRT share no base class below Exception. A CancelledError,
    which ends a build that nobody wants any more, passes as it is.
    """
    try:
        yield
    except (LivestyleError, CancelledError):
        raise
    except Exception as error:
        raise CudaError(f"{library} failed: {first_line(error)}") from error


def first_line(error: Exception) -> str:
    """'OutOfMemoryError: CUDA out of memory. Tried to allocate …'"""
    return f"{type(error).__name__}: {error}".splitlines()[0]


@dataclass(frozen=True)
class Gpu:
    """One device.

    capability: compute capability, such as (8, 9)
    driver:     version of the driver, such as '580.95.05'; empty where NVML doesn't tell
    cuda:       the newest CUDA that the driver knows, such as '13.0'
    """

    index: int
    name: str
    capability: tuple[int, int]
    memory_bytes: int
    driver: str
    cuda: str


def gpus() -> list[Gpu]:
    """Every GPU here. CudaError, with the remedy, where the driver is missing or fails.

    NoGpuError where that is because no NVIDIA GPU is plugged in, as far as the system tells.
    """
    library = _load(LIBCUDA)
    if library is None:
        kind = CudaError if plugged_in() else NoGpuError
        raise kind(
            f"there is no NVIDIA driver here ({LIBCUDA} does not load); with an NVIDIA GPU, "
            "install its driver from https://www.nvidia.com/drivers; without one, use --device cpu"
        )
    driver = _Driver(library)
    driver.call("cuInit", 0)
    version = driver.number("cuDriverGetVersion")
    cuda, name = f"{version // 1000}.{version % 1000 // 10}", driver_version()
    return [driver.gpu(index, name, cuda) for index in range(driver.number("cuDeviceGetCount"))]


def find_gpu(index: int) -> Gpu:
    """GPU `index`. CudaError, with the remedy, where there is none of that number."""
    found = gpus()
    if index >= len(found):
        here = ", ".join(f"cuda:{gpu.index} is {gpu.name}" for gpu in found) or "none is"
        kind = CudaError if found or plugged_in() else NoGpuError
        raise kind(f"there is no GPU cuda:{index}; {here} here")
    return found[index]


def plugged_in(devices: Path = PCI) -> bool:
    """Whether an NVIDIA graphics card is on the bus, with or without a driver.

    Known on Linux; elsewhere False.
    """
    return any(
        _first_line(card / "vendor") == VENDOR and _first_line(card / "class").startswith(DISPLAY_CLASS)
        for card in (devices.iterdir() if devices.is_dir() else ())
    )


def pop_context() -> None:
    """Take the context that is current in this thread off it. Never raises."""
    library = _load(LIBCUDA)
    if library is not None:
        library.cuCtxPopCurrent_v2(ctypes.byref(ctypes.c_void_p()))


def driver_version() -> str:
    """The driver's version as NVIDIA names it, '580.95.05'; empty if NVML doesn't tell."""
    library = _load(NVML)
    text = ctypes.create_string_buffer(96)
    if library is None or library.nvmlInit_v2() != 0:
        return ""
    told = library.nvmlSystemGetDriverVersion(text, len(text)) == 0
    library.nvmlShutdown()
    return text.value.decode() if told else ""


class _Driver:
    """libcuda's calls by name; CudaError where one fails."""

    def __init__(self, library: Any) -> None:
        self._library = library

    def call(self, name: str, *args: Any) -> None:
        status = getattr(self._library, name)(*args)
        if status:
            text = ctypes.c_char_p()
            self._library.cuGetErrorName(status, ctypes.byref(text))
            error = (text.value or b"an unknown error").decode()
            kind = NoGpuError if status == NO_DEVICE and not plugged_in() else CudaError
            raise kind(f"{name} failed: {error}; `nvidia-smi` tells how the driver and the GPU are")

    def number(self, name: str, *args: Any) -> int:
        value = ctypes.c_int()
        self.call(name, ctypes.byref(value), *args)
        return value.value

    def gpu(self, index: int, driver: str, cuda: str) -> Gpu:
        device = self.number("cuDeviceGet", index)
        name, memory = ctypes.create_string_buffer(256), ctypes.c_size_t()
        self.call("cuDeviceGetName", name, len(name), device)
        self.call("cuDeviceTotalMem_v2", ctypes.byref(memory), device)
        major, minor = (self.number("cuDeviceGetAttribute", which, device) for which in (MAJOR, MINOR))
        return Gpu(index, name.value.decode(), (major, minor), memory.value, driver, cuda)


def _first_line(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


def _load(name: str) -> Any:
    """A shared library, or None where it does not load."""
    try:
        return ctypes.CDLL(name)
    except OSError:
        return None
