"""Another engine is prepared while one paints, and goes on between two frames."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError

import numpy as np

from livestyle.core.background import Successor
from livestyle.core.closing import Closing
from livestyle.core.errors import LivestyleError
from livestyle.core.progress import Progress
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime.engine import Engine
from livestyle.runtime.select import Opening, Wish
from livestyle.stylizer.stylizer import Stylizer


class Understudy(Closing):
    """Prepares engines for a stylizer, one at a time, of another model or for another device.

    What opens at once goes on first; what is better and has to be built is built behind it, and goes
    on when it is there.

    `hand_over` belongs to the thread that paints, between two frames; all else may be called on any.
    Nothing but `close` waits, and that not for long: it ends a building and closes what was prepared,
    at once or when it is there.
    """

    def __init__(self, stylizer: Stylizer) -> None:
        self._stylizer = stylizer
        self._successor: Successor[Opening] = Successor("engine")
        self._making = Making()
        self._lock = threading.RLock()
        self._better: Wish | None = None
        self._improving = False

    def switch(self, model: str | Model) -> None:
        """Prepare another model for frames as they are now. LivestyleError for a name that does not exist."""
        chosen = model if isinstance(model, Model) else Model.load(model)
        self.prepare(chosen.card.name, lambda progress: self._stylizer.opening_for(chosen, progress))

    def improve(self, better: Wish | None) -> None:
        """Build what is better than the engine that paints now; None = nothing is."""
        with self._lock:
            self._better = better
            if better is not None:
                self.prepare(better.names[0], lambda progress: Opening(better.telling(progress, True).open()))
                self._improving = True

    def prepare(self, what: str, make: Callable[[Progress], Opening]) -> None:
        """Have an engine opened, in place of what was asked for before; `what` is what the user reads."""
        making = Making()

        def warm() -> Opening:
            try:
                opening = make(making.tell)
                _warm(opening.engine, self._stylizer.sharing)
            except Exception as error:  # what engines raise shares no base class below Exception
                raise LivestyleError(f"{what} can't paint here: {error}") from error
            return opening

        with self._lock:
            self._making.end()
            self._making, self._improving = making, False
            self._successor.prepare(what, warm)

    def stay(self) -> None:
        """Go on with this model: another that is being prepared is not wanted any more."""
        with self._lock:
            self._making.end()
            self._successor.cancel()
            self.improve(self._better)

    @property
    def preparing(self) -> str:
        """What is being prepared; empty = nothing."""
        return self._successor.preparing

    @property
    def progress(self) -> float:
        """How far that is, where it is built; from 0 to 1."""
        return self._making.share

    def hand_over(self) -> bool:
        """Let the stylizer go on with what was prepared; never waits. False where nothing is ready.

        LivestyleError, once, where it could not be opened: what runs paints on.
        """
        try:
            opening = self._successor.take()
        except LivestyleError:
            self._go_on_with(None if self._improving else self._better)
            raise
        if opening is None:
            return False
        before = self._stylizer.adopt(opening.engine)
        if before is not None:
            self._successor.retire(Opening(before))
        self._go_on_with(opening.better)
        return True

    def _go_on_with(self, better: Wish | None) -> None:
        """Build it, unless something else was asked for meanwhile; then it waits for `stay`."""
        with self._lock:
            self._better = better
            if not self._successor.preparing:
                self.improve(better)

    def close(self) -> None:
        self._making.end()
        self._successor.close()


class Making:
    """How far an engine is, told on the thread that builds it, until nobody wants it any more."""

    def __init__(self) -> None:
        self.share = 0.0
        self._ended = False

    def tell(self, share: float) -> None:
        """CancelledError, which ends a building, after `end`."""
        if self._ended:
            raise CancelledError
        self.share = share

    def end(self) -> None:
        self._ended = True


def _warm(engine: Engine, films: int) -> None:
    """Let it paint once: the first frame is slow; and make further films. Closed where that fails."""
    try:
        black = np.zeros((engine.size.height, engine.size.width, 3), np.uint8)
        painted = engine.infer(black, FrameStyle.still(engine.model.styles.vectors[0]))
        if painted.shape != black.shape:
            raise LivestyleError(f"it makes pictures of {Size.of(painted)} of {engine.size}")
        engine.reset()
        engine.open_ahead(films)
    except BaseException:
        engine.close()
        raise
