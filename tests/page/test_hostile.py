"""Requests that nobody should send, by the hundred: the page answers on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import struct

import pytest

from tests.page.served import BEARER, TOKEN, Served, heard, jpeg, run, served, until

REQUESTS = 400
"""Of each kind; 2000 went well once."""

TOGETHER = 40
NASTY = (
    b"\0",
    b"\r\n",
    b"\xff" * 300,
    b"A" * 9000,
    b"%00",
    b"../" * 40,
    b"-1",
    b"Content-Length: 99999999\r\n",
    b"{",
)


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Cut, flipped, doubled, stuffed: one to four times."""
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(4)
        if kind == 0:
            data = data[:at]
        elif kind == 1 and at < len(data):
            data = data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :]
        elif kind == 2:
            data = data[:at] + data[rng.randrange(len(data) + 1) :]
        else:
            data = data[:at] + rng.choice(NASTY) + data[at:]
    return data


def requests() -> list[bytes]:
    head = f"Host: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
    body = jpeg()
    upload = f"POST /styles?name=red HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    gets = ("/", "/controls.json", "/static/page.css", "/snapshot.png", "/recording", f"/?token={TOKEN}")
    return [upload, *(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode() for path in gets)]


UPGRADE = (
    f"GET /socket HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\nConnection: Upgrade\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
).encode()


def frame(payload: bytes, kind: int) -> bytes:
    """A message of a WebSocket as a browser sends it."""
    size = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack(">H", len(payload))
    return bytes([0x80 | kind]) + size + b"\0\0\0\0" + payload


def messages() -> list[bytes]:
    texts = (
        '{"type": "set", "values": {"strength": 0.5, "style": "scream"}}',
        '{"type": "press", "key": "x"}',
        '{"type": "offer", "sdp": "v=0"}',
        '{"type": "camera", "on": true}',
        '{"type": "seen", "number": 3}',
    )
    return [*(frame(text.encode(), 1) for text in texts), frame(jpeg(), 2)]


async def send(site: Served, parts: list[bytes]) -> None:
    """Send them one after the other, read what comes, and go."""
    port = site.client.port
    assert port is not None
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(OSError, TimeoutError):
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.wait_for(reader.read(200), 0.05)
        writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(writer.wait_closed(), 1)


@pytest.mark.parametrize("kind", ["http", "socket"])
def test_mutated_requests_break_nothing(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        rng = random.Random(kind)
        async with served(requests=100_000, sockets=1000) as site:
            site.show(50)
            turns = asyncio.Semaphore(TOGETHER)

            async def one() -> None:
                async with turns:
                    if kind == "http":
                        await send(site, [mutated(rng.choice(requests()), rng)])
                    else:
                        await send(site, [UPGRADE, *(mutated(rng.choice(messages()), rng) for _ in range(3))])

            await asyncio.gather(*(one() for _ in range(REQUESTS)))
            await until(lambda: site.studio.viewers == 0)
            assert (await site.client.get("/controls.json", headers=BEARER)).status == 200
            socket = await site.socket()
            assert await heard(socket, "state")
            await socket.close()

    run(test())
    ours = (record for record in caplog.records if record.name in ("asyncio", "livestyle.page"))
    assert [record.message for record in ours if record.levelno >= logging.ERROR] == []
