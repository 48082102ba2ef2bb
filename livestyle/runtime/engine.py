"""An engine runs one model at one size on one device."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from dataclasses import dataclass
from typing import ClassVar, Self

from livestyle.core.closing import Closing
from livestyle.core.config import SLOTS, Precision
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.progress import Progress, Report
from livestyle.core.size import Size
from livestyle.model.card import Model, resolve_shapes
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime.film import Film, HostFilm, Tensors

BUILDING = "the engine is being built"
"""What a line says of an engine whose progress it tells."""


@dataclass(frozen=True)
class EngineInfo:
    """Describes what runs, for messages and the HUD. slots: frames in flight on a GPU; 0 on a CPU."""

    engine: str
    device: str
    precision: Precision
    threads: int
    slots: int = 0

    @property
    def lanes(self) -> str:
        """'2 threads' or '2 slots'."""
        count, name = (self.slots, "slot") if self.slots else (self.threads, "thread")
        return f"{count} {name}{'s' * (count != 1)}"

    def __str__(self) -> str:
        return f"{self.device} · {self.engine} · {self.precision} · {self.lanes}"


@dataclass(frozen=True)
class GpuOptions:
    """Options of engines on a GPU.

    gpu:      its number, among those that the engine can use
    slots:    how many frames of a film are in flight
    report:   called with what is worth a line
    progress: called with how far a build is; what it raises ends the build
    beside:   whether another engine paints during the build
    """

    gpu: int = 0
    slots: int = SLOTS
    report: Report = lambda _: None
    progress: Progress = lambda _: None
    beside: bool = False


class Engine(Closing):
    """One compiled model. Open with `with`, or `open` and `close`; used by one thread at a time.

    `infer` never changes its arguments and returns an array the caller owns. The FrameStyle is an
    argument of each call: nothing is compiled or loaded when it changes.

    Frames belong to films (see Film); `infer`, `reset` and `state` are of the engine's own, and
    `open_film` makes further ones.
    """

    name: str

    numbered: ClassVar[bool] = False
    """Whether there may be several of its device, of which options.gpu says one."""

    auto: ClassVar[Precision | None] = None
    """What Precision.AUTO is on it; None where that hangs on the CPU and the model."""

    def __init__(
        self,
        model: Model,
        size: Size,
        precision: Precision,
        threads: int = 0,
        options: GpuOptions = GpuOptions(),
    ) -> None:
        """`size` must fit the model's size multiple (see SizeRule); `precision` is not AUTO.

        threads: of a CPU, 0 = as many as the engine likes. options: of a GPU.
        """
        multiple = model.card.size_multiple
        if size.width % multiple or size.height % multiple:
            raise LivestyleError(f"{model.card.name} takes sizes in multiples of {multiple} px; got {size}")
        self.model = model
        self.size = size
        self.precision = precision
        self.threads = threads
        self.options = options
        shapes = resolve_shapes(model.card.state, size)
        self._state_shapes = {f"state_{name}": shape for name, shape in shapes.items()}
        self._outputs = ["stylized", *(f"next_{name}" for name in shapes)]
        self._films: list[Film] = []
        self._ahead: deque[Film] = deque()

    @property
    @abstractmethod
    def info(self) -> EngineInfo:
        """Device, engine, precision and threads in use. Only while open."""

    @property
    def ready(self) -> bool:
        """Whether `open` takes moments; False where it builds first, for seconds to minutes.

        LivestyleError where the engine can't run here.
        """
        return True

    def open(self) -> None:
        """Compile and allocate; may take seconds. LivestyleError where the engine can't run here."""
        if not self._films:
            self._open_impl()
            try:
                self.open_film()
            except BaseException:
                self._close_impl()
                raise

    def close(self) -> None:
        """Free everything, films too; harmless when not open."""
        self._ahead.clear()
        if self._films:
            while self._films:
                self._films.pop().close()
            self._close_impl()

    @property
    def film(self) -> Film:
        """The engine's own. LivestyleError while it is not open."""
        if not self._films:
            raise LivestyleError(f"the {self.name} engine is not open; use it in a with block")
        return self._films[0]

    def open_film(self) -> Film:
        """Open another film with a past of its own; it is closed with the engine, if not before."""
        if self._ahead:
            return self._ahead.popleft()
        self._films.append(self._film_impl())
        return self._films[-1]

    def open_ahead(self, count: int) -> None:
        """Make the next films that `open_film` will return; on a GPU each takes a while."""
        self._ahead.extend([self.open_film() for _ in range(count)])

    def reset(self) -> None:
        """Forget the frames before: the next one is painted as if it were the first."""
        self.film.reset()

    @property
    def state(self) -> Tensors:
        """The state of the engine's own film (see Film.state)."""
        return self.film.state

    @state.setter
    def state(self, state: Tensors) -> None:
        self.film.state = state

    def infer(self, pixels: Pixels, style: FrameStyle) -> Pixels:
        """Paint one picture, the next of a film.

        pixels: uint8 BGR (H, W, 3) of this engine's size.
        Returns uint8 BGR (H, W, 3). A model that enlarges pictures multiplies the sides by its card's
        scale and ignores `style`. LivestyleError for a wrong shape, type or length.
        """
        film = self.film
        film.submit(pixels, style)
        return film.result()

    @abstractmethod
    def _open_impl(self) -> None: ...

    @abstractmethod
    def _close_impl(self) -> None: ...

    def _film_impl(self) -> Film:
        for other in self._films:
            if isinstance(other, HostFilm):
                other.share()
        film = HostFilm(self.model, self.size, lambda feed: self._infer_impl(feed))
        if self._films:
            film.share()
        return film

    def _infer_impl(self, feed: Tensors) -> Tensors:
        """Run the graph once and give the outputs named in `self._outputs`.

        `stylized` is the caller's own. The others may be overwritten by the call after the next.
        """
        raise NotImplementedError(f"{self.name} makes films of its own")

    def __enter__(self) -> Self:
        self.open()
        return self
