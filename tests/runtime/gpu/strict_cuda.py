"""CUDA's rules on host memory, at their strictest: whatever may legally happen does, to the caller's harm.

Streams run when `choose` says, each in order, and wait for events. What two streams, or a stream and the
host, touch without one waiting for the other is a race: it is noted, and the bytes are poisoned. What an
API would refuse fails and is noted too, for callers that swallow errors.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from livestyle.runtime.gpu.cuda import Bytes
from livestyle.runtime.gpu.driver import CudaError, Gpu
from tests.runtime.gpu.happens import Access, Ledger, Moment, Range
from tests.runtime.gpu.strict_work import POISON, Op, Transfer, at


class StrictStream:
    def __init__(self, cuda: StrictCuda) -> None:
        self.cuda, self.handle, self.ops, self.alive = cuda, id(self), deque[Callable[[], bool]](), True
        self.actor = cuda.whole.ledger.actor()

    def synchronize(self) -> None:
        self.cuda.called("cuStreamSynchronize", self)
        whole = self.cuda.whole
        whole.run_until(lambda: not self.ops)
        whole.host_waited(whole.ledger.last(self.actor))


class StrictEvent:
    def __init__(self, cuda: StrictCuda) -> None:
        self.cuda, self.recorded, self.passed, self.alive = cuda, 0, 0, True
        self.moment: Moment | None = None

    def synchronize(self) -> None:
        self.cuda.called("cuEventSynchronize", self)
        recorded = self.recorded
        self.cuda.whole.run_until(lambda: self.passed >= recorded)
        self.cuda.whole.host_waited(self.moment)


class StrictCuda:
    """`choose(n)` gives a number under n: which stream goes on, and how far before anyone waits.

    fails: told of each call by name, True makes it fail as where there is no memory left.
    """

    gpu = Gpu(0, "Strict", (8, 9), 2**33, "580.95.05", "13.0")
    layer = "host memory"

    def __init__(
        self,
        choose: Callable[[int], int] = lambda _: 0,
        graphs: bool = True,
        fails: Callable[[str], bool] = lambda _: False,
        whole: StrictCuda | None = None,
    ) -> None:
        self.whole: StrictCuda = whole or self
        self.choose, self.graphs, self.fails, self.closed = choose, graphs, fails, False
        self.made: list[Any] = []
        if whole is None:
            self.ledger, self.thread = Ledger(), threading.get_ident()
            self.streams: list[StrictStream] = []
            self.memory: dict[int, Bytes] = {}
            self.uploads: list[Transfer] = []
            self.downloads: list[Transfer] = []
            self.faults: list[str] = []
            self.graph: list[Op] | None = None
            self.captured: Any = None

    def fault(self, name: str, what: str) -> None:
        self.whole.faults.append(f"{name}: {what}")
        raise CudaError(f"{name} failed: {what}")

    def called(self, name: str, *handles: Any, captured: bool = False) -> None:
        """What every call of the driver begins with."""
        whole = self.whole
        if threading.get_ident() != whole.thread:
            self.fault(name, "CUDA_ERROR_INVALID_CONTEXT")
        if self.closed or whole.closed or not all(handle.alive for handle in handles):
            self.fault(name, "CUDA_ERROR_INVALID_HANDLE")
        if whole.graph is not None and not captured:
            self.fault(name, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED")
        if whole.fails(name):
            raise CudaError(f"{name} failed: CUDA_ERROR_OUT_OF_MEMORY")
        whole.check_uploads()

    def run_until(self, over: Callable[[], bool]) -> None:
        while not over():
            self.step()

    def step(self) -> None:
        ready = [stream for stream in self.streams if stream.ops]
        first = self.choose(len(ready)) if ready else 0
        stream = next((s for s in ready[first:] + ready[:first] if s.ops[0]()), None)
        assert stream is not None, "everything waits"
        stream.ops.popleft()

    def some_steps(self) -> None:
        for _ in range(self.choose(4)):
            if any(stream.ops for stream in self.streams):
                with contextlib.suppress(AssertionError):
                    self.step()

    def check_uploads(self) -> None:
        """What the host has changed of a copy that it has not waited for."""
        for transfer in self.uploads:
            if not np.array_equal(transfer.host, transfer.taken):
                self.ledger.races.append("the host wrote what was still to be copied to the device")
                transfer.host.fill(POISON)
                transfer.taken[:] = transfer.host

    def host_waited(self, moment: Moment | None) -> None:
        """All that happened before `moment` is over for the host as well: what came back is there now."""
        self.check_uploads()
        self.ledger.host_waits(moment)
        self.uploads = [t for t in self.uploads if not self.ledger.host_knows(t.moment)]
        for transfer in [t for t in self.downloads if self.ledger.host_knows(t.moment)]:
            self.downloads.remove(transfer)
            transfer.host[:] = transfer.taken

    def give(
        self,
        stream: Any,
        work: Callable[[], object],
        reads: Iterable[Range] = (),
        writes: Iterable[Range] = (),
    ) -> None:
        """A kernel: `work` touches these ranges of device memory."""
        self.called("cuLaunchKernel", stream, captured=True)
        self.put(stream, Op(work, list(reads), list(writes)))

    def put(self, stream: Any, op: Op) -> Moment | None:
        """On the stream now, or with each launch of the graph that is captured of it."""
        whole = self.whole
        if whole.graph is not None and stream is whole.captured:
            whole.graph.append(op)
            return None
        moment = whole.ledger.tick(stream.actor)
        for address, nbytes in (*op.reads, *op.writes):
            if whole.block_of(address, nbytes) is None:
                self.fault("cuLaunchKernel", "CUDA_ERROR_ILLEGAL_ADDRESS")
        raced = whole.ledger.touch(moment, op.reads, op.writes)

        def run() -> bool:
            for address, nbytes in raced:
                at(address, (nbytes,)).fill(POISON)
            return op.run() is not False

        stream.ops.append(run)
        whole.some_steps()
        return moment

    def block_of(self, address: int, nbytes: int) -> int | None:
        return next(
            (a for a, m in self.memory.items() if a <= address and address + nbytes <= a + len(m)), None
        )

    def part(self) -> StrictCuda:
        self.called("part")
        self.made.append(StrictCuda(self.choose, self.graphs, self.fails, self.whole))
        part: StrictCuda = self.made[-1]
        return part

    def stream(self) -> StrictStream:
        self.called("cuStreamCreate")
        stream = StrictStream(self)
        self.whole.streams.append(stream)
        self.made.append(stream)
        return stream

    def event(self) -> StrictEvent:
        self.called("cuEventCreate")
        self.made.append(StrictEvent(self))
        event: StrictEvent = self.made[-1]
        return event

    def record(self, event: Any, stream: Any) -> None:
        self.called("cuEventRecord", event, stream)
        event.recorded += 1
        number = event.recorded
        event.moment = self.put(stream, Op(lambda: setattr(event, "passed", number)))

    def wait(self, stream: Any, event: Any) -> None:
        self.called("cuStreamWaitEvent", event, stream)
        number = event.recorded
        self.whole.ledger.stream_waits(stream.actor, event.moment)
        self.put(stream, Op(lambda: event.passed >= number))

    def pinned(self, nbytes: int) -> Bytes:
        self.called("cuMemHostAlloc")
        return self._allocated(nbytes)

    def device(self, nbytes: int) -> int:
        self.called("cuMemAlloc")
        return self._allocated(nbytes).ctypes.data

    def _allocated(self, nbytes: int) -> Bytes:
        memory = np.full(nbytes + 256, POISON, np.uint8)
        start = -memory.ctypes.data % 256
        block = memory[start : start + nbytes]
        self.whole.memory[block.ctypes.data] = block
        self.made.append(block)
        return block

    def upload(self, address: int, source: Bytes, stream: Any) -> None:
        self.called("cuMemcpyHtoDAsync", stream)
        target = (address, source.nbytes)
        moment = self.put(stream, Op(lambda: np.copyto(at(address, source.shape), source), [], [target]))
        assert moment is not None
        self.whole.uploads.append(Transfer(source, moment, source.copy()))

    def download(self, target: Bytes, address: int, stream: Any) -> None:
        self.called("cuMemcpyDtoHAsync", stream)
        whole = self.whole
        target.fill(POISON)
        whole.downloads = [t for t in whole.downloads if not np.shares_memory(t.host, target)]
        came = np.full(target.shape, POISON, np.uint8)
        op = Op(lambda: np.copyto(came, at(address, target.shape)), [(address, target.nbytes)], [])
        moment = self.put(stream, op)
        assert moment is not None
        whole.downloads.append(Transfer(target, moment, came))

    def zero(self, address: int, nbytes: int, stream: Any) -> None:
        self.called("cuMemsetD8Async", stream)
        self.put(stream, Op(lambda: at(address, (nbytes,)).fill(0), [], [(address, nbytes)]))

    def array(self, address: int, shape: tuple[int, ...], dtype: Any) -> object:
        return at(address, shape, dtype)

    def capture(self, stream: Any, work: Callable[[], None]) -> Callable[[], None]:
        self.called("cuStreamBeginCapture", stream)
        if not self.graphs:
            raise CudaError("pycuda can't capture them; pip install cuda-bindings")
        whole = self.whole
        graph: list[Op] = []
        whole.graph, whole.captured = graph, stream
        try:
            work()
        finally:
            whole.graph = None

        def launch() -> None:
            self.called("cuGraphLaunch", stream)
            for op in graph:
                self.put(stream, op)

        return launch

    def close(self) -> None:
        whole = self.whole
        if self.closed:
            return
        if threading.get_ident() != whole.thread:
            self.fault("close", "CUDA_ERROR_INVALID_CONTEXT")
        if self is whole:
            with contextlib.suppress(CudaError):
                whole.run_until(lambda: not any(stream.ops for stream in whole.streams))
            for stream in whole.streams:
                whole.host_waited(whole.ledger.last(stream.actor))
        while self.made:
            self._released(self.made.pop())
        self.closed = True

    def _released(self, made: Any) -> None:
        whole = self.whole
        if isinstance(made, StrictCuda):
            made.close()
        elif isinstance(made, np.ndarray):
            start = made.ctypes.data
            pending: list[Access] = whole.ledger.unknown_to_host((start, made.nbytes))
            in_transfer = any(np.shares_memory(t.host, made) for t in (*whole.uploads, *whole.downloads))
            if pending or in_transfer:
                whole.faults.append("memory was freed while it was in use")
            made.fill(POISON)
            whole.ledger.forget((start, made.nbytes))
            del whole.memory[start]
        else:
            if isinstance(made, StrictStream):
                if made.ops:
                    whole.faults.append("a stream was destroyed with work on it")
                whole.streams.remove(made)
            made.alive = False
