"""A site without a session: a desk that notes what it is asked, and a client that talks to it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import cv2
import numpy as np
from aiohttp import ClientWebSocketResponse
from aiohttp.test_utils import TestClient, TestServer

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame, Pixels
from livestyle.model.controls import Values
from livestyle.page.camera import BrowserSource
from livestyle.page.guard import Guard
from livestyle.page.options import Limits, PageOptions
from livestyle.page.peer import prepare
from livestyle.page.site import Site
from livestyle.page.studio import Studio
from livestyle.page.viewer import PICTURE, THUMBNAIL
from tests.desks import PromptDesk

T = TypeVar("T")
TOKEN = "a-token-of-the-tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


class NotingDesk(PromptDesk):
    """Writes down what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[object, ...]] = []
        self.values: dict[str, Any] = {"style": "scream", "strength": 1.0}
        self.said = ""
        self.painted: dict[str, Pixels] = {}
        self.recorded: Path | None = None
        self.silent = 0
        """So many times it is asked in vain."""

    def _answer(self) -> None:
        self.silent -= 1
        if self.silent >= 0:
            raise LivestyleError("the session does not answer")

    def state(self) -> dict[str, Any]:
        self._answer()
        return {"values": dict(self.values), "said": self.said}

    def thumbnails(self) -> Mapping[str, Pixels]:
        self._answer()
        return dict(self.painted)

    def figures(self) -> Sequence[Sequence[str]]:
        self._answer()
        return (("Source", "/home/somebody/holiday.mp4 · 640×480"),)

    def set(self, values: Values, show: bool = False) -> None:
        self.asked.append(("set", dict(values)))
        self.values.update(values)

    def press(self, key: str) -> None:
        if key == "q":
            raise LivestyleError("cannot write /home/somebody/secret/a.mp4: no")
        self.asked.append(("press", key))

    def do(self, button: str) -> None:
        self.asked.append(("do", button))

    def tell(self, line: str) -> None:
        self.said = line

    def turn_to(self, model: str) -> None:
        self.asked.append(("turn_to", model))

    def add_style(self, name: str, picture: Pixels) -> None:
        self.asked.append(("add_style", name, picture.shape))


class Served(NamedTuple):
    desk: NotingDesk
    studio: Studio
    client: TestClient[Any, Any]

    def show(self, grey: int) -> None:
        """A picture all in one grey."""
        pixels = np.full((64, 96, 3), grey, np.uint8)
        self.studio.show(Frame(pixels, grey, time.monotonic_ns()))

    async def socket(self, **headers: str) -> ClientWebSocketResponse:
        return await self.client.ws_connect("/socket", headers={**BEARER, **headers})


@contextlib.asynccontextmanager
async def served(options: PageOptions | None = None, **limits: Any) -> AsyncIterator[Served]:
    """A site with its client; the desk's thread is the loop's."""
    options = options or PageOptions(token=TOKEN, limits=Limits(**limits))
    desk = NotingDesk()
    studio = Studio(desk, options.limits, BrowserSource(None))
    prepare(options)
    site = Site(options, Guard(options, TOKEN, options.port), studio, [])
    watching = [asyncio.create_task(watch()) for watch in (studio.watch, studio.watch_gallery)]
    async with TestClient(TestServer(site.application())) as client:
        yield Served(desk, studio, client)
    for task in watching:
        task.cancel()


def run(test: Coroutine[Any, Any, None]) -> None:
    """A test that is a coroutine, for a minute at most."""

    async def limited() -> None:
        async with asyncio.timeout(60):
            await test

    asyncio.run(limited())


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.005)


async def heard(socket: ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """The next message of a kind; others are passed over."""
    while True:
        message = await socket.receive(timeout=30)
        assert isinstance(message.data, str | bytes), message
        if isinstance(message.data, str) and (found := message.json())["type"] == kind:
            return dict(found)


async def seen(socket: ClientWebSocketResponse) -> tuple[int, int]:
    """Number and grey of the next picture; messages are passed over."""
    while True:
        message = await socket.receive(timeout=30)
        if isinstance(message.data, bytes) and message.data[:1] == PICTURE:
            pixels = cv2.imdecode(np.frombuffer(message.data[9:], np.uint8), cv2.IMREAD_COLOR)
            assert pixels is not None
            return int.from_bytes(message.data[1:9], "big"), round(float(pixels.mean()))


async def thumbnail(socket: ClientWebSocketResponse) -> tuple[str, Pixels]:
    """Style and pixels of the next thumbnail; all else is passed over."""
    while True:
        message = await socket.receive(timeout=30)
        if isinstance(message.data, bytes) and message.data[:1] == THUMBNAIL:
            end = 3 + int.from_bytes(message.data[1:3], "big")
            pixels = cv2.imdecode(np.frombuffer(message.data[end:], np.uint8), cv2.IMREAD_COLOR)
            assert pixels is not None
            return message.data[3:end].decode(), pixels.astype(np.uint8, copy=False)


def jpeg(width: int = 96, height: int = 64, grey: int = 90) -> bytes:
    return cv2.imencode(".jpg", np.full((height, width, 3), grey, np.uint8))[1].tobytes()
