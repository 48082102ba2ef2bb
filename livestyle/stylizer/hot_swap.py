"""Gives a running stylizer another engine between two frames."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from enum import Enum
from typing import TypeAlias

import numpy as np

from livestyle.core.background import Background
from livestyle.core.closing import Closing
from livestyle.core.errors import LivestyleError
from livestyle.core.progress import Progress
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime.engine import Engine
from livestyle.runtime.select import EngineRequest, OpenedEngine
from livestyle.stylizer.stylizer import Stylizer

Check: TypeAlias = Callable[[Engine], None]
"""Looks at an engine that paints, before it takes over. Raises a LivestyleError where it is not to."""


class Handover(Enum):
    """What took over between two frames."""

    ENGINE = "engine"
    SIZE = "size"
    """the engine paints frames of the size that `resize` asked for"""


class HotSwap(Closing):
    """Prepares engines for a stylizer, one at a time: of another model, for another device, of another size.

    A ready engine takes over first; a faster one is built in the background and swapped in.

    `hand_over` belongs to the thread that paints, between two frames; all else may be called on any.
    Only `close` blocks, and not for long: it cancels the build and closes untaken engines, at once or
    when they are there.
    """

    def __init__(self, stylizer: Stylizer) -> None:
        self._stylizer = stylizer
        self._background: Background[OpenedEngine] = Background("engine")
        self._making = Making()
        self._lock = threading.RLock()
        self._better: EngineRequest | None = None
        self._improving = False
        self._size: Size | None = None

    def switch(self, model: str | Model, check: Check = lambda _: None) -> None:
        """Prepare another model for frames as they are now. LivestyleError for a name that does not exist."""
        chosen = model if isinstance(model, Model) else Model.load(model)
        self.prepare(chosen.card.name, lambda progress: self._stylizer.engine_for(chosen, progress), check)

    def improve(self, better: EngineRequest | None) -> None:
        """Build a better engine than the one that paints now; None if there is none."""
        with self._lock:
            self._better = better
            if better is not None:
                self.prepare(
                    better.names[0], lambda progress: OpenedEngine(better.telling(progress, True).open())
                )
                self._improving = True

    def resize(self, size: Size) -> None:
        """Prepare the model that paints now for frames of another size, unless anything is being prepared."""
        with self._lock:
            if not self._background.preparing:
                model = self._stylizer.model
                self.prepare(
                    model.card.name, lambda progress: self._stylizer.engine_for(model, progress, size)
                )
                self._size = size

    @property
    def resizing(self) -> Size | None:
        """The size that `resize` asked for, while an engine for it is being prepared."""
        return self._size

    def prepare(
        self, what: str, make: Callable[[Progress], OpenedEngine], check: Check = lambda _: None
    ) -> None:
        """Open an engine with `make` in the background; an earlier request is dropped.

        what: its name for the user. check: called with the engine on the thread that prepares it; if it
        raises a LivestyleError, the engine isn't taken.
        """
        making = Making()

        def warm() -> OpenedEngine:
            try:
                opening = make(making.tell)
                _warm(opening.engine, self._stylizer.sharing)
            except Exception as error:  # what engines raise shares no base class below Exception
                raise LivestyleError(f"{what} can't paint here: {error}") from error
            try:
                check(opening.engine)
            except BaseException:
                opening.close()
                raise
            return opening

        with self._lock:
            self._making.end()
            self._making, self._improving, self._size = making, False, None
            self._background.prepare(what, warm)

    def stay(self) -> None:
        """Keep this model: drop another one that is being prepared."""
        with self._lock:
            self._making.end()
            self._background.cancel()
            self._size = None
            self.improve(self._better)

    @property
    def preparing(self) -> str:
        """The name of what is being prepared; empty if nothing is, or only another size."""
        return "" if self.resizing else self._background.preparing

    @property
    def progress(self) -> float:
        """How far the build of it is, from 0 to 1."""
        return self._making.share

    def hand_over(self) -> Handover | None:
        """Give the stylizer the engine that was prepared; never waits. None if none is ready.

        LivestyleError, once, if it could not be opened; the present engine then paints on.
        """
        with self._lock:
            size = self._size
            try:
                opening = self._background.take()
            except LivestyleError:
                self._size = None
                self._go_on_with(None if self._improving else self._better)
                raise
            if opening is None:
                return None
            self._size = None
        before = self._stylizer.adopt(opening.engine, size)
        if before is not None:
            self._background.retire(OpenedEngine(before))
        self._go_on_with(opening.better)
        return Handover.ENGINE if size is None else Handover.SIZE

    def _go_on_with(self, better: EngineRequest | None) -> None:
        """Build `better`, unless something else was requested meanwhile; then it waits for `stay`."""
        with self._lock:
            self._better = better
            if not self._background.preparing:
                self.improve(better)

    def close(self) -> None:
        self._making.end()
        self._background.close()


class Making:
    """Keeps how far an engine is. The building thread tells it, and is stopped by it after `end`."""

    def __init__(self) -> None:
        self.share = 0.0
        self._ended = False

    def tell(self, share: float) -> None:
        """Note the share. Raises CancelledError, which ends the build, after `end`."""
        if self._ended:
            raise CancelledError
        self.share = share

    def end(self) -> None:
        self._ended = True


def paint_ms(engine: Engine) -> float:
    """How long a warm engine takes for a frame, milliseconds: the better of two, as others work too."""
    black, times = np.zeros((engine.size.height, engine.size.width, 3), np.uint8), []
    for _ in range(2):
        began = time.perf_counter()
        engine.infer(black, FrameStyle.still(engine.model.styles.vectors[0]))
        times.append((time.perf_counter() - began) * 1e3)
    engine.reset()
    return min(times)


def _warm(engine: Engine, films: int) -> None:
    """Paint once, as the first frame is slow, and open further films. Closes the engine if that fails."""
    try:
        black = np.zeros((engine.size.height, engine.size.width, 3), np.uint8)
        painted = engine.infer(black, FrameStyle.still(engine.model.styles.vectors[0]))
        if painted.shape != black.shape:
            raise LivestyleError(f"it paints {Size.of(painted)} for a frame of {engine.size}")
        engine.reset()
        engine.open_ahead(films)
    except BaseException:
        engine.close()
        raise
