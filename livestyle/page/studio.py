"""What all viewers of a page share: the newest picture and the newest state."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, TypeVar

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame
from livestyle.page.desk import Desk, without_paths
from livestyle.page.newest import Newest
from livestyle.page.options import Limits
from livestyle.page.pictures import encode

T = TypeVar("T")

STATE_S = 0.1
"""How often the state is looked at while somebody sees it."""

ANSWER_S = 10.0


class ShownPicture:
    """A painted frame; its JPEG is made once, on a thread, when the first viewer wants it."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._jpeg: asyncio.Task[bytes] | None = None

    async def jpeg(self) -> bytes:
        if self._jpeg is None:
            self._jpeg = asyncio.create_task(asyncio.to_thread(encode, self.frame.pixels))
        return await asyncio.shield(self._jpeg)


class Studio:
    """Belongs to the thread of an event loop; only `show` may be called on any."""

    def __init__(self, desk: Desk, limits: Limits) -> None:
        """Made inside the loop."""
        self.desk = desk
        self.limits = limits
        self.pictures: Newest[ShownPicture] = Newest()
        self.states: Newest[dict[str, Any]] = Newest()
        self.viewers = 0
        self._loop = asyncio.get_running_loop()
        self._waiting: Frame | None = None

    def show(self, frame: Frame) -> None:
        """Give all viewers a newer picture. Never waits."""
        idle, self._waiting = self._waiting is None, frame
        if idle:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._take)

    def _take(self) -> None:
        frame, self._waiting = self._waiting, None
        if frame is not None:
            self.pictures.put(ShownPicture(frame))

    async def ask(self, act: Callable[[], T]) -> T:
        """What the session answers. LivestyleError where it does not."""
        try:
            async with asyncio.timeout(ANSWER_S):
                return await asyncio.wrap_future(self.desk.ask(act))
        except TimeoutError as error:
            raise LivestyleError("the session does not answer") from error

    async def watch(self) -> None:
        """Look for changes of the state, for ever."""
        while True:
            if self.viewers:
                with contextlib.suppress(LivestyleError):
                    await self.refresh()
            await asyncio.sleep(STATE_S)

    async def refresh(self) -> None:
        """Give all viewers the state where it has changed."""
        state = without_paths(await self.ask(self.desk.state))
        if state != self.states.item:
            self.states.put(state)
