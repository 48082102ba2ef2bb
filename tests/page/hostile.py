"""Requests that nobody should send: mutated ones, and what they are made of."""

from __future__ import annotations

import random
import struct

from tests.page.served import jpeg

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


def head(token: str) -> str:
    """Of every request."""
    return f"Host: localhost\r\nAuthorization: Bearer {token}\r\n"


def requests(token: str) -> list[bytes]:
    """All that a page asks for, but its socket."""
    body = jpeg()
    length = f"Content-Length: {len(body)}\r\n"
    upload = f"POST /styles?name=red HTTP/1.1\r\n{head(token)}{length}\r\n".encode() + body
    gets = ("/", "/controls.json", "/static/page.css", "/snapshot.png", "/recording", f"/?token={token}")
    return [upload, *(f"GET {path} HTTP/1.1\r\n{head(token)}\r\n".encode() for path in gets)]


def upgrade(token: str) -> bytes:
    """The request for a socket."""
    return (
        f"GET /socket HTTP/1.1\r\n{head(token)}Connection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    ).encode()


def frame(payload: bytes, kind: int) -> bytes:
    """A message of a WebSocket as a browser sends it."""
    size = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack(">H", len(payload))
    return bytes([0x80 | kind]) + size + b"\0\0\0\0" + payload


def messages() -> list[bytes]:
    """One of each kind that a page sends."""
    texts = (
        '{"type": "set", "values": {"strength": 0.5, "style": "scream"}}',
        '{"type": "press", "key": "x"}',
        '{"type": "offer", "sdp": "v=0"}',
        '{"type": "camera", "on": true}',
        '{"type": "seen", "number": 3}',
    )
    return [*(frame(text.encode(), 1) for text in texts), frame(jpeg(), 2)]
