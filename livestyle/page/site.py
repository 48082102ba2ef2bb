"""What a browser can ask for, and what it gets."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from importlib import resources
from typing import Any

from aiohttp import web

from livestyle.core.errors import LivestyleError
from livestyle.page.guard import HEADERS, Guard
from livestyle.page.options import PageOptions
from livestyle.page.panel import panel
from livestyle.page.peer import Peer
from livestyle.page.pictures import decode, encode_png
from livestyle.page.studio import Studio
from livestyle.page.viewer import Viewer
from livestyle.pipeline.desk import without_paths

LOGGER = logging.getLogger("livestyle.page")
STATIC = resources.files("livestyle.page") / "static"
KINDS = {
    ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}  # fmt: skip
BOUNDARY = "livestyle"
STREAM_BUFFER_BYTES = 128 << 10
"""What the system holds of a stream, in place of megabytes: pictures that wait there are old ones."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Site:
    """The handlers of an application. Every request is looked at by the guard first."""

    def __init__(
        self, options: PageOptions, guard: Guard, studio: Studio, keys: list[dict[str, Any]]
    ) -> None:
        self._options = options
        self._guard = guard
        self._studio = studio
        self._keys = keys
        self._viewers: set[Viewer] = set()
        self._open: Counter[str] = Counter()
        self._files = {file.name: file.read_bytes() for file in STATIC.iterdir() if file.is_file()}

    def application(self) -> web.Application:
        application = web.Application(
            client_max_size=self._options.limits.body_bytes, middlewares=[self._answer]
        )
        application.add_routes(
            [
                web.get("/", self._page),
                web.get("/static/{name}", self._static),
                web.get("/controls.json", self._controls),
                web.get("/stream.mjpg", self._stream),
                web.get("/snapshot.png", self._snapshot),
                web.get("/recording", self._recording),
                web.get("/socket", self._socket),
                web.post("/styles", self._add_style),
            ]
        )
        application.on_shutdown.append(self._shut)
        return application

    @web.middleware
    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Guard, handler, headers; an error is a sentence without a path."""
        try:
            self._guard.check(request, acts=request.method != "GET" or request.path == "/socket")
            response = await handler(request)
        except web.HTTPException as answer:
            response = web.Response(status=answer.status, text=answer.text, headers=_location(answer))
        except LivestyleError as error:
            response = web.Response(status=422, text=without_paths(str(error)))
        except TimeoutError:
            response = web.Response(status=408, text="this took too long")
        except Exception:
            LOGGER.exception("%s %s", request.method, request.path)
            response = web.Response(status=500, text="livestyle has made a mistake; the terminal says which")
        if not response.prepared:
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    async def _shut(self, _: web.Application) -> None:
        await asyncio.gather(*(viewer.close() for viewer in self._viewers), return_exceptions=True)

    async def _page(self, request: web.Request) -> web.StreamResponse:
        """The page; a token in its address becomes a cookie, so that it stands in no history."""
        if "token" in request.query:
            answer = web.Response(status=303, headers={"Location": "/"})
            answer.set_cookie(
                self._guard.cookie,
                request.query["token"],
                httponly=True,
                samesite="Strict",
                secure=self._options.https,
                path="/",
            )
            return answer
        return self._file("index.html")

    async def _static(self, request: web.Request) -> web.StreamResponse:
        return self._file(request.match_info["name"])

    def _file(self, name: str) -> web.Response:
        data = self._files.get(name)
        kind = KINDS.get(name[name.rfind(".") :])
        if data is None or kind is None:
            raise web.HTTPNotFound(text="there is nothing here")
        return web.Response(body=data, content_type=kind, charset="utf-8")

    async def _controls(self, _: web.Request) -> web.StreamResponse:
        return web.json_response({"controls": panel(), "keys": self._keys, "stun": self._options.stun})

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        with self._place("pages", self._options.limits.sockets):
            viewer = Viewer(self._studio, Peer(self._studio, self._options))
            self._viewers.add(viewer)
            try:
                return await viewer.run(request)
            finally:
                self._viewers.discard(viewer)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """MJPEG for whatever shows pictures: OBS, Home Assistant, <img>."""
        with self._place("streams", self._options.limits.streams):
            response = web.StreamResponse(
                headers={
                    **HEADERS,
                    "Content-Type": f"multipart/x-mixed-replace; boundary={BOUNDARY}",
                    "Cross-Origin-Resource-Policy": "cross-origin",
                }
            )
            _buffer_little(request)
            await response.prepare(request)
            try:
                with contextlib.suppress(ConnectionError):
                    await self._write_stream(response)
            except TimeoutError:  # nobody reads; an end in good order would wait for that, too
                if request.transport is not None:
                    request.transport.abort()
            return response

    async def _write_stream(self, response: web.StreamResponse) -> None:
        number = 0
        while True:
            number, picture = await self._studio.pictures.after(number)
            data = await picture.jpeg()
            head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
            async with asyncio.timeout(self._options.limits.idle_s):
                await response.write(head.encode() + data + b"\r\n")

    async def _snapshot(self, request: web.Request) -> web.StreamResponse:
        """The newest painting as PNG."""
        async with asyncio.timeout(self._options.limits.idle_s):
            picture = (await self._studio.pictures.after(0))[1]
        data = await asyncio.to_thread(encode_png, picture.frame.pixels)
        return web.Response(body=data, content_type="image/png", headers=_attached("livestyle.png"))

    async def _recording(self, _: web.Request) -> web.StreamResponse:
        """The video that was recorded last."""
        path = await self._studio.ask(lambda: self._studio.desk.recorded)
        if path is None or not path.is_file():
            raise web.HTTPNotFound(text="nothing was recorded yet")
        return web.FileResponse(path, headers=_attached(path.name))

    async def _add_style(self, request: web.Request) -> web.StreamResponse:
        """A picture becomes a style; the body is a JPEG."""
        limits = self._options.limits
        name = request.query.get("name", "picture")[:60] or "picture"
        async with asyncio.timeout(limits.idle_s):
            data = await request.read()
        picture = await asyncio.to_thread(decode, data, limits.picture_px)
        await self._studio.ask(lambda: self._studio.desk.add_style(name, picture))
        return web.json_response({"name": name})

    @contextlib.contextmanager
    def _place(self, kind: str, most: int) -> Iterator[None]:
        """A place for a connection that stays open; there are only so many."""
        if self._open[kind] >= most:
            raise web.HTTPServiceUnavailable(text=f"{most} {kind} are open already; close one")
        self._open[kind] += 1
        try:
            yield
        finally:
            self._open[kind] -= 1


def _location(answer: web.HTTPException) -> dict[str, str]:
    return {name: answer.headers[name] for name in ("Location", "Allow") if name in answer.headers}


def _attached(name: str) -> dict[str, str]:
    plain = "".join(letter if letter.isalnum() or letter in "-_. " else "_" for letter in name)
    return {"Content-Disposition": f'attachment; filename="{plain.encode("ascii", "replace").decode()}"'}


def _buffer_little(request: web.Request) -> None:
    transport = request.transport
    if transport is not None:
        transport.set_write_buffer_limits(high=0)
        found = transport.get_extra_info("socket")
        if found is not None:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, STREAM_BUFFER_BYTES)
