"""CUDA as far as the engines need it: buffers, streams, events, copies, graphs. On pycuda, loaded lazily.

Everything belongs to the thread that opened it (see `Owner`), and is released by `close`, last made
first. What fails is a CudaError that begins with the name of the driver's call.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, ParamSpec, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from livestyle.errors import LivestyleError

P = ParamSpec("P")
T = TypeVar("T")

Bytes = NDArray[np.uint8]
"""One dimension, C-contiguous."""

NON_BLOCKING = 1
"""CU_STREAM_NON_BLOCKING: does not wait for the default stream, which torch and TensorRT may use."""

NO_TIMING = 2
"""CU_EVENT_DISABLE_TIMING: cheaper to wait for."""


class CudaError(LivestyleError):
    """A call of the driver failed, or there is no driver, no GPU, no pycuda."""


@dataclass(frozen=True)
class Gpu:
    """One device. capability: such as (8, 9); driver: the newest CUDA that the driver knows, '13.0'."""

    index: int
    name: str
    capability: tuple[int, int]
    memory_bytes: int
    driver: str


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

        Nothing runs while it is recorded. Events that `work` waits for and records count for each run.
        CudaError where it can't be recorded; the stream can then be used as before.
        """
        ...

    def close(self) -> None:
        """Wait for the device and release everything, last made first. Harmless twice."""
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


@contextlib.contextmanager
def _named() -> Iterator[None]:
    """pycuda's errors begin with the call's name already."""
    import pycuda.driver as driver

    try:
        yield
    except driver.Error as error:
        raise CudaError(str(error)) from error


def gpus() -> list[Gpu]:
    """Every GPU here. CudaError, with the remedy, where pycuda or the driver is missing."""
    driver = _driver()
    with _named():
        version = driver.get_driver_version()
        known = f"{version // 1000}.{version % 1000 // 10}"
        devices = [driver.Device(index) for index in range(driver.Device.count())]
        return [
            Gpu(index, device.name(), device.compute_capability(), device.total_memory(), known)
            for index, device in enumerate(devices)
        ]


def open_cuda(index: int = 0) -> Cuda:
    """The primary context of GPU `index`, current in this thread until it is closed.

    CudaError, with the remedy, where there is no such GPU, no driver or no pycuda.
    """
    found = gpus()
    if not 0 <= index < len(found):
        names = ", ".join(f"cuda:{gpu.index} {gpu.name}" for gpu in found) or "none"
        raise CudaError(f"there is no GPU cuda:{index}; this machine has {names}")
    return PyCuda(found[index])


def _driver() -> Any:
    try:
        import pycuda.driver as driver
    except ImportError as error:
        raise CudaError(
            f"pycuda can't be loaded ({error}); install the NVIDIA driver, then pip install pycuda"
        ) from error
    try:
        driver.init()
    except driver.Error as error:
        raise CudaError(f"{error}; is there an NVIDIA GPU, and its driver? `nvidia-smi` tells") from error
    return driver


class DeviceArray:
    """Device memory that others may look at (CUDA array interface, version 3)."""

    def __init__(self, address: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self.__cuda_array_interface__ = {
            "shape": shape,
            "typestr": dtype.str,
            "data": (address, False),
            "version": 3,
        }


class PyCuda:
    """Cuda on pycuda, and on cuda-bindings for the graphs, where that is installed.

    pycuda destroys streams and events with their last reference: whoever has them lets go before `close`.
    """

    def __init__(self, gpu: Gpu) -> None:
        from livestyle.runtime.cuda_graphs import find_graphs

        self.gpu = gpu
        self._driver = _driver()
        self._graphs = find_graphs()
        self._release = contextlib.ExitStack()
        with _named():
            self._context = self._driver.Device(gpu.index).retain_primary_context()
            self._release.callback(self._context.detach)
            self._context.push()
            self._release.callback(self._driver.Context.pop)

    def stream(self) -> Stream:
        with _named():
            stream: Stream = self._driver.Stream(NON_BLOCKING)
        return stream

    def event(self) -> Event:
        if self._graphs is not None:
            event = self._graphs.event(NO_TIMING)
            self._release.callback(event.close)
            return event
        with _named():
            plain: Event = self._driver.Event(NO_TIMING)
        return plain

    def record(self, event: Event, stream: Stream) -> None:
        if self._graphs is not None:
            self._graphs.record(event, stream)
        else:
            with _named():
                event.record(stream)  # type: ignore[attr-defined]  # pycuda's own

    def wait(self, stream: Stream, event: Event) -> None:
        if self._graphs is not None:
            self._graphs.wait(stream, event)
        else:
            with _named():
                stream.wait_for_event(event)  # type: ignore[attr-defined]  # pycuda's own

    def pinned(self, nbytes: int) -> Bytes:
        with _named():
            array: Bytes = self._driver.pagelocked_empty(nbytes, np.uint8)
        self._release.callback(array.base.free)  # type: ignore[union-attr]  # pycuda's own
        return array

    def device(self, nbytes: int) -> int:
        with _named():
            allocation = self._driver.mem_alloc(nbytes)
        self._release.callback(allocation.free)
        return int(allocation)

    def upload(self, address: int, source: Bytes, stream: Stream) -> None:
        with _named():
            self._driver.memcpy_htod_async(address, source, stream)

    def download(self, target: Bytes, address: int, stream: Stream) -> None:
        with _named():
            self._driver.memcpy_dtoh_async(target, address, stream)

    def zero(self, address: int, nbytes: int, stream: Stream) -> None:
        with _named():
            self._driver.memset_d8_async(address, 0, nbytes, stream)

    def array(self, address: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> object:
        return DeviceArray(address, shape, dtype)

    def capture(self, stream: Stream, work: Callable[[], None]) -> Callable[[], None]:
        if self._graphs is None:
            raise CudaError("CUDA graphs need cuda-bindings; pip install cuda-bindings")
        graph = self._graphs.capture(stream, work)
        self._release.callback(graph.close)
        return graph.launch

    def close(self) -> None:
        release = self._release.pop_all()
        with release, contextlib.suppress(self._driver.Error):  # raised where it was met
            self._driver.Context.synchronize()
