"""CUDA on pycuda, and on cuda-bindings for the graphs, where that is installed too."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from livestyle.runtime.gpu.cuda import NO_TIMING, NON_BLOCKING, Bytes, DeviceArray, Event, Stream
from livestyle.runtime.gpu.cuda_bindings import BoundEvent, Driver
from livestyle.runtime.gpu.driver import CudaError, Gpu


class PyCuda:
    """Cuda on pycuda's primary context; pycuda.autoinit is never loaded.

    pycuda destroys streams and events with their last reference: whoever has them lets go before `close`.
    """

    def __init__(self, gpu: Gpu, pycuda: Any, bindings: Driver | None) -> None:
        """pycuda: the module pycuda.driver. bindings: what captures graphs; without it none is captured."""
        self.gpu = gpu
        self._pycuda = pycuda
        self._bindings = bindings
        self._release = contextlib.ExitStack()
        with self._named():
            pycuda.init()
            context = pycuda.Device(gpu.index).retain_primary_context()
            self._release.callback(context.detach)
            context.push()
            self._release.callback(pycuda.Context.pop)

    def stream(self) -> Stream:
        with self._named():
            stream: Stream = self._pycuda.Stream(NON_BLOCKING)
        return stream

    def event(self) -> Event:
        if self._bindings is not None:
            event = BoundEvent(self._bindings)
            self._release.callback(event.close)
            return event
        with self._named():
            plain: Event = self._pycuda.Event(NO_TIMING)
        return plain

    def record(self, event: Event, stream: Stream) -> None:
        if self._bindings is not None:
            self._bindings.record(event, stream)
        else:
            with self._named():
                event.record(stream)  # type: ignore[attr-defined]  # pycuda's own

    def wait(self, stream: Stream, event: Event) -> None:
        if self._bindings is not None:
            self._bindings.wait(stream, event)
        else:
            with self._named():
                stream.wait_for_event(event)  # type: ignore[attr-defined]  # pycuda's own

    def pinned(self, nbytes: int) -> Bytes:
        with self._named():
            array: Any = self._pycuda.pagelocked_empty(nbytes, np.uint8)
        self._release.callback(array.base.free)
        found: Bytes = array
        return found

    def device(self, nbytes: int) -> int:
        with self._named():
            allocation = self._pycuda.mem_alloc(nbytes)
        self._release.callback(allocation.free)
        return int(allocation)

    def upload(self, address: int, source: Bytes, stream: Stream) -> None:
        with self._named():
            self._pycuda.memcpy_htod_async(address, source, stream)

    def download(self, target: Bytes, address: int, stream: Stream) -> None:
        with self._named():
            self._pycuda.memcpy_dtoh_async(target, address, stream)

    def zero(self, address: int, nbytes: int, stream: Stream) -> None:
        with self._named():
            self._pycuda.memset_d8_async(address, 0, nbytes, stream)

    def array(self, address: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> object:
        return DeviceArray(address, shape, dtype)

    def capture(self, stream: Stream, work: Callable[[], None]) -> Callable[[], None]:
        if self._bindings is None:
            raise CudaError("pycuda can't capture them; pip install cuda-bindings")
        graph = self._bindings.capture(stream, work)
        self._release.callback(graph.close)
        return graph.launch

    def close(self) -> None:
        """Errors were raised where they were met; here all that can be freed is."""
        release = self._release.pop_all()
        with contextlib.suppress(CudaError), self._named(), release:
            self._pycuda.Context.synchronize()

    @contextlib.contextmanager
    def _named(self) -> Iterator[None]:
        """pycuda's errors begin with the call's name already."""
        try:
            yield
        except self._pycuda.Error as error:
            raise CudaError(str(error)) from error
