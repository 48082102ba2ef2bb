"""The public API: a model, a style, and frames in, paintings out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Self

from livestyle.core.closing import Closing
from livestyle.core.config import SLOTS, Precision
from livestyle.core.errors import LivestyleError, NoEngineError
from livestyle.core.frame import Pixels
from livestyle.core.progress import Progress, Report
from livestyle.core.size import MIN_SIDE_PX, Size, SizeRule
from livestyle.model.card import Model
from livestyle.runtime.engine import Engine, EngineInfo
from livestyle.runtime.film import Film
from livestyle.runtime.gpu.driver import CudaError
from livestyle.runtime.openvino import OpenVinoEngine
from livestyle.runtime.openvino_parts import WHOLE_PIXELS, PartsPainter
from livestyle.runtime.select import (
    SHIPPED,
    EngineRequest,
    OpenedEngine,
    Registry,
    engine_request,
    engines_for,
)
from livestyle.runtime.tensorrt.engine import Lines
from livestyle.runtime.tiling import enlarge, tile_size
from livestyle.stylizer.controls import Settings
from livestyle.stylizer.flight import Begun, Flight


class Stylizer(Settings, Closing):
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
        frames in flight on a GPU. report: called with a line for what was passed over, and why, and for
        how far an engine is that has to be built; without it the latter is logged as a warning.
        registry: the engines there are.
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
        self._main: Stylizer | None = None
        self._others: list[Stylizer] = []
        self._film: Film | None = None
        self._flight = Flight()
        self._painter: PartsPainter | None = None
        self._engine: Engine | None = None
        self._info: EngineInfo | None = None
        self._size: Size | None = None

    @property
    def info(self) -> EngineInfo:
        """What runs. LivestyleError before `open` or the first frame."""
        if self._info is None:
            raise LivestyleError("no engine is open yet; call open(size) or stylize a frame first")
        return self._info

    def engine_for(
        self, model: Model, progress: Progress = lambda _: None, size: Size | None = None
    ) -> OpenedEngine:
        """An engine that opens soon and paints frames as they are now, or of `size`, for `adopt`.

        The caller closes it. progress: told how far it is, where none opens without being built.
        LivestyleError before `open` or the first frame.
        """
        if self._size is None:
            raise LivestyleError("no engine is open yet; call open(size) or stylize a frame first")
        return self._request(model, size or self._size).telling(progress, beside=True).open_soon()

    @property
    def sharing(self) -> int:
        """How many others paint on this one's engine."""
        return sum(other._engine is not None for other in self._others)

    def adopt(self, engine: Engine, size: Size | None = None) -> Engine | None:
        """Go on with this open engine, of whatever model, from the next frame on; closes it in the end.

        Gives the one before to the caller, to be closed. The style of the same name stays, else it
        is the model's first; all else stays as it is set, the frames before too where the model stays.
        Every film that shares the engine goes on with it. size: of those frames, where it is another.
        """
        before = self._engine
        self._go_on(engine, engine.film)
        for other in self._others:
            if other._engine is not None:
                other._go_on(engine, engine.open_film())
        self._size = size or self._size
        return before

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
        """As `open`, but an engine that has to be built waits, where there is another that needn't be.

        Gives what is better and waits, for HotSwap.improve; None where nothing is.
        """
        return self._open(size, EngineRequest.open_soon)

    def another(self) -> Stylizer:
        """One for another film, with a style and a past of its own, on this one's engine and of its size.

        This one has to be open. Closing it closes the engine, and with it all the films.
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
            self._flight.painted.append(enlarge(pixels, self._engine))
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
        """Forget what is in flight; no result comes of it."""
        self._flight = Flight()
        if self._film is not None:
            self._film.drop()

    def reset(self) -> None:
        """Forget the frames before: the next one is painted as if it were the first. So does another size."""
        if self._film is not None:
            self._film.reset()

    def close(self) -> None:
        """Free the engine, or of another's engine the film; the next frame opens one again."""
        self.drop()
        self._free()
        self._info = None

    def _open(self, size: Size, how: Callable[[EngineRequest], OpenedEngine]) -> EngineRequest | None:
        better = None
        if self._main is not None:
            self._join(self._main, size)
        elif self._engine is None or self._engine.size != self._padded(size):
            self._finish(Flight.finish_all)
            self._free()
            try:  # `info` stays meanwhile, for who looks at it on another thread
                opening = how(self._request(self.model, size))
            except BaseException:
                self._info = None
                raise
            self._use(opening.engine)
            better = opening.better
        if size != self._size:
            self.reset()
            self._size = size
        return better

    def _parts(self, size: Size) -> PartsPainter | None:
        """What paints a frame too large to be painted at once; None for others, and on a GPU."""
        if size.width * size.height <= WHOLE_PIXELS or self.model.card.scale > 1 or self._main is not None:
            return None
        if self._engine is None and self.open_soon(Size(MIN_SIDE_PX, MIN_SIDE_PX)) is not None:
            return None
        if not isinstance(self._engine, OpenVinoEngine):
            return None
        if self._painter is None or self._painter.engine is not self._engine:
            self._painter = PartsPainter(self._engine)
        return self._painter

    def _finish(self, how: Callable[[Flight, Film], None]) -> None:
        """Wait for one frame in flight or for all; on the next engine where this one is beyond repair."""
        if self._film is None:
            return
        try:
            how(self._flight, self._film)
        except CudaError as error:
            self._use_next(error)
            self._flight.paint_again(self._film)

    def _use_next(self, error: CudaError) -> None:
        """Take the next engine on the list for the one that failed. Raises `error` where there is none."""
        main, size = self._main or self, self._size
        assert size is not None
        if main._engine is self._engine:
            assert main._engine is not None
            wish, failed = main._request(main.model, size), main._engine.name
            main._free()
            try:
                main._use(wish.behind(failed).open())
            except NoEngineError:
                raise error from None
            wish.options.report(f"{failed} failed ({error}); {main.info} paints on")
        if main is not self:
            self._join(main, size)

    def _go_on(self, engine: Engine, film: Film) -> None:
        """Paint the next frames as `film`; it has the past of the one before where the model stays."""
        self._finish(Flight.finish_all)
        before, model = self._engine, engine.model
        if before is not None and before.model.folder == model.folder and before.size == engine.size:
            assert self._film is not None
            film.state = self._film.state
        self._use(engine, film)
        if model.folder != self.model.folder:
            self._become(model)

    def _join(self, main: Stylizer, size: Size) -> None:
        """Have a film on the engine of `main`, as it is now."""
        if main.model.folder != self.model.folder:
            self._become(main.model)
        padded = self._padded(size)
        if main._engine is None or main._engine.size != padded:
            found = main._engine.size if main._engine else "none"
            raise LivestyleError(f"a film of {padded} needs an engine of that size to share; it is {found}")
        if self._engine is not main._engine:
            self._use(main._engine, main._engine.open_film())

    def _free(self) -> None:
        if self._main is not None and self._film is not None:
            self._film.close()
        elif self._engine is not None:
            self._engine.close()
        self._engine = self._film = self._painter = None

    @property
    def _rule(self) -> SizeRule:
        return SizeRule(self.model.card.size_multiple)

    def _padded(self, size: Size) -> Size:
        """The engine's size for frames of `size`."""
        return _engine_size(self.model, size)

    def _request(self, model: Model, size: Size) -> EngineRequest:
        how = self._device, self._precision, self._threads, self._report or (lambda _: None), self._slots
        found = engine_request(model, _engine_size(model, size), *how, self._registry)
        return found if self._report else found.telling(Lines(logging.getLogger("livestyle").warning).tell)

    def _use(self, engine: Engine, film: Film | None = None) -> None:
        self._engine, self._film, self._info = engine, film or engine.film, engine.info


def _engine_size(model: Model, size: Size) -> Size:
    inner = tile_size(size) if model.card.scale > 1 else size
    return SizeRule(model.card.size_multiple).padded(inner)
