"""CUDA by pycuda, with cuda-bindings for graphs if that is installed too."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from livestyle.runtime.gpu.cuda import EVENT_FLAGS, NON_BLOCKING, Bytes, Event, Stream
from livestyle.runtime.gpu.cuda_bindings import Driver
from livestyle.runtime.gpu.cuda_layer import CudaLayer
from livestyle.runtime.gpu.driver import CudaError, Gpu, pop_context


class PyCuda(CudaLayer):
    """Implements Cuda on pycuda's primary context; pycuda.autoinit is never loaded."""

    def __init__(self, gpu: Gpu, pycuda: Any, bindings: Driver | None) -> None:
        """pycuda: the module pycuda.driver. bindings: captures graphs; without it none are captured."""
        super().__init__(gpu)
        self._pycuda = pycuda
        self._bindings = bindings
        with self._named():
            pycuda.init()
            context = pycuda.Device(gpu.index).retain_primary_context()
            context.push()
        # Not by Context.pop, after which pycuda would push it again to detach it, and leave it there.
        self._release.callback(self._quietly, context.detach)
        self._release.callback(pop_context)
        self._thread = threading.local()
        self._thread.guard = _Guard(context)
        self._release.callback(self._disarm)  # of the guard itself there must be no other reference

    @property
    def layer(self) -> str:
        import pycuda

        return f"pycuda {pycuda.VERSION_TEXT}"

    def stream(self) -> Stream:
        with self._named():
            stream = PyStream(self._pycuda.Stream(NON_BLOCKING), self._named)
        self._release.callback(stream.close)
        return stream

    def event(self) -> Event:
        with self._named():
            event = PyEvent(self._pycuda.Event(EVENT_FLAGS), self._named)
        self._release.callback(event.close)
        return event

    def record(self, event: Event, stream: Stream) -> None:
        with self._named():
            _own(event).record(_own(stream))

    def wait(self, stream: Stream, event: Event) -> None:
        with self._named():
            _own(stream).wait_for_event(_own(event))

    def pinned(self, nbytes: int) -> Bytes:
        with self._named():
            array: Any = self._pycuda.pagelocked_empty(nbytes, np.uint8)
        self._release.callback(self._quietly, array.base.free)
        found: Bytes = array
        return found

    def device(self, nbytes: int) -> int:
        with self._named():
            allocation = self._pycuda.mem_alloc(nbytes)
        self._release.callback(self._quietly, allocation.free)
        return int(allocation)

    def upload(self, address: int, source: Bytes, stream: Stream) -> None:
        with self._named():
            self._pycuda.memcpy_htod_async(address, source, _own(stream))

    def download(self, target: Bytes, address: int, stream: Stream) -> None:
        with self._named():
            self._pycuda.memcpy_dtoh_async(target, address, _own(stream))

    def zero(self, address: int, nbytes: int, stream: Stream) -> None:
        with self._named():
            self._pycuda.memset_d8_async(address, 0, nbytes, _own(stream))

    def capture(self, stream: Stream, work: Callable[[], None]) -> Callable[[], None]:
        if self._bindings is None:
            raise CudaError("pycuda can't capture them; pip install cuda-bindings")
        graph = self._bindings.capture(stream, work)
        self._release.callback(self._quietly, graph.close)
        return graph.launch

    def _synchronize(self) -> None:
        self._quietly(self._pycuda.Context.synchronize)

    def _disarm(self) -> None:
        self._thread.guard.context = None

    def _quietly(self, work: Callable[[], object]) -> None:
        with contextlib.suppress(CudaError), self._named():
            work()

    @contextlib.contextmanager
    def _named(self) -> Iterator[None]:
        """pycuda's errors begin with the call's name already."""
        try:
            yield
        except self._pycuda.Error as error:
            raise CudaError(str(error)) from error


class _Wrapped:
    """Holds the last reference to one of pycuda's objects, which is destroyed with it."""

    def __init__(self, own: Any, named: Callable[[], contextlib.AbstractContextManager[None]]) -> None:
        self.own, self._named = own, named

    def synchronize(self) -> None:
        with self._named():
            self.own.synchronize()

    def close(self) -> None:
        self.own = None


class PyEvent(_Wrapped):
    """Is an Event of pycuda."""


class PyStream(_Wrapped):
    """Is a Stream of pycuda."""

    @property
    def handle(self) -> int:
        return int(self.own.handle)


class _Guard:
    """Takes the context off pycuda's stack when its thread ends.

    If a program ended without `close`, pycuda would abort the process because of what is left on the stack.
    """

    def __init__(self, context: Any) -> None:
        self.context = context

    def __del__(self) -> None:
        if self.context is not None:
            with contextlib.suppress(Exception):
                self.context.detach()


def _own(wrapped: object) -> Any:
    assert isinstance(wrapped, _Wrapped)
    return wrapped.own
