"""CUDA graphs and the events in them, on cuda-bindings: what pycuda lacks. Loaded where it is installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from livestyle.runtime.cuda import CudaError, Stream

EXTERNAL = 1
"""CU_EVENT_WAIT_EXTERNAL and CU_EVENT_RECORD_EXTERNAL: a node of the graph, counts for each run of it."""


def find_graphs() -> Graphs | None:
    """None where cuda-bindings is not installed or does not load."""
    try:
        from cuda.bindings import driver
    except ImportError:
        return None
    return Graphs(driver)


class Graphs:
    """The part of the driver's interface that captures. Used by the thread whose context is current."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self._capturing = False

    def call(self, name: str, *args: Any) -> Any:
        """Call the driver's function `name`: its result, or None. CudaError, with the name, if it fails."""
        status, *results = getattr(self._driver, name)(*args)
        if status != self._driver.CUresult.CUDA_SUCCESS:
            raise CudaError(f"{name} failed: {status.name}")
        return results[0] if results else None

    def event(self, flags: int) -> GraphEvent:
        return GraphEvent(self, self.call("cuEventCreate", flags))

    def record(self, event: Any, stream: Stream) -> None:
        flags = EXTERNAL if self._capturing else 0
        self.call("cuEventRecordWithFlags", event.handle, self._stream(stream), flags)

    def wait(self, stream: Stream, event: Any) -> None:
        flags = EXTERNAL if self._capturing else 0
        self.call("cuStreamWaitEvent", self._stream(stream), event.handle, flags)

    def capture(self, stream: Stream, work: Callable[[], None]) -> Graph:
        """See Cuda.capture."""
        handle = self._stream(stream)
        # What other threads do meanwhile, torch's own among them, is not looked at.
        mode = self._driver.CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL
        self.call("cuStreamBeginCapture", handle, mode)
        self._capturing = True
        try:
            work()
        except BaseException:
            self._driver.cuStreamEndCapture(handle)
            raise
        finally:
            self._capturing = False
        graph = self.call("cuStreamEndCapture", handle)
        try:
            return Graph(self, self.call("cuGraphInstantiate", graph, 0), handle)
        finally:
            self.call("cuGraphDestroy", graph)

    def _stream(self, stream: Stream) -> Any:
        return self._driver.CUstream(stream.handle)


class GraphEvent:
    """An Event that may stand in a graph."""

    def __init__(self, graphs: Graphs, handle: Any) -> None:
        self.handle = handle
        self._graphs = graphs

    def synchronize(self) -> None:
        self._graphs.call("cuEventSynchronize", self.handle)

    def close(self) -> None:
        self._graphs.call("cuEventDestroy", self.handle)


class Graph:
    """A recorded piece of work, for the stream it was recorded on."""

    def __init__(self, graphs: Graphs, handle: Any, stream: Any) -> None:
        self._graphs = graphs
        self._handle = handle
        self._stream = stream

    def launch(self) -> None:
        self._graphs.call("cuGraphLaunch", self._handle, self._stream)

    def close(self) -> None:
        self._graphs.call("cuGraphExecDestroy", self._handle)
