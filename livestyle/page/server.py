"""The page as a guest of a live session: a server on a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import socket
import ssl
import threading
import webbrowser
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any, Self

from aiohttp import web

from livestyle.core.closing import Closing
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame
from livestyle.page.camera import NAME, BrowserSource
from livestyle.page.certificate import context, own_print
from livestyle.page.guard import Guard
from livestyle.page.options import PageOptions
from livestyle.page.peer import prepare
from livestyle.page.site import Site
from livestyle.page.studio import Studio
from livestyle.pipeline.desk import Desk
from livestyle.sources.source import Source

WAITING_CONNECTIONS = 64
LEAVE_S = 3.0


class Page(Closing):
    """Listens from entering on, and answers while a session has welcomed it.

    Entering raises LivestyleError where the address can't be listened at. The session's thread is never held
    up: pictures are handed over newest first, and what is asked goes through `Desk.ask`.
    """

    def __init__(self, options: PageOptions, keys: list[dict[str, Any]], say: Callable[[str], None]) -> None:
        """keys: of the page, beside those of the controls. say: told where the page is."""
        self._options = options
        self._keys = keys
        self._say = say
        self._token = options.token or secrets.token_urlsafe(24)
        self._listening: socket.socket | None = None
        self._studio: Studio | None = None
        self._camera: BrowserSource | None = None
        self._tls: ssl.SSLContext | None = None

    @property
    def address(self) -> str:
        """Where a browser finds it, with the token."""
        host = self._options.host
        if not self._options.loopback and host in ("0.0.0.0", "::"):
            host = _own_address()
        host = f"[{host}]" if ":" in host else host
        return f"{'https' if self._options.https else 'http'}://{host}:{self.port}/?token={self._token}"

    @property
    def port(self) -> int:
        assert self._listening is not None
        return int(self._listening.getsockname()[1])

    def source(self, camera: str, open_it: Callable[[], Source]) -> Source:
        """The first source gives the pictures of a page's camera while one is sent.

        LivestyleError where 'browser' is named, but not as the first camera.
        """
        wanted = camera.strip().lower() == NAME
        if self._camera is None:
            self._camera = BrowserSource(None if wanted else open_it())
            return self._camera
        if wanted:
            raise LivestyleError(f"--camera {NAME} has to be the first, and there is one")
        return open_it()

    def show(self, frame: Frame) -> None:
        """See Studio.show; nothing where nobody has welcomed the page yet."""
        if self._studio is not None:
            self._studio.show(frame)

    @contextlib.contextmanager
    def welcome(self, desk: Desk) -> Iterator[None]:
        """Serve while the block runs."""
        started: Future[Callable[[], None]] = Future()
        thread = threading.Thread(target=self._run, args=(desk, started), name="livestyle-page", daemon=True)
        thread.start()
        stop = started.result()
        self._say(f"page    {self.address}")
        if self._options.https and not self._options.certificate:
            self._say(f"        its certificate is self-made, which browsers warn of once: {own_print()}")
        if self._options.browser:
            webbrowser.open(self.address)
        try:
            yield
        finally:
            self._studio = None
            stop()
            thread.join(LEAVE_S)

    def _run(self, desk: Desk, started: Future[Callable[[], None]]) -> None:
        try:
            asyncio.run(self._serve(desk, started))
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    async def _serve(self, desk: Desk, started: Future[Callable[[], None]]) -> None:
        over, loop = asyncio.Event(), asyncio.get_running_loop()

        def end() -> None:
            with contextlib.suppress(RuntimeError):  # it has ended by itself
                loop.call_soon_threadsafe(over.set)

        studio = Studio(desk, self._options.limits, self._camera)
        guard = Guard(self._options, self._token, self.port)
        site = Site(self._options, guard, studio, self._keys)
        idle_s = self._options.limits.idle_s
        prepare(self._options)
        strangers = logging.getLogger("livestyle.page.strangers")
        strangers.addHandler(logging.NullHandler())  # what is no HTTP is not worth a line
        runner = web.AppRunner(
            site.application(),
            access_log=None,
            logger=strangers,
            keepalive_timeout=idle_s,
            handle_signals=False,
            shutdown_timeout=0.2,
        )
        await runner.setup()
        try:
            assert self._listening is not None
            await web.SockSite(runner, self._listening, ssl_context=self._tls).start()
            watching = [asyncio.create_task(watch()) for watch in (studio.watch, studio.watch_gallery)]
            self._studio = studio
            started.set_result(end)
            await over.wait()
            for task in watching:
                task.cancel()
        finally:
            await runner.cleanup()

    def __enter__(self) -> Self:
        self._tls = context(self._options)
        host, port = self._options.host, self._options.port
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.socket(family)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((host, port))
            listening.listen(WAITING_CONNECTIONS)
        except (OSError, OverflowError) as error:
            listening.close()
            raise LivestyleError(
                f"the page can't be at {host}:{port}: {error}; choose another with --host or --port"
            ) from error
        self._listening = listening
        return self

    def close(self) -> None:
        if self._listening is not None:
            self._listening.close()


def _own_address() -> str:
    """The address by which others on the network reach this machine; its name where that is not known."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent; it only chooses a way
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()
