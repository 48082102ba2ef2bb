"""What all engines on an NVIDIA GPU share: one thread that owns CUDA, and films on slots."""

from __future__ import annotations

import contextlib
from abc import abstractmethod
from collections import deque
from concurrent.futures import Future

import numpy as np

from livestyle.core.config import Precision
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.card import Model, resolve_shapes
from livestyle.model.frame_style import FrameStyle, inputs_of
from livestyle.runtime.engine import Engine, EngineInfo
from livestyle.runtime.film import Film, Tensors
from livestyle.runtime.gpu.cuda import Cuda, Owner
from livestyle.runtime.gpu.device_memory import Spec
from livestyle.runtime.gpu.driver import CudaError, cuda_errors
from livestyle.runtime.gpu.frame_ring import MIN_SLOTS, Bind, Signature, Slots
from livestyle.runtime.gpu.open_cuda import open_cuda
from livestyle.runtime.results import Results

FLOAT, BYTE = np.dtype(np.float32), np.dtype(np.uint8)


def signature(model: Model, size: Size) -> Signature:
    """The tensors of a model's graph for frames of `size` (see ARCHITECTURE.md)."""
    frame, large = (Spec((1, s.height, s.width, 3), BYTE) for s in (size, size.times(model.card.scale)))
    style = {name: Spec(shape, FLOAT) for name, shape in inputs_of(model.card).items()}
    state = {name: Spec(shape, FLOAT) for name, shape in resolve_shapes(model.card.state, size).items()}
    return Signature({"frame": frame, **style}, {"stylized": large}, state)


class GpuEngine(Engine):
    """An engine on CUDA. Everything of it lives on a thread of its own; a subclass writes what follows.

    Each film has a ring of slots of its own (see Slots); the compiled network is shared.
    """

    numbered = True
    auto = Precision.F16

    graphs = True
    """Whether CUDA graphs are used where they can be."""

    captures = True
    """Whether the network may be captured as a CUDA graph; False where the engine captures by itself."""

    @abstractmethod
    def _load(self, cuda: Cuda) -> None:
        """Compile the network, or load what was compiled before. Called on the CUDA thread."""

    @abstractmethod
    def _binder(self, cuda: Cuda) -> Bind:
        """A Bind for one film; it is called for one slot after the other, on the CUDA thread.

        cuda: what is allocated on it is freed with the film. The Bind gets the addresses of all tensors.
        """

    @abstractmethod
    def _unload(self) -> None:
        """Free what `_load` made; every Execution was closed before. Never raises."""

    @property
    @abstractmethod
    def _title(self) -> str:
        """Library and version, for EngineInfo."""

    def _open_cuda(self) -> Cuda:
        return open_cuda(self.options.gpu)

    @property
    def info(self) -> EngineInfo:
        title = f"{self._title} on {self._cuda.layer}"
        return EngineInfo(title, self._cuda.gpu.name, self.precision, 1, self.film.depth)

    def _open_impl(self) -> None:
        with contextlib.ExitStack() as stack:
            self._owner = Owner()
            stack.callback(self._owner.close)
            with cuda_errors(self.name):
                self._cuda = self._owner.do(self._open_cuda)
                stack.callback(self._owner.do, self._cuda.close)
                self._owner.do(self._load, self._cuda)
            stack.callback(self._owner.do, self._unload)
            self._stack = stack.pop_all()

    def _close_impl(self) -> None:
        self._stack.close()

    def _film_impl(self) -> Film:
        try:
            slots = self._owner.do(self._slots, self.options.slots)
        except CudaError as error:
            if self.options.slots <= MIN_SLOTS or not out_of_memory(error):
                raise
            self.options.report(
                f"{self.options.slots} slots don't fit into the GPU's memory; {MIN_SLOTS} are used"
            )
            slots = self._owner.do(self._slots, MIN_SLOTS)
        return GpuFilm(self.model, self.size, slots, self._owner)

    def _slots(self, depth: int) -> Slots:
        of = signature(self.model, self.size)
        with cuda_errors(self.name):
            return Slots(
                self._cuda, of, self._binder, depth, self.graphs and self.captures, self.options.report
            )


def out_of_memory(error: CudaError) -> bool:
    """Whether memory ran out, in the words of the driver, pycuda, torch or TensorRT."""
    return "outofmemory" in str(error).lower().replace(" ", "").replace("_", "")


class GpuFilm(Film):
    """Is a film on slots that any thread may use: the CUDA thread does the work, in order.

    After `close` that thread, which goes with the engine, is asked for nothing more. A frame that was in
    flight then is a CudaError: where an engine failed for one film, the others' too are painted on the next.
    """

    def __init__(self, model: Model, size: Size, slots: Slots, owner: Owner) -> None:
        super().__init__(model, size)
        self.depth = slots.depth
        self._slots = slots
        self._owner = owner
        painted = size.times(model.card.scale)
        self._results = Results((painted.height, painted.width, 3))
        self._started: deque[Future[None]] = deque()
        self._closed = False

    def reset(self) -> None:
        if not self._closed:
            self._owner.do(self._slots.reset)

    def close(self) -> None:
        self.in_flight = 0
        self._started.clear()
        if not self._closed:
            self._closed = True
            self._results.clear()
            self._owner.do(self._slots.close)

    def drop(self) -> None:
        self.in_flight = 0
        self._started.clear()
        if not self._closed:
            self._owner.do(self._slots.drop)

    def result(self) -> Pixels:
        self._check()
        return super().result()

    def timed(self, pixels: Pixels, style: FrameStyle) -> dict[str, float]:
        """Paint a frame, throw the painting away, and say how long each stage took (see Slots.timed)."""
        self._slots.fill(self._feed(pixels, style))
        return self._owner.do(self._slots.timed)

    def _submit(self, feed: Tensors) -> None:
        """Copies on the caller's thread, as `_result` does, because the CUDA thread has other films to
        serve.
        """
        self._check()
        self._slots.fill(feed)
        self._started.append(self._owner.start(self._slots.submit))

    def _result(self) -> Pixels:
        self._started.popleft().result()
        return self._results.copy(self._owner.do(self._slots.result))

    def _read_state(self) -> Tensors:
        self._check()
        found = self._owner.do(lambda: self._slots.state)
        return {f"state_{name}": array for name, array in found.items()}

    def _write_state(self, state: Tensors) -> None:
        self._check()
        plain = {name.removeprefix("state_"): array for name, array in state.items()}
        self._owner.do(setattr, self._slots, "state", plain)

    def _check(self) -> None:
        if self._closed:
            raise CudaError("the film is closed; its engine may have failed")
