"""Several guests as one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence

from livestyle.core.frame import Frame
from livestyle.sources.source import Source
from livestyle.ui.remote import Guest, Remote


class Guests:
    """What one guest does, done by each of them in turn."""

    def __init__(self, guests: Sequence[Guest]) -> None:
        self._guests = guests

    def source(self, camera: str, open_it: Callable[[], Source]) -> Source:
        """The first guest has the last word: it is given what the others make of the camera."""

        def opened(rest: Sequence[Guest]) -> Source:
            return rest[0].source(camera, lambda: opened(rest[1:])) if rest else open_it()

        return opened(self._guests)

    @contextlib.contextmanager
    def welcome(self, remote: Remote) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            for guest in self._guests:
                stack.enter_context(guest.welcome(remote))
            yield

    def show(self, frame: Frame) -> None:
        for guest in self._guests:
            guest.show(frame)
