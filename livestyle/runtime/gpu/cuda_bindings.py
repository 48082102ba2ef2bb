"""CUDA by cuda-bindings: the graphs that pycuda lacks, and everything if pycuda is not installed."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np

from livestyle.runtime.gpu.cuda import EVENT_FLAGS, NON_BLOCKING, Bytes, Event, Stream
from livestyle.runtime.gpu.cuda_layer import CudaLayer
from livestyle.runtime.gpu.driver import CudaError, Gpu


def find_driver() -> Driver | None:
    """None where cuda-bindings is not installed or does not load."""
    try:
        from cuda.bindings import driver
    except ImportError:
        return None
    return Driver(driver)


class Driver:
    """Calls the driver's functions by name, and captures graphs. Used by the thread whose context is
    current.
    """

    def __init__(self, module: Any) -> None:
        self._module = module

    def call(self, name: str, *args: Any) -> Any:
        """Call the function `name`: its result, or None. CudaError, with the name, if it fails."""
        try:
            status, *results = getattr(self._module, name)(*args)
        except (RuntimeError, ValueError, KeyError) as error:
            # The driver's library or the function is not there, or its result is newer than the package.
            raise CudaError(f"{name} failed: {error}") from error
        if status != self._module.CUresult.CUDA_SUCCESS:
            raise CudaError(f"{name} failed: {status.name}")
        return results[0] if results else None

    def stream(self, stream: Stream) -> Any:
        """The stream as the driver's functions take it."""
        return self._module.CUstream(stream.handle)

    def capture(self, stream: Stream, work: Callable[[], None]) -> Graph:
        """See Cuda.capture."""
        handle = self.stream(stream)
        # Thread-local: calls of other threads don't spoil the capture.
        mode = self._module.CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL
        self.call("cuStreamBeginCapture", handle, mode)
        try:
            work()
        except BaseException:
            with contextlib.suppress(CudaError):  # a capture that was spoilt has no graph
                self._destroy(self.call("cuStreamEndCapture", handle))
            raise
        graph = self.call("cuStreamEndCapture", handle)
        try:
            return Graph(self, self.call("cuGraphInstantiate", graph, 0), handle)
        finally:
            self._destroy(graph)

    def _destroy(self, graph: Any) -> None:
        if int(graph):
            self.call("cuGraphDestroy", graph)


class BoundEvent:
    """Is an Event of cuda-bindings."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self.handle = driver.call("cuEventCreate", EVENT_FLAGS)

    def synchronize(self) -> None:
        self._driver.call("cuEventSynchronize", self.handle)

    def close(self) -> None:
        self._driver.call("cuEventDestroy", self.handle)


class BoundStream:
    """Is a Stream of cuda-bindings."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._stream = driver.call("cuStreamCreate", NON_BLOCKING)
        self.handle = int(self._stream)

    def synchronize(self) -> None:
        self._driver.call("cuStreamSynchronize", self._stream)

    def close(self) -> None:
        self._driver.call("cuStreamDestroy", self._stream)


class Graph:
    """Is a recorded piece of work, bound to the stream it was recorded on."""

    def __init__(self, driver: Driver, handle: Any, stream: Any) -> None:
        self._driver = driver
        self._handle = handle
        self._stream = stream

    def launch(self) -> None:
        self._driver.call("cuGraphLaunch", self._handle, self._stream)

    def close(self) -> None:
        self._driver.call("cuGraphExecDestroy", self._handle)


class BoundCuda(CudaLayer):
    """Implements Cuda without pycuda."""

    def __init__(self, gpu: Gpu, driver: Driver) -> None:
        super().__init__(gpu)
        self._driver = driver
        call = driver.call
        call("cuInit", 0)
        device = call("cuDeviceGet", gpu.index)
        context = call("cuDevicePrimaryCtxRetain", device)
        self._release.callback(self._free, "cuDevicePrimaryCtxRelease", device)
        call("cuCtxPushCurrent", context)
        self._release.callback(self._free, "cuCtxPopCurrent")

    @property
    def layer(self) -> str:
        from cuda import bindings

        return f"cuda-bindings {bindings.__version__}"

    def stream(self) -> Stream:
        stream = BoundStream(self._driver)
        self._release.callback(_quietly, stream.close)
        return stream

    def event(self) -> Event:
        event = BoundEvent(self._driver)
        self._release.callback(_quietly, event.close)
        return event

    def record(self, event: Event, stream: Stream) -> None:
        self._driver.call("cuEventRecord", _bound(event), self._driver.stream(stream))

    def wait(self, stream: Stream, event: Event) -> None:
        self._driver.call("cuStreamWaitEvent", self._driver.stream(stream), _bound(event), 0)

    def pinned(self, nbytes: int) -> Bytes:
        address = int(self._driver.call("cuMemHostAlloc", nbytes, 0))
        self._release.callback(self._free, "cuMemFreeHost", address)
        return np.ctypeslib.as_array((ctypes.c_uint8 * nbytes).from_address(address))

    def device(self, nbytes: int) -> int:
        address = self._driver.call("cuMemAlloc", nbytes)
        self._release.callback(self._free, "cuMemFree", address)
        return int(address)

    def upload(self, address: int, source: Bytes, stream: Stream) -> None:
        handle = self._driver.stream(stream)
        self._driver.call("cuMemcpyHtoDAsync", address, source.ctypes.data, source.nbytes, handle)

    def download(self, target: Bytes, address: int, stream: Stream) -> None:
        handle = self._driver.stream(stream)
        self._driver.call("cuMemcpyDtoHAsync", target.ctypes.data, address, target.nbytes, handle)

    def zero(self, address: int, nbytes: int, stream: Stream) -> None:
        self._driver.call("cuMemsetD8Async", address, 0, nbytes, self._driver.stream(stream))

    def capture(self, stream: Stream, work: Callable[[], None]) -> Callable[[], None]:
        graph = self._driver.capture(stream, work)
        self._release.callback(_quietly, graph.close)
        return graph.launch

    def _synchronize(self) -> None:
        self._free("cuCtxSynchronize")

    def _free(self, name: str, *args: Any) -> None:
        _quietly(self._driver.call, name, *args)


def _bound(event: Event) -> Any:
    assert isinstance(event, BoundEvent)
    return event.handle


def _quietly(work: Callable[..., object], *args: Any) -> None:
    """Ignore a CudaError: it was raised where it occurred, and the rest is to be released all the same."""
    with contextlib.suppress(CudaError):
        work(*args)
