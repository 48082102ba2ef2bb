"""One page that is open somewhere: a WebSocket with pictures and state out, requests in."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from livestyle.core.errors import LivestyleError
from livestyle.core.rates import Bucket
from livestyle.page.messages import name_in, number_in, read, switch_in, values_in
from livestyle.page.peer import Peer
from livestyle.page.pictures import decode
from livestyle.page.studio import Studio
from livestyle.pipeline.desk import without_paths

IN_FLIGHT = 2
"""Pictures that a page may not have told yet that it has seen: what is under way is never more."""

PICTURE, THUMBNAIL = b"\0", b"\1"
"""The first byte of a message that is no JSON; a picture's number, or a thumbnail's style, comes next."""

HEARTBEAT_S = 15.0
FIGURES_S = 0.5

Message = Mapping[str, Any]


class Viewer:
    """Lives as long as its socket. Whatever this page does or does not do, no other viewer waits for it."""

    def __init__(self, studio: Studio, peer: Peer) -> None:
        """peer: the page's connection by WebRTC, which ends with the viewer."""
        self._studio = studio
        self._peer = peer
        self._socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT_S, max_msg_size=studio.limits.message_bytes, compress=False
        )
        self._messages = Bucket(studio.limits.messages)
        self._wants = asyncio.Event()
        self._figures = asyncio.Event()
        self._gallery = asyncio.Event()
        self._free = asyncio.Semaphore(IN_FLIGHT)
        self._sent: set[int] = set()
        self._telling: asyncio.Task[None] | None = None
        self._does: dict[str, Callable[[Message], Awaitable[None]]] = {
            "pictures": self._pictures,
            "seen": self._seen,
            "set": self._set,
            "press": self._press,
            "model": self._model,
            "figures": self._want_figures,
            "gallery": self._want_gallery,
            "offer": self._offer,
            "camera": self._camera,
        }

    async def run(self, request: web.Request) -> web.WebSocketResponse:
        """Until either side ends it."""
        await self._socket.prepare(request)
        self._studio.viewers += 1
        self._studio.galleries.add(self._gallery)
        senders = (self._send_pictures, self._send_states, self._send_figures, self._send_gallery)
        tasks = [asyncio.create_task(send()) for send in senders]
        try:
            await self._listen()
        finally:
            self._studio.viewers -= 1
            self._studio.galleries.discard(self._gallery)
            if self._studio.camera is not None:
                self._studio.camera.give_back(self._peer)
            for task in tasks:
                task.cancel()
            await asyncio.gather(self._peer.close(), *tasks, return_exceptions=True)
        return self._socket

    async def close(self) -> None:
        await self._socket.close(code=WSCloseCode.GOING_AWAY, message=b"livestyle has ended")

    async def _listen(self) -> None:
        async for message in self._socket:
            if not self._messages.take():
                await self._socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"too many messages")
                return
            if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                await self._hear(message.data)

    async def _hear(self, data: str | bytes) -> None:
        """Do what a message asks; what can't be done is told."""
        try:
            if isinstance(data, bytes):
                await self._take(data)
                return
            message = read(data)
            act = self._does.get(message["type"])
            if act is None:
                raise LivestyleError("there is no such message")
            await act(message)
        except LivestyleError as error:
            await self._send({"type": "refused", "text": str(error)})

    async def _send(self, message: Message) -> None:
        with contextlib.suppress(ConnectionError):
            await self._socket.send_str(json.dumps(without_paths(message)))

    async def _send_pictures(self) -> None:
        number = 0
        while True:
            await self._wants.wait()
            await self._free.acquire()
            number, picture = await self._studio.pictures.after(number)
            data = await picture.jpeg()
            self._sent.add(number)
            await self._socket.send_bytes(PICTURE + number.to_bytes(8, "big") + data)

    async def _send_states(self) -> None:
        number = 0
        with contextlib.suppress(LivestyleError):  # else it comes when the session answers again
            await self._studio.refresh()
        while True:
            number, state = await self._studio.states.after(number)
            await self._send({"type": "state", **state})

    async def _send_figures(self) -> None:
        while True:
            await self._figures.wait()
            with contextlib.suppress(LivestyleError):  # the session doesn't answer for now
                rows = await self._studio.ask(self._studio.desk.figures)
                await self._send({"type": "figures", "rows": rows})
            await asyncio.sleep(FIGURES_S)

    async def _send_gallery(self) -> None:
        number, sent = 0, dict[str, bytes]()
        while True:
            await self._gallery.wait()
            number, thumbnails = await self._studio.thumbnails.after(number)
            for name, data in thumbnails.items():
                if sent.get(name) is not data:
                    sent[name], word = data, name.encode()
                    await self._socket.send_bytes(THUMBNAIL + len(word).to_bytes(2, "big") + word + data)

    async def _pictures(self, message: Message) -> None:
        """Send pictures, or none: where they come another way, or nobody looks."""
        _turn(self._wants, switch_in(message, "on"))

    async def _want_figures(self, message: Message) -> None:
        _turn(self._figures, switch_in(message, "on"))

    async def _want_gallery(self, message: Message) -> None:
        _turn(self._gallery, switch_in(message, "on"))

    async def _seen(self, message: Message) -> None:
        number = number_in(message, "number")
        if number in self._sent:
            self._sent.discard(number)
            self._free.release()

    async def _offer(self, message: Message) -> None:
        """Begin WebRTC, or begin it anew."""
        sdp = message.get("sdp")
        if not isinstance(sdp, str):
            raise LivestyleError("an offer has to have an sdp")
        await self._send({"type": "answer", "sdp": await self._peer.answer(sdp)})

    async def _camera(self, message: Message) -> None:
        """This page sends its camera from now on, or does so no more."""
        camera = self._studio.camera
        if camera is None:
            raise LivestyleError("no camera of a page is taken here")
        if switch_in(message, "on"):
            camera.lend(self._peer, self._lost)
        else:
            camera.give_back(self._peer)

    def _lost(self) -> None:
        """Another page sends its camera now."""
        self._telling = asyncio.create_task(self._send({"type": "camera", "on": False}))

    async def _take(self, data: bytes) -> None:
        """A picture of the page's camera; the next one may come when it is told that this one was taken."""
        if self._studio.camera is None:
            raise LivestyleError("no camera of a page is taken here")
        try:
            self._studio.camera.put(
                self._peer, await asyncio.to_thread(decode, data, self._studio.limits.camera_px)
            )
        finally:
            await self._send({"type": "taken"})

    async def _set(self, message: Message) -> None:
        values = values_in(message)
        await self._ask(lambda: self._studio.desk.set(values))

    async def _press(self, message: Message) -> None:
        key = name_in(message, "key")
        await self._ask(lambda: self._studio.desk.press(key))

    async def _model(self, message: Message) -> None:
        name = name_in(message, "name")
        await self._ask(lambda: self._studio.desk.turn_to(name))

    async def _ask(self, act: Callable[[], None]) -> None:
        await self._studio.ask(act)
        await self._studio.refresh()


def _turn(event: asyncio.Event, on: bool) -> None:
    if on:
        event.set()
    else:
        event.clear()
