"""CUDA's rules on host memory: streams run when they like, each in order, and wait for events."""

from __future__ import annotations

import ctypes
import math
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from livestyle.runtime.gpu.cuda import Bytes
from livestyle.runtime.gpu.driver import CudaError, Gpu

Op = Callable[[], bool]
"""Does a piece of work; or says False: it has to wait."""


def at(address: int, shape: tuple[int, ...], dtype: Any = np.uint8) -> Any:
    """The memory at an address; nothing is copied."""
    memory = (ctypes.c_uint8 * (math.prod(shape) * np.dtype(dtype).itemsize)).from_address(address)
    return np.frombuffer(memory, dtype).reshape(shape)


class FakeStream:
    def __init__(self, cuda: FakeCuda) -> None:
        self.cuda, self.handle, self.ops = cuda, id(self), deque[Op]()

    def synchronize(self) -> None:
        self.cuda.run_until(lambda: not self.ops)


class FakeEvent:
    def __init__(self, cuda: FakeCuda) -> None:
        self.cuda, self.recorded, self.passed = cuda, 0, 0

    def synchronize(self) -> None:
        recorded = self.recorded
        self.cuda.run_until(lambda: self.passed >= recorded)


class FakeCuda:
    """`choose(n)` gives a number under n: which stream goes on, and how far before anyone waits."""

    gpu = Gpu(0, "Fake", (8, 9), 2**33, "580.95.05", "13.0")

    def __init__(self, choose: Callable[[int], int] = lambda _: 0, graphs: bool = True) -> None:
        self.choose, self.graphs, self.closed = choose, graphs, False
        self.streams: list[Any] = []
        self.memory: list[Bytes] = []
        self.graph: list[Callable[[], None]] | None = None
        self.thread = threading.get_ident()

    def run_until(self, over: Callable[[], bool]) -> None:
        assert self.graph is None, "waits inside a capture"
        while not over():
            self.step()

    def step(self) -> None:
        ready = [stream for stream in self.streams if stream.ops]
        first = self.choose(len(ready)) if ready else 0
        stream = next((s for s in ready[first:] + ready[:first] if s.ops[0]()), None)
        assert stream is not None, "everything waits"
        stream.ops.popleft()

    def issue(self, work: Callable[[], None]) -> None:
        """A call of the host: now, or with each launch of the graph that is captured."""
        assert threading.get_ident() == self.thread
        assert not self.closed
        if self.graph is not None:
            self.graph.append(work)
            return
        work()
        for _ in range(self.choose(4)):
            if any(stream.ops for stream in self.streams):
                self.step()

    def give(self, stream: Any, op: Callable[[], object]) -> None:
        self.issue(lambda: stream.ops.append(lambda: op() is not False))

    def stream(self) -> FakeStream:
        self.streams.append(FakeStream(self))
        stream: FakeStream = self.streams[-1]
        return stream

    def event(self) -> FakeEvent:
        return FakeEvent(self)

    def record(self, event: Any, stream: Any) -> None:
        def now() -> None:
            event.recorded += 1
            number = event.recorded

            def over() -> bool:
                event.passed = number
                return True

            stream.ops.append(over)

        self.issue(now)

    def wait(self, stream: Any, event: Any) -> None:
        def now() -> None:
            number = event.recorded
            stream.ops.append(lambda: event.passed >= number)

        self.issue(now)

    def pinned(self, nbytes: int) -> Bytes:
        self.memory.append(np.full(nbytes + 256, 0xCC, np.uint8))
        start = -self.memory[-1].ctypes.data % 256
        return self.memory[-1][start : start + nbytes]

    def device(self, nbytes: int) -> int:
        return self.pinned(nbytes).ctypes.data

    def upload(self, address: int, source: Bytes, stream: Any) -> None:
        self.give(stream, lambda: np.copyto(at(address, source.shape), source))

    def download(self, target: Bytes, address: int, stream: Any) -> None:
        self.give(stream, lambda: np.copyto(target, at(address, target.shape)))

    def zero(self, address: int, nbytes: int, stream: Any) -> None:
        self.give(stream, lambda: at(address, (nbytes,)).fill(0))

    def array(self, address: int, shape: tuple[int, ...], dtype: Any) -> object:
        return at(address, shape, dtype)

    def capture(self, stream: Any, work: Callable[[], None]) -> Callable[[], None]:
        if not self.graphs:
            raise CudaError("pycuda can't capture them; pip install cuda-bindings")
        graph: list[Callable[[], None]] = []
        self.graph = graph
        work()
        self.graph = None

        def launch() -> None:
            for call in graph:
                self.issue(call)

        return launch

    def close(self) -> None:
        assert threading.get_ident() == self.thread
        assert not any(stream.ops for stream in self.streams), "closed while it runs"
        self.closed = True
