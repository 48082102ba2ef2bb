"""Keeps several frames in flight on a GPU: one is painted while others are copied in and out."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeAlias

import numpy as np

from livestyle.core.frame import Pixels
from livestyle.core.progress import Report
from livestyle.runtime.gpu.cuda import Cuda, Stream
from livestyle.runtime.gpu.device_memory import Arrays, Block, Specs, as_bytes
from livestyle.runtime.gpu.driver import CudaError

MIN_SLOTS = 2
"""The least number of slots: a slot must not write the state that it reads."""


class Execution(Protocol):
    """Runs the compiled network with its tensors at fixed addresses."""

    def enqueue(self, stream: Stream) -> None:
        """Give one run of the network to `stream`; never waits."""
        ...

    def capturable(self, stream: Stream) -> bool:
        """Whether a run may be captured as a CUDA graph."""
        ...

    def close(self) -> None: ...


Bind: TypeAlias = Callable[[Mapping[str, int], Stream], Execution]
"""Makes an Execution: the device address of each tensor of the graph by name, and its slot's stream."""


Binder: TypeAlias = Callable[[Cuda], Bind]
"""Makes the Bind of one film; what it allocates on the Cuda goes with the film."""


@dataclass(frozen=True)
class Signature:
    """Lists a graph's tensors. state: by name without `state_` or `next_`; outputs: without the state."""

    inputs: Specs
    outputs: Specs
    state: Specs


class _Slot:
    """Holds a stream with buffers of its own, and the network bound to them.

    before:  the state that is read; it belongs to the film
    painted: the event after the network, when the state that it leaves is complete
    done:    the event after the painting was copied back
    """

    def __init__(self, cuda: Cuda, signature: Signature, before: Block, after: Block, bind: Bind) -> None:
        self.stream = cuda.stream()
        self.painted, self.done = cuda.event(), cuda.event()
        self.inputs, self.outputs = Block(cuda, signature.inputs), Block(cuda, signature.outputs)
        self.before = before
        state = {f"state_{name}": address for name, address in before.addresses.items()}
        left = {f"next_{name}": address for name, address in after.addresses.items()}
        addresses = {**self.inputs.addresses, **state, **self.outputs.addresses, **left}
        self.execution = bind(addresses, self.stream)
        self.run: Callable[[], None] = partial(self.execution.enqueue, self.stream)


