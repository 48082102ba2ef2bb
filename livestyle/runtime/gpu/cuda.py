"""CUDA as far as the engines need it: buffers, streams, events, copies, graphs.

Everything belongs to the thread that opened it (see `Owner`), and is released by `close`, last made
first. What fails is a CudaError that begins with the name of the driver's call.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from livestyle.runtime.gpu.driver import CudaError, Gpu, find_gpu

P = ParamSpec("P")
T = TypeVar("T")

Bytes = NDArray[np.uint8]
"""One dimension, C-contiguous."""

NON_BLOCKING = 1
"""CU_STREAM_NON_BLOCKING: does not wait for the default stream, which torch and TensorRT may use."""

EVENT_FLAGS = 1 | 2
"""CU_EVENT_BLOCKING_SYNC and CU_EVENT_DISABLE_TIMING: who waits for it sleeps, and waiting is cheaper."""

LAYERS = ("pycuda", "bindings")
"""What $LIVESTYLE_CUDA may ask for; without it the first that is installed."""


class Stream(Protocol):
    """Work in order. handle: the CUstream as a number, for libraries that enqueue by themselves."""

    @property
    def handle(self) -> int: ...

    def synchronize(self) -> object:
        """Wait until all its work is done. Raises what went wrong in it."""
        ...


class Event(Protocol):
    """A point in a stream; before it is first recorded it has happened."""

    def synchronize(self) -> object:
        """Wait until the point last recorded is passed."""
        ...


class Cuda(Protocol):
    """One GPU's primary context. An address is a device pointer as a number."""

    @property
    def gpu(self) -> Gpu: ...

    @property
    def layer(self) -> str:
        """The package that reaches the driver, and its version: 'pycuda 2026.1'."""
        ...

    def part(self) -> Cuda:
        """The same GPU for what is released by itself: by the part's own `close`, or else with the whole."""
        ...

    def stream(self) -> Stream:
        """A stream that does not wait for the default stream."""
        ...

    def event(self) -> Event: ...

    def record(self, event: Event, stream: Stream) -> None: ...

    def wait(self, stream: Stream, event: Event) -> None:
        """What is given to `stream` from now on starts after the point last recorded in `event`."""
        ...

    def pinned(self, nbytes: int) -> Bytes:
        """Page-locked host memory; what lies in it goes over the bus without another copy."""
        ...

    def device(self, nbytes: int) -> int:
        """The address of device memory, aligned to 256 bytes."""
        ...

    def upload(self, address: int, source: Bytes, stream: Stream) -> None:
        """Asynchronous where `source` is pinned; it must not change before it is over."""
        ...

    def download(self, target: Bytes, address: int, stream: Stream) -> None:
        """Asynchronous where `target` is pinned."""
        ...

    def zero(self, address: int, nbytes: int, stream: Stream) -> None: ...

    def array(self, address: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> object:
        """Device memory with an array interface, as torch.as_tensor takes it; nothing is copied."""
        ...

    def capture(self, stream: Stream, work: Callable[[], None]) -> Callable[[], None]:
        """What `work` gives to `stream`, as one CUDA graph: recorded now, run by each call of the result.

        Nothing runs while it is recorded. `work` neither waits for events nor records any.
        CudaError where it can't be recorded; the stream can then be used as before.
        """
        ...

    def close(self) -> None:
        """Release everything, last made first, parts too. Harmless twice, never raises.

        The whole waits for the device before; a part's work has to be over.
        """
        ...


class Owner:
    """The one thread that touches CUDA: a context is bound to a thread, and so is what is made in it."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "cuda")

    def start(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Let the thread do it after all that it was told before."""
        return self._pool.submit(work, *args, **kwargs)

    def do(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same, and wait for it; its exception is raised here."""
        return self.start(work, *args, **kwargs).result()

    def close(self) -> None:
        """Let it finish what it was told, and join it."""
        self._pool.shutdown()


def open_cuda(index: int = 0) -> Cuda:
    """The primary context of GPU `index`, current in this thread until it is closed.

    On what $LIVESTYLE_CUDA names, else on pycuda, else on cuda-bindings. CudaError, with the remedy, where
    there is no such GPU, no driver, or that package is missing.
    """
    gpu, asked = find_gpu(index), os.environ.get("LIVESTYLE_CUDA", "")
    if asked and asked not in LAYERS:
        raise CudaError(f"LIVESTYLE_CUDA is {asked!r}; expected {' or '.join(LAYERS)}, or nothing")
    from livestyle.runtime.gpu.cuda_bindings import BoundCuda, find_driver

    bindings = find_driver()
    if asked != "bindings":
        try:
            import pycuda.driver as pycuda
        except ImportError as error:
            if asked or bindings is None:
                raise CudaError(_missing(asked, error)) from error
        else:
            from livestyle.runtime.gpu.cuda_pycuda import PyCuda

            return PyCuda(gpu, pycuda, bindings)
    if bindings is None:
        raise CudaError("cuda-bindings can't be loaded; pip install '.[cuda]'")
    return BoundCuda(gpu, bindings)


def _missing(asked: str, error: ImportError) -> str:
    if asked:
        return f"pycuda can't be loaded ({error}); pip install '.[pycuda]' where nvcc is on the PATH"
    return f"neither pycuda nor cuda-bindings can be loaded ({error}); pip install '.[cuda]'"


class DeviceArray:
    """Device memory that others may look at (CUDA array interface, version 3)."""

    def __init__(self, address: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self.__cuda_array_interface__ = {
            "shape": shape,
            "typestr": dtype.str,
            "data": (address, False),
            "version": 3,
        }
