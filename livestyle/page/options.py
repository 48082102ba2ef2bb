"""Where the page is, who may see it, and how much of everything."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

PORT = 8737
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Limits:
    """What nobody gets more of.

    body_bytes, message_bytes: of an upload, and of one message of a socket
    sdp_bytes:   of a WebRTC offer
    picture_px, camera_px: of a side of a picture that becomes a style, and of a frame of a browser's camera
    sockets, streams: at the same time; a socket has one WebRTC connection at most
    requests, messages: a second, of one address and of one socket; for a moment four times as many
    refusals:    wrong tokens a second, of one address by one way; likewise
    idle_s:      a connection that asks nothing, an upload that doesn't end, a stream that nobody reads
    """

    body_bytes: int = 8 << 20
    message_bytes: int = 2 << 20
    sdp_bytes: int = 32 << 10
    picture_px: int = 4096
    camera_px: int = 1920
    sockets: int = 16
    streams: int = 8
    requests: float = 50
    messages: float = 150
    refusals: float = 2
    idle_s: float = 15


@dataclass(frozen=True)
class PageOptions:
    """host: the address that is listened at; any but this machine's own gets HTTPS.

    port: 0 = one that is free. token: who has it may see and turn; empty = a new one each time.
    certificate, key: files for HTTPS; None = self-made where HTTPS is needed, the key in the certificate's.
    stun: 'stun:HOST:PORT' that WebRTC may ask; empty = none. browser: open one there.
    """

    host: str = LOOPBACK
    port: int = PORT
    token: str = ""
    certificate: Path | None = None
    key: Path | None = None
    stun: str = ""
    browser: bool = False
    limits: Limits = field(default_factory=Limits)

    @property
    def loopback(self) -> bool:
        """Only this machine can reach it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def https(self) -> bool:
        return self.certificate is not None or not self.loopback
