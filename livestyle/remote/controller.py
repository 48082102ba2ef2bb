"""What OSC and MIDI have in common."""

from __future__ import annotations

import contextlib
import threading
from abc import abstractmethod
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from livestyle.core.closing import Closing
from livestyle.core.frame import Frame
from livestyle.pipeline.desk import Desk
from livestyle.sources.source import Source

T = TypeVar("T")
AnyDesk = TypeVar("AnyDesk", bound=Desk)

LEAVE_S = 3.0
ANSWER_S = 0.1
"""How often the end is looked for while the session has not answered."""


class Controller(Closing, Generic[AnyDesk]):
    """A guest that turns and sees nothing, on a thread of its own while it is welcome."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._over = threading.Event()

    def source(self, camera: str, open_it: Callable[[], Source]) -> Source:
        return open_it()

    def show(self, frame: Frame) -> None:
        """Nothing is shown here."""

    @contextlib.contextmanager
    def welcome(self, desk: AnyDesk) -> Iterator[None]:
        """Turn the session while the block runs."""
        thread = threading.Thread(target=self._run, args=(desk,), name=f"livestyle-{self._name}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join(LEAVE_S)

    @abstractmethod
    def _run(self, desk: AnyDesk) -> None:
        """Until `_over` is set."""

    def _asked(self, desk: AnyDesk, act: Callable[[], T]) -> T | None:
        """What comes of `act` on the display thread; None where the session ends meanwhile."""
        future = desk.ask(act)
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                return future.result(ANSWER_S)
        return None
