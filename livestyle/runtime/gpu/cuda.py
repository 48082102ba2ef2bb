"""CUDA as far as the engines need it: buffers, streams, events, copies, graphs.

Everything belongs to the thread that opened it (see `Owner`), and is released by `close`, last made
first. What fails is a CudaError that begins with the name of the driver's call.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from livestyle.runtime.gpu.driver import Gpu

P = ParamSpec("P")
T = TypeVar("T")

Bytes = NDArray[np.uint8]
"""One dimension, C-contiguous."""

NON_BLOCKING = 1
"""CU_STREAM_NON_BLOCKING: does not wait for the default stream, which torch and TensorRT may use."""

EVENT_FLAGS = 1 | 2
"""CU_EVENT_BLOCKING_SYNC and CU_EVENT_DISABLE_TIMING: who waits for it sleeps, and waiting is cheaper."""


class Stream(Protocol):
    """Runs work in order. handle: the CUstream as a number, for libraries that enqueue by themselves."""

    @property
    def handle(self) -> int: ...

    def synchronize(self) -> object:
        """Wait until all its work is done. Raises what went wrong in it."""
        ...


class Event(Protocol):
    """Marks a point in a stream. One that was never recorded counts as passed."""

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
        """The same GPU for things that are released together, by the part's own `close` or with the whole."""
        ...

    def stream(self) -> Stream:
        """A stream that does not wait for the default stream."""
        ...

    def event(self) -> Event: ...

    def record(self, event: Event, stream: Stream) -> None: ...

    def wait(self, stream: Stream, event: Event) -> None:
        """Work given to `stream` from now on starts after the point last recorded in `event`."""
        ...

    def pinned(self, nbytes: int) -> Bytes:
        """Page-locked host memory, which is copied to and from the device without a detour."""
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
        """Record what `work` gives to `stream` as one CUDA graph; each call of the result runs it.

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
    """Runs everything that touches CUDA on one thread, because a context is bound to a thread."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "cuda")

    def start(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Queue `work` behind all earlier work."""
        return self._pool.submit(work, *args, **kwargs)

    def do(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Queue `work` and wait for its result; its exception is raised here."""
        return self.start(work, *args, **kwargs).result()

    def close(self) -> None:
        """Finish the queued work and join the thread."""
        self._pool.shutdown()
