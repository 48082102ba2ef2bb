"""How a stylizer opens an engine for the size of its frames, shares it with other films and replaces it."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable

from livestyle.core.closing import Closing
from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError, NoEngineError
from livestyle.core.frame import Pixels
from livestyle.core.progress import Lines, Progress, Report
from livestyle.core.size import MIN_SIDE_PX, Size, SizeRule
from livestyle.model.card import Model
from livestyle.runtime.engine import BUILDING, Engine, EngineInfo
from livestyle.runtime.film import Film
from livestyle.runtime.gpu.driver import CudaError
from livestyle.runtime.openvino import OpenVinoEngine
from livestyle.runtime.openvino_parts import WHOLE_PIXELS, PartsPainter
from livestyle.runtime.select import EngineRequest, OpenedEngine, Registry, engine_request
from livestyle.runtime.tiling import enlarge, tile_size
from livestyle.stylizer.controls import Settings
from livestyle.stylizer.flight import Flight


class EngineUser(Settings, Closing):
    """Holds an engine of its own, or paints one more film on the engine of `_main`."""

    _precision: Precision
    _threads: int
    _report: Report | None
    _slots: int
    _registry: Registry

    def __init__(self, model: Model, device: str) -> None:
        super().__init__(model, device)
        self._main: EngineUser | None = None
        self._others: list[EngineUser] = []
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
        """Opens an engine that paints frames of the present size, or of `size`, with a model, for `adopt`.

        An engine that needs no building is preferred. The caller closes it. progress: called with how far
        the engine is, if one has to be built.
        LivestyleError before `open` or the first frame.
        """
        if self._size is None:
            raise LivestyleError("no engine is open yet; call open(size) or stylize a frame first")
        return self._request(model, size or self._size).telling(progress, beside=True).open_soon()

    @property
    def sharing(self) -> int:
        """How many other stylizers paint on this one's engine."""
        return sum(other._engine is not None for other in self._others)

    def adopt(self, engine: Engine, size: Size | None = None) -> Engine | None:
        """Paint on this open engine, of any model, from the next frame on; `close` will close it.

        Returns the engine before, for the caller to close. The style of the same name stays, else the
        model's first is used. All other settings stay, and so does the past of the film if the model is
        the same. Every film that shared the engine before goes on with the new one. size: of the frames, if
        it is another.
        """
        before = self._engine
        self._go_on(engine, engine.film)
        for other in self._others:
            if other._engine is not None:
                other._go_on(engine, engine.open_film())
        self._size = size or self._size
        return before

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
            assert self._film is not None
            self._film.reset()
            self._size = size
        return better

    def _parts(self, size: Size) -> PartsPainter | None:
        """What paints a frame too large to be painted at once; None for others, and on a GPU."""
        if size.width * size.height <= WHOLE_PIXELS or self.model.card.scale > 1 or self._main is not None:
            return None
        least = Size(MIN_SIDE_PX, MIN_SIDE_PX)
        if self._engine is None and self._open(least, EngineRequest.open_soon) is not None:
            return None
        if not isinstance(self._engine, OpenVinoEngine):
            return None
        if self._painter is None or self._painter.engine is not self._engine:
            self._painter = PartsPainter(self._engine)
        return self._painter

    def _finish(self, how: Callable[[Flight, Film], None]) -> None:
        """Wait for one frame in flight or for all; if the engine fails for good, the next one paints them."""
        if self._film is None:
            return
        try:
            how(self._flight, self._film)
        except CudaError as error:
            self._use_next(error)
            self._flight.paint_again(self._film)

    def _enlarged(self, pixels: Pixels) -> Pixels:
        """A picture enlarged; if the engine fails for good, by the next one."""
        assert self._engine is not None
        try:
            return enlarge(pixels, self._engine)
        except CudaError as error:
            self._use_next(error)
            return enlarge(pixels, self._engine)

    def _use_next(self, error: CudaError) -> None:
        """Replace the engine that failed by the next on the list. Raises `error` if there is none."""
        main, size = self._main or self, self._size
        assert size is not None
        if main._engine is self._engine:
            assert main._engine is not None
            request, failed = main._request(main.model, size), main._engine.name
            main._free()
            try:
                main._use(request.behind(failed).open())
            except NoEngineError:
                raise error from None
            request.options.report(f"{failed} failed ({error}); {main.info} paints on")
        if main is not self:
            self._join(main, size)

    def _go_on(self, engine: Engine, film: Film) -> None:
        """Paint the next frames as `film`, with the past of the film before if the model stays."""
        self._finish(Flight.finish_all)
        before, model = self._engine, engine.model
        if before is not None and before.model.folder == model.folder and before.size == engine.size:
            assert self._film is not None
            with contextlib.suppress(CudaError):  # a GPU that failed meanwhile gives no past away
                film.state = self._film.state
        self._use(engine, film)
        if model.folder != self.model.folder:
            self._become(model)

    def _join(self, main: EngineUser, size: Size) -> None:
        """Open a film on the present engine of `main`."""
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
        lines = Lines(logging.getLogger("livestyle").warning, BUILDING)
        return found if self._report else found.telling(lines.tell)

    def _use(self, engine: Engine, film: Film | None = None) -> None:
        self._engine, self._film, self._info = engine, film or engine.film, engine.info


def _engine_size(model: Model, size: Size) -> Size:
    inner = tile_size(size) if model.card.scale > 1 else size
    return SizeRule(model.card.size_multiple).padded(inner)
