"""What all viewers of a page share: the newest picture and the newest state."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, TypeVar

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame, Pixels
from livestyle.page.camera import BrowserSource
from livestyle.page.newest import Newest
from livestyle.page.options import Limits
from livestyle.page.pictures import encode
from livestyle.pipeline.desk import Desk, without_paths

T = TypeVar("T")

GALLERY_S = 0.4
"""How often a few thumbnails are painted and sent."""

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

    def __init__(self, desk: Desk, limits: Limits, camera: BrowserSource | None = None) -> None:
        """Made inside the loop. camera: what takes the pictures of pages' cameras; None = nothing does."""
        self.desk = desk
        self.limits = limits
        self.camera = camera
        self.pictures: Newest[ShownPicture] = Newest()
        self.states: Newest[dict[str, Any]] = Newest()
        self.thumbnails: Newest[dict[str, bytes]] = Newest()
        self.viewers = 0
        self.galleries: set[asyncio.Event] = set()
        """One of each viewer, set while it shows the thumbnails."""
        self._loop = asyncio.get_running_loop()
        self._waiting: Frame | None = None
        self._painted: dict[str, Pixels] = {}

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

    async def watch_gallery(self) -> None:
        """Look for new thumbnails while somebody sees them, for ever."""
        while True:
            if any(wanted.is_set() for wanted in self.galleries):
                with contextlib.suppress(LivestyleError):
                    await self._refresh_gallery()
            await asyncio.sleep(GALLERY_S)

    async def _refresh_gallery(self) -> None:
        before, known = self._painted, self.thumbnails.item or {}
        self._painted = dict(await self.ask(self.desk.thumbnails))
        new = [name for name, pixels in self._painted.items() if before.get(name) is not pixels]
        made = await asyncio.to_thread(lambda: {name: encode(self._painted[name]) for name in new})
        self.thumbnails.put({name: made.get(name) or known[name] for name in self._painted})

    async def refresh(self) -> None:
        """Give all viewers the state where it has changed."""
        state = without_paths(await self.ask(self.desk.state))
        if state != self.states.item:
            self.states.put(state)
