"""Another engine is prepared while one paints, and goes on between two frames."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

import numpy as np

from livestyle.card import Model
from livestyle.errors import LivestyleError
from livestyle.runtime.engine import Engine
from livestyle.size import Size
from livestyle.stylizer import Stylizer
from livestyle.successor import Successor


class Understudy:
    """Prepares engines for a stylizer, one at a time, of another model or for another device.

    `hand_over` belongs to the thread that paints, between two frames; all else may be called on any.
    Nothing but leaving waits: that joins the thread, and what is being prepared is closed.
    """

    def __init__(self, stylizer: Stylizer) -> None:
        self._stylizer = stylizer
        self._successor: Successor[Engine] = Successor("engine")

    def switch(self, model: str | Model) -> None:
        """Prepare another model for frames as they are now. LivestyleError for a name that does not exist."""
        chosen = model if isinstance(model, Model) else Model.load(model)
        self.prepare(chosen.card.name, lambda: self._stylizer.engine_for(chosen))

    def prepare(self, what: str, make: Callable[[], Engine]) -> None:
        """Have an open engine made, in place of what was asked for before; `what` is what the user reads."""

        def warm() -> Engine:
            try:
                return _warm(make())
            except Exception as error:  # what engines raise shares no base class below Exception
                raise LivestyleError(f"{what} can't paint here: {error}") from error

        self._successor.prepare(what, warm)

    def stay(self) -> None:
        """Go on as it is: what is being prepared is not wanted any more."""
        self._successor.cancel()

    @property
    def preparing(self) -> str:
        """What is being prepared; empty = nothing."""
        return self._successor.preparing

    def hand_over(self) -> bool:
        """Let the stylizer go on with what was prepared; never waits. False where nothing is ready.

        LivestyleError, once, where it could not be opened: what runs paints on.
        """
        engine = self._successor.take()
        if engine is None:
            return False
        before = self._stylizer.adopt(engine)
        if before is not None:
            self._successor.retire(before)
        return True

    def close(self) -> None:
        self._successor.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _warm(engine: Engine) -> Engine:
    """The engine, after it has painted once: the first frame is slow. Closed where that fails."""
    try:
        black = np.zeros((engine.size.height, engine.size.width, 3), np.uint8)
        painted = engine.infer(black, engine.model.styles.vectors[0], 1.0, 0.0)
        if painted.shape != black.shape:
            raise LivestyleError(f"it makes pictures of {Size.of(painted)} of {engine.size}")
        engine.reset()
    except BaseException:
        engine.close()
        raise
    return engine
