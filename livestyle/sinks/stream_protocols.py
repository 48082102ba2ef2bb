"""Protocols that a stream may go out by, and what FFmpeg calls the kind of film each carries."""

from __future__ import annotations

import av
import av.error

from livestyle.core.errors import LivestyleError

CONTAINERS = {
    "rtmp": "flv", "rtmps": "flv", "rtsp": "rtsp", "rtsps": "rtsp", "udp": "mpegts", "srt": "mpegts",
}  # fmt: skip
"""By the protocol: FFmpeg's name for what is sent."""


def protocol_of(address: str) -> str:
    """The protocol of an address, in small letters; '' where it has none."""
    return address.partition("://")[0].lower() if "://" in address else ""


def is_here(protocol: str) -> bool:
    """Whether PyAV's FFmpeg has a protocol: where it may use none it says first that it knows one."""
    try:
        av.open(f"{protocol}://localhost", container_options={"protocol_whitelist": "none"}).close()
    except av.error.ProtocolNotFoundError:
        return False
    except (av.error.FFmpegError, ValueError):
        return True
    return True


def check_address(address: str) -> None:
    """LivestyleError, without the address, which may hold a password, for one no stream can go to."""
    protocol = protocol_of(address)
    if protocol not in CONTAINERS:
        known = ", ".join(f"{name}://" for name in CONTAINERS)
        raise LivestyleError(f"--stream can't send by {protocol or 'no protocol'!r}; expected one of {known}")
    if not is_here(protocol):
        here = ", ".join(name for name in CONTAINERS if is_here(name))
        raise LivestyleError(
            f"this PyAV's FFmpeg has no {protocol}; it has {here}. Choose one of these, or install PyAV "
            f"against an FFmpeg with {protocol}: pip install --no-binary av av"
        )
