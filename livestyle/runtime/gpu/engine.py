"""What every engine on an NVIDIA GPU has in common: one thread that owns CUDA, and films on slots."""

from __future__ import annotations

import contextlib
from abc import abstractmethod
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future

import numpy as np

from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.card import Model, resolve_shapes
from livestyle.model.frame_style import FrameStyle, inputs_of
from livestyle.runtime.engine import Engine, EngineInfo
from livestyle.runtime.film import Film, Tensors
from livestyle.runtime.gpu.cuda import Cuda, Owner, Stream, open_cuda
from livestyle.runtime.gpu.device_memory import Spec
from livestyle.runtime.gpu.frame_ring import Execution, Signature, Slots

FLOAT, BYTE = np.dtype(np.float32), np.dtype(np.uint8)


def signature(model: Model, size: Size) -> Signature:
    """The tensors of a model's live graph for one size."""
    frame = Spec((1, size.height, size.width, 3), BYTE)
    style = {name: Spec(shape, FLOAT) for name, shape in inputs_of(model.card).items()}
    state = {name: Spec(shape, FLOAT) for name, shape in resolve_shapes(model.card.state, size).items()}
    return Signature({"frame": frame, **style}, {"stylized": frame}, state)


class GpuEngine(Engine):
    """An engine on CUDA. Everything of it lives on a thread of its own; a subclass writes what follows.

    Each film has a ring of slots of its own (see Slots); the compiled network is shared.
    """

    captures = True
    """Whether a slot's way may be captured as a CUDA graph; False where the engine captures by itself."""

    @abstractmethod
    def _load(self, cuda: Cuda) -> None:
        """Compile, or load what was compiled. On the CUDA thread, its context current."""

    @abstractmethod
    def _bind(self, addresses: Mapping[str, int], stream: Stream) -> Execution:
        """The network with its tensors at these device addresses, by name; state and next state too."""

    @abstractmethod
    def _unload(self) -> None:
        """Free what `_load` made; every Execution is closed before. Never raises."""

    @property
    @abstractmethod
    def _title(self) -> str:
        """Library and version, for EngineInfo."""

    def _open_cuda(self) -> Cuda:
        return open_cuda(self.options.gpu)

    @property
    def info(self) -> EngineInfo:
        return EngineInfo(self._title, self._cuda.gpu.name, self.precision, 1, self.options.slots)

    def _open_impl(self) -> None:
        with contextlib.ExitStack() as stack:
            self._owner = Owner()
            stack.callback(self._owner.close)
            self._cuda = self._owner.do(self._open_cuda)
            stack.callback(self._owner.do, self._cuda.close)
            self._owner.do(self._load, self._cuda)
            stack.callback(self._owner.do, self._unload)
            self._stack = stack.pop_all()

    def _close_impl(self) -> None:
        self._stack.close()

    def _film_impl(self) -> Film:
        slots = self._owner.do(
            Slots,
            self._cuda,
            signature(self.model, self.size),
            self._bind,
            self.options.slots,
            self.captures,
            self.options.report,
        )
        return GpuFilm(self.model, self.size, slots, self._owner)


class GpuFilm(Film):
    """A film on slots, used from any thread: the CUDA thread does what is asked for, in order."""

    def __init__(self, model: Model, size: Size, slots: Slots, owner: Owner) -> None:
        super().__init__(model, size)
        self.depth = slots.depth
        self._slots = slots
        self._owner = owner
        self._started: deque[Future[None]] = deque()

    def reset(self) -> None:
        self._owner.do(self._slots.reset)

    def close(self) -> None:
        self.in_flight = 0
        self._started.clear()
        self._owner.do(self._slots.close)

    def drop(self) -> None:
        self.in_flight = 0
        self._started.clear()
        self._owner.do(self._slots.drop)

    def timed(self, pixels: Pixels, style: FrameStyle) -> dict[str, float]:
        """Paint a frame, throw the painting away, and say how long each stage took (see Slots.timed)."""
        return self._owner.do(self._slots.timed, self._feed(pixels, style))

    def _submit(self, feed: Tensors) -> None:
        self._started.append(self._owner.start(self._slots.submit, feed))

    def _result(self) -> Pixels:
        self._started.popleft().result()
        return self._owner.do(self._slots.result)

    def _read_state(self) -> Tensors:
        found = self._owner.do(lambda: self._slots.state)
        return {f"state_{name}": array for name, array in found.items()}

    def _write_state(self, state: Tensors) -> None:
        plain = {name.removeprefix("state_"): array for name, array in state.items()}
        self._owner.do(setattr, self._slots, "state", plain)
