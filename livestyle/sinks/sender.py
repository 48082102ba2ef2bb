"""The process that encodes and sends a stream.

It is a process because PyAV holds Python still while FFmpeg connects (PyAV issue 2400): a server that does
not answer would stop the window. A process can be killed, too, wherever it hangs.
"""

from __future__ import annotations

import faulthandler
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import av.error
import numpy as np

from livestyle.core.ending import die_with_parent
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.core.sound import Samples
from livestyle.sinks.picture_encoder import PictureEncoder
from livestyle.sinks.sound_encoder import SoundEncoder
from livestyle.sinks.stream_protocols import CONTAINERS, protocol_of
from livestyle.sinks.video_format import VideoFormat

CONNECT_S = 10.0
"""How long a server may take to answer."""

KEYFRAME_S = 2
"""Whoever begins to look sees something after so long; the services ask for it."""

BITS_A_PIXEL, LEAST_BITS, MOST_BITS = 0.15, 1_500_000, 6_000_000
"""At most so many a second are sent: what Twitch takes, and little of a usual line."""

UDP_BYTES = 1316
"""Seven packets of MPEG-TS: what a datagram carries without being cut in two."""

MUXER_OPTIONS = {
    "flv": {"flvflags": "no_duration_filesize", "flush_packets": "1"},
    "mpegts": {"flush_packets": "1"},
    "rtsp": {"rtsp_transport": "tcp"},
}
GONE = "it has ended the connection"
REASONS: dict[type[Exception], str] = {
    ConnectionRefusedError: "nobody listens there",
    BrokenPipeError: GONE,
    ConnectionResetError: GONE,
    EOFError: GONE,
    av.error.OSError: "it ends the connection, or no host of this name is known",
}


@dataclass(frozen=True)
class StreamOrder:
    """Where a stream goes, and what it is. `size` is even on both sides."""

    address: str
    size: Size
    rate: float


class Sender:
    """Connects on entering, which may block as all else may. Raises what PyAV raises."""

    def __init__(self, order: StreamOrder) -> None:
        container = CONTAINERS[protocol_of(order.address)]
        self._out = av.open(
            _in_whole_packets(order.address),
            "w",
            format=container,
            container_options=MUXER_OPTIONS[container],
        )
        rate = Fraction(order.rate).limit_denominator(1001)
        form = VideoFormat(order.size, 1 / rate, rate)
        self._pictures = PictureEncoder(self._out, "libx264", low_latency(order), form)
        self._sound = SoundEncoder(self._out, container)

    def write(self, pixels: Pixels, pts: int, sound: Samples) -> None:
        """Send a picture, uint8 BGR (H, W, 3), shown at `pts` / rate, and sound that follows that before."""
        if len(sound):
            self._out.mux(self._sound.encode(sound))
        for packet in self._pictures.encode(pixels, pts):
            self._out.mux(packet)

    def __enter__(self) -> Self:
        self._out.start_encoding()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            for packet in self._pictures.flush():
                self._out.mux(packet)
            self._out.close()


def low_latency(order: StreamOrder) -> dict[str, str]:
    """What libx264 is told: no frame waits for a later one, and never more bits than a line takes."""
    wanted = BITS_A_PIXEL * order.size.width * order.size.height * order.rate
    bits = str(round(min(max(wanted, LEAST_BITS), MOST_BITS)))
    every = str(round(KEYFRAME_S * order.rate))
    speed = {"preset": "veryfast", "tune": "zerolatency", "crf": "21"}
    return {**speed, "maxrate": bits, "bufsize": bits, "g": every, "keyint_min": every}


def serve(line: Connection[Any, Any], order: StreamOrder) -> None:
    """What the process does, until its line or its parent ends.

    It says '' when it is connected, and again when a picture is sent; or what went wrong, and ends. Each ''
    is answered by a picture: its pts, int16 samples that follow those before, and its pixels.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's, which ends this one
    die_with_parent()
    av.logging.set_libav_level(av.logging.PANIC)
    with Path(os.devnull).open("w") as nowhere:
        # None of Python's threads could end it while it connects.
        faulthandler.dump_traceback_later(CONNECT_S, exit=True, file=nowhere)
        try:
            with Sender(order) as sender:
                faulthandler.cancel_dump_traceback_later()
                for pixels, pts, sound in _pictures(line, order.size):
                    sender.write(pixels, pts, sound)
        except (av.error.FFmpegError, OSError, ValueError) as error:
            line.send(_reason(error))


def _pictures(line: Connection[Any, Any], size: Size) -> Iterator[tuple[Pixels, int, Samples]]:
    """Asks for one after the other."""
    while True:
        try:
            line.send("")
            pts = line.recv()
            sound = np.frombuffer(line.recv_bytes(), np.int16).reshape(-1, 2)
            pixels = np.frombuffer(line.recv_bytes(), np.uint8).reshape(size.height, size.width, 3)
        except (EOFError, OSError):
            return
        yield pixels, pts, sound


def _reason(error: Exception) -> str:
    said = (reason for kind, reason in REASONS.items() if isinstance(error, kind))
    return next(said, getattr(error, "strerror", None) or str(error))


def _in_whole_packets(address: str) -> str:
    if protocol_of(address) != "udp" or "pkt_size=" in address:
        return address
    return f"{address}{'&' if '?' in address else '?'}pkt_size={UDP_BYTES}"
