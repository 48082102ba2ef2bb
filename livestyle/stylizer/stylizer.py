"""The public API: a Stylizer takes frames and gives paintings."""

from __future__ import annotations

from typing import Self

from livestyle.core.config import SLOTS, Precision
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.progress import Report
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.runtime.select import SHIPPED, EngineRequest, OpenedEngine, Registry, engines_for
from livestyle.stylizer.engine_user import EngineUser
from livestyle.stylizer.flight import Begun, Flight


class Stylizer(EngineUser):
    """Paints frames of any size from 64x64 up.

    >>> with Stylizer(model="cin-lite") as stylizer:
    ...     stylizer.style = "great_wave"
    ...     painted = stylizer.stylize(frame)

    An engine is compiled for a size when the first frame of that size comes (or with `open`), and
    kept until another size comes. `style`, `second_style` and the controls `blend`, `strength`,
    `keep_color` and `steadiness` (see model/controls.py) may be set at any time from any thread; they
    count from the next `stylize` on and compile nothing. `stylize` itself belongs to one thread at a time.

    Frames are taken as a film: where nothing moves, the painting is held (`steadiness`). Call
    `reset` between films, or set steadiness to 0 for pictures that have nothing to do with each other.

    A GPU is busy all the time only if the next frame is there before the last is done: `submit` up to
    `depth` frames before each `result`. `another` paints a second film on the same engine.

    A model that enlarges (`model.card.scale` above 1) gives larger frames and has no strength to set.
    """

    def __init__(
        self,
        model: str | Model = "cin-lite",
        device: str = "auto",
        precision: str | Precision = Precision.AUTO,
        threads: int = 0,
        report: Report | None = None,
        slots: int = SLOTS,
        registry: Registry = SHIPPED,
    ) -> None:
        """model: a name, a folder or a Model. device: auto, cpu, cuda, cuda:1 or an engine by name.

        precision: auto, f32, f16, bf16 or int8. threads: of a CPU, 0 = the engine's choice. slots:
        frames in flight on a GPU. report: called with a line for each engine that was passed over and
        why, and for how far an engine is that has to be built; without it the latter is logged as a
        warning. registry: the engines to choose from.
        LivestyleError for a name that does not exist.
        """
        engines_for(device, registry)
        if threads < 0:
            raise LivestyleError(f"threads {threads} is out of range; expected 0 (automatic) or more")
        if slots < 1:
            raise LivestyleError(f"slots {slots} is out of range; expected 1 or more")
        super().__init__(model if isinstance(model, Model) else Model.load(model), device)
        try:
            self._precision = Precision(precision)
        except ValueError:
            names = ", ".join(Precision)
            raise LivestyleError(f"unknown precision {precision!r}; expected one of {names}") from None
        self._threads = threads
        self._report = report
        self._slots = slots
        self._registry = registry

    @property
    def depth(self) -> int:
        """How many frames may be submitted before a result is taken; 1 on a CPU, or before `open`."""
        return self._film.depth if self._film else 1

    @property
    def in_flight(self) -> int:
        """Frames submitted whose result was not taken."""
        return len(self._flight)

    def open(self, size: Size) -> Self:
        """Compile for frames of `size` now rather than at the first frame.

        What is in flight keeps its results.
        """
        self._open(size, lambda request: OpenedEngine(request.open()))
        return self

    def open_soon(self, size: Size) -> EngineRequest | None:
        """Open an engine that needs no building if there is one, else build as `open` does.

        Returns the better engines that were not built yet, for HotSwap.improve; None if there are none.
        """
        return self._open(size, EngineRequest.open_soon)

    def another(self) -> Stylizer:
        """Make a stylizer for another film, with its own style and past, on this one's engine and size.

        This one has to be open. Closing it closes the engine and all its films.
        """
        how = self._precision, self._threads, self._report, self._slots, self._registry
        other = Stylizer(self.model, self._device, *how)
        other._main = self
        self._others.append(other)
        return other

    def stylize(self, pixels: Pixels) -> Pixels:
        """Paint one frame, uint8 BGR (H, W, 3) to the same, or enlarge it; the result is the caller's own.

        LivestyleError for another type or shape, a side under 64 px, or while frames are in flight.
        """
        if self.in_flight:
            raise LivestyleError(f"{self.in_flight} frames are in flight; take their results first")
        self.submit(pixels)
        return self.result()

    def submit(self, pixels: Pixels) -> None:
        """Start to paint a frame, as `stylize` does; it must not change before its result is taken.

        LivestyleError where `depth` frames are in flight already.
        """
        if getattr(pixels, "ndim", 0) != 3 or pixels.shape[2] != 3 or pixels.dtype != "uint8":
            found = f"{getattr(pixels, 'dtype', type(pixels).__name__)} {getattr(pixels, 'shape', '')}"
            raise LivestyleError(f"bad frame: {found}; expected uint8 (H, W, 3) in BGR")
        size = Size.of(pixels)
        if self.steadiness == 0 and (parts := self._parts(size)) is not None:
            self._flight.painted.append(parts.paint(pixels, self.frame_style))
            return
        self.open(size)
        assert self._engine is not None
        assert self._film is not None
        if self.model.card.scale > 1:
            self._flight.painted.append(self._enlarged(pixels))
            return
        self._flight.begin(self._film, Begun(self._rule.pad(pixels), self.frame_style, size))

    def result(self) -> Pixels:
        """The oldest frame in flight, painted; waits for it. LivestyleError where none is in flight.

        Where a GPU fails, what is in flight is painted on the next engine that runs here, and that goes on.
        """
        if not self.in_flight:
            raise LivestyleError("no frame is in flight; submit one first")
        if not self._flight.painted:
            self._finish(Flight.finish)
        return self._flight.painted.popleft()

    def drop(self) -> None:
        """Discard the frames in flight; they give no results."""
        self._flight = Flight()
        if self._film is not None:
            self._film.drop()

    def reset(self) -> None:
        """Forget the frames before: the next one is painted as if it were the first. So does another size."""
        if self._film is not None:
            self._film.reset()

    def close(self) -> None:
        """Free the engine, or the film on a shared engine; the next frame opens it again."""
        self.drop()
        self._free()
        self._info = None
