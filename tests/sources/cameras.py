"""Cameras that exist only in the tests: one behind OpenCV, one on the network."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from types import TracebackType
from typing import Self

import cv2

from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from tests.sources.media import card


class FakeCapture:
    """Stands in for cv2.VideoCapture: a frame each `pause_s` while `plugged`; hangs while `frozen`."""

    plugged = True
    pause_s = 0.01
    frozen = threading.Event()
    size = Size(96, 64)
    asked: tuple[tuple[int, float], ...] = ()

    def __init__(self, target: int | str, backend: int = 0) -> None:
        self._open = type(self).plugged
        self._number = 0

    def isOpened(self) -> bool:  # noqa: N802
        return self._open

    def set(self, key: int, value: float) -> bool:
        type(self).asked += ((key, value),)
        return True

    def get(self, key: int) -> float:
        return {cv2.CAP_PROP_FPS: 100.0, cv2.CAP_PROP_FOURCC: float(cv2.VideoWriter.fourcc(*"MJPG"))}.get(
            key, 0
        )

    def grab(self) -> bool:
        time.sleep(type(self).pause_s)
        while type(self).frozen.is_set():
            time.sleep(0.01)
        self._number += 1
        return self._open and type(self).plugged

    def retrieve(self) -> tuple[bool, Pixels]:
        return True, card(self._number, type(self).size)

    def release(self) -> None:
        self._open = False


class TextServer:
    """Answers everyone with `answer`, such as 'HTTP/1.0 404 Not Found'; empty: never."""

    def __init__(self, answer: str | bytes) -> None:
        self._answer = answer.encode() if isinstance(answer, str) else answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._clients: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/live"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                self._clients.append(client)
                if self._answer:
                    if self._answer.startswith(b"HTTP"):
                        client.recv(4096)
                    client.sendall(self._answer)
                    client.close()
            except OSError:
                return

    def close(self) -> None:
        for end in (self._listener, *self._clients):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class MjpegServer:
    """A network camera: JPEG pictures over HTTP, 50 a second, to everyone who connects.

    frozen: the connections stay open, and nothing comes. `close` is the plug being pulled.
    """

    def __init__(self, size: Size, port: int = 0) -> None:
        self.frozen = False
        self._jpeg = cv2.imencode(".jpg", card(3, size))[1].tobytes()
        self._listener = socket.create_server(("127.0.0.1", port))
        self._clients: list[socket.socket] = []
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/live.mjpg"

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._clients.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        part = f"--cut\r\nContent-Type: image/jpeg\r\nContent-Length: {len(self._jpeg)}\r\n\r\n".encode()
        try:
            client.recv(4096)
            client.sendall(
                b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=cut\r\n\r\n"
            )
            while True:
                if not self.frozen:
                    client.sendall(part + self._jpeg + b"\r\n")
                time.sleep(0.02)
        except OSError:
            client.close()

    def close(self) -> None:
        for end in (self._listener, *self._clients):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