class Slots:
    """Paints one film on a ring of slots: up to `depth` frames are in flight, and results keep their order.

    A frame, its style and everything else that it is painted with are written into the slot's own pinned
    memory. The slot's stream gets one copy to the device, the network, and one copy back. Slots run side by
    side; only the network waits for the network of the frame before, if the film has state. Slot k reads
    the state that slot k - 1 has left and leaves its own to slot k + 1. So no state is copied and every
    address is fixed, and the network can be captured once as a CUDA graph and replayed. Copies and events
    stay outside the graph, because it isn't fully documented how an event counts within one.

    Belongs to the thread of `cuda`, but for `fill`. After an error of CUDA every call raises it again.
    """

    def __init__(
        self,
        cuda: Cuda,
        signature: Signature,
        binder: Binder,
        depth: int = 2,
        capture: bool = True,
        report: Report = lambda _: None,
    ) -> None:
        """capture: use CUDA graphs if that works; `report` is told why it doesn't."""
        self.depth = depth
        self._cuda = cuda = cuda.part()
        self._state = signature.state
        self._flight: deque[_Slot] = deque()
        self._at = self._filled = 0
        self._fresh = True
        self._error: CudaError | None = None
        self._ring: list[_Slot] = []
        count = max(depth, MIN_SLOTS)
        try:
            bind = binder(cuda)
            blocks = [Block(cuda, self._state, pinned=False) for _ in range(count)]
            for before, after in zip(blocks, blocks[1:] + blocks[:1], strict=True):
                self._ring.append(_Slot(cuda, signature, before, after, bind))
            self._warm_up()
            if capture:
                self._capture(report)
        except BaseException:
            self.close()
            raise

    @property
    def in_flight(self) -> int:
        """Frames submitted whose result was not taken."""
        return len(self._flight)

    def fill(self, feed: Arrays) -> None:
        """Copy what the next frame is painted with; `submit` starts it. On any thread, one at a time.

        At most `depth` frames may have been filled whose result was not taken.
        """
        slot = self._ring[self._filled]
        for name, tensor in slot.inputs.host.items():
            np.copyto(tensor, feed[name], casting="no")
        self._filled = (self._filled + 1) % len(self._ring)

    def submit(self) -> None:
        """Start the oldest frame that was filled and not started."""
        assert self.in_flight < self.depth, "take a result first"
        with self._sticky():
            slot = self._with_its_past()
            self._enqueue(self._at)
            self._cuda.record(slot.done, slot.stream)
            self._at = (self._at + 1) % len(self._ring)
            self._flight.append(slot)

    def timed(self) -> dict[str, float]:
        """Paint a filled frame alone, without a result: the milliseconds of 'h2d', 'inference' and 'd2h'.

        Nothing may be in flight. Each figure contains the calls that start a stage and the wait for its end.
        """
        assert not self.in_flight, "take the results first"
        with self._sticky():
            slot, found = self._with_its_past(), dict[str, float]()
            stages: tuple[Callable[[Stream], object], ...]
            stages = slot.inputs.upload, lambda _: slot.run(), slot.outputs.download
            slot.stream.synchronize()
            for name, stage in zip(("h2d", "inference", "d2h"), stages, strict=True):
                began = time.perf_counter()
                stage(slot.stream)
                slot.stream.synchronize()
                found[name] = (time.perf_counter() - began) * 1e3
            self._cuda.record(slot.painted, slot.stream)
            self._at = (self._at + 1) % len(self._ring)
            return found

    def result(self) -> Pixels:
        """Wait for the oldest frame in flight; its painting, uint8 (H, W, 3), in the slot's own memory.

        It stands there until the next frame is started.
        """
        with self._sticky():
            slot = self._flight.popleft()
            slot.done.synchronize()
            painted: Pixels = slot.outputs.host["stylized"][0]
            return painted

    def reset(self) -> None:
        """The next frame submitted has no past; those in flight keep theirs."""
        self._fresh = True

    def drop(self) -> None:
        """Wait for all that is in flight and discard it. An error is kept for the next call to raise."""
        with contextlib.suppress(CudaError), self._sticky():
            while self._flight:
                self._flight.popleft().done.synchronize()
        self._flight.clear()

    @property
    def state(self) -> Arrays:
        """What the next frame builds on, by name, float32; a copy. Waits for what is in flight."""
        if self._fresh:
            return {name: np.zeros(spec.shape, spec.dtype) for name, spec in self._state.items()}
        with self._sticky():
            slot = self._ring[self._at]
            self._after_the_frame_before(slot)
            found = {name: np.empty(spec.shape, spec.dtype) for name, spec in self._state.items()}
            for name, array in found.items():
                self._cuda.download(as_bytes(array), slot.before.addresses[name], slot.stream)
            slot.stream.synchronize()
            return found

    @state.setter
    def state(self, state: Arrays) -> None:
        with self._sticky():
            slot = self._ring[self._at]
            self._after_the_frame_before(slot)
            for name, address in slot.before.addresses.items():
                self._cuda.upload(address, as_bytes(state[name]), slot.stream)
            slot.stream.synchronize()
            self._fresh = False

    def close(self) -> None:
        """Wait for what is in flight and free everything, last made first."""
        self._flight.clear()
        for slot in self._ring:
            with contextlib.suppress(Exception):  # raised where it was met; all is to be freed
                slot.stream.synchronize()
        while self._ring:
            with contextlib.suppress(Exception):
                self._ring.pop().execution.close()
        self._cuda.close()

    def _with_its_past(self) -> _Slot:
        """The next slot; its past is cleared after `reset`."""
        slot = self._ring[self._at]
        if self._fresh:
            self._after_the_frame_before(slot)
            slot.before.zero(slot.stream)
            self._fresh = False
        return slot

    def _warm_up(self) -> None:
        """Run each slot once, because engines allocate memory in their first run."""
        for at, slot in enumerate(self._ring):
            slot.before.zero(slot.stream)
            self._enqueue(at)
            slot.stream.synchronize()

    def _capture(self, report: Report) -> None:
        if not all(slot.execution.capturable(slot.stream) for slot in self._ring):
            report("CUDA graphs are not used: the engine can't be captured")
            return
        try:
            replays = [self._cuda.capture(slot.stream, slot.run) for slot in self._ring]
        except CudaError as error:
            report(f"CUDA graphs are not used: {error}")
            return
        for slot, replay in zip(self._ring, replays, strict=True):
            slot.run = replay

    def _enqueue(self, at: int) -> None:
        """Give all the work of one frame to its slot's stream."""
        slot = self._ring[at]
        slot.inputs.upload(slot.stream)
        if self._state:
            self._cuda.wait(slot.stream, self._ring[at - 1].painted)
        slot.run()
        if self._state:
            self._cuda.record(slot.painted, slot.stream)
        slot.outputs.download(slot.stream)

    def _after_the_frame_before(self, slot: _Slot) -> None:
        """Work given to the slot's stream from now on waits for the state of the frame before."""
        self._cuda.wait(slot.stream, self._ring[self._at - 1].painted)

    @contextlib.contextmanager
    def _sticky(self) -> Iterator[None]:
        """Raise the first error of CUDA again in every later call, because the device can't be repaired
        here.
        """
        if self._error is not None:
            raise self._error
        try:
            yield
        except CudaError as error:
            self._error = error
            raise
