"""A camera behind a URL, through FFmpeg."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Generator

import av
import av.error
import numpy as np
from av.codec.context import Flags

from livestyle.core.address import advice, shown
from livestyle.core.errors import LivestyleError
from livestyle.core.fit import stretch
from livestyle.core.frame import Pixels
from livestyle.core.pipes import StdinFilm
from livestyle.core.size import MAX_SIDE_PX, Size
from livestyle.sources.source import CaptureInfo
from livestyle.sources.video.container import upright_aspect

OPEN_TIMEOUT_S, READ_TIMEOUT_S = 8.0, 20.0
"""How long a stream may take to answer, and to send the next packet."""

STREAM_OPTIONS = {
    "protocol_whitelist": "http,https,httpproxy,tcp,tls,udp,rtp,srtp,rtsp,rtsps,rtmp,rtmps,srt,crypto,data",
    "rtsp_transport": "tcp",
    "fflags": "nobuffer",
    "flags": "low_delay",
    "analyzeduration": "1000000",
}

PIPE_OPTIONS = {"protocol_whitelist": "pipe", "analyzeduration": "1000000"}
"""Of a film that begins with its first byte no picture is left out."""

SILENT = (av.error.ExitError, av.error.TimeoutError)
REASONS: dict[type[Exception], str] = {
    av.error.InvalidDataError: "what answers there is no camera; expected the address of its video stream",
    av.error.EOFError: "what answers there is no camera; expected the address of its video stream",
    av.error.ProtocolNotFoundError: "this kind of address is unknown; expected http, rtsp, rtmp, srt or udp",
    av.error.HTTPUnauthorizedError: "it asks for a user and a password; write them as ://USER:PASSWORD@ …",
    av.error.HTTPForbiddenError: "it does not let this user in",
    av.error.HTTPNotFoundError: "it has no such path; expected the address of its video stream",
}


class StreamCapture:
    """What the camera sends is read as it comes; nothing is held back for order.

    Made open; LivestyleError where it can't be. Belongs to one thread.
    """

    def __init__(self, address: str, film: StdinFilm | None = None) -> None:
        """film: what stdin has is read, in the place of an address."""
        self._name = shown(address)
        try:
            if film is not None:
                options = {**PIPE_OPTIONS, **film.options}
                self._container = av.open("pipe:0", format=film.format, options=options)
            else:
                self._container = av.open(
                    address, options=dict(STREAM_OPTIONS), timeout=(OPEN_TIMEOUT_S, READ_TIMEOUT_S)
                )
        except (av.FFmpegError, ValueError) as error:
            raise LivestyleError(
                f"camera {self._name} can't be opened: {_reason(error, self._name)}{advice(address)}"
            ) from error
        if not self._container.streams.video:
            self._container.close()
            raise LivestyleError(f"camera {self._name} sends no video")
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = "SLICE"
        self._stream.codec_context.flags |= Flags.low_delay
        self._pictures = self._decode()

    @property
    def info(self) -> CaptureInfo:
        rate = float(self._stream.average_rate or self._stream.guessed_rate or 0)
        if self._container.format.name == "mpjpeg":  # JPEGs over HTTP carry no times; FFmpeg makes up 25
            rate = 0.0
        codec = self._stream.codec_context.name
        return CaptureInfo(self._name, rate if 0 < rate < 1000 else None, codec)

    def next(self) -> tuple[Pixels, int] | None:
        return next(self._pictures, None)

    def close(self) -> None:
        """End the decoder's threads too: they live as long as anything holds the stream."""
        self._pictures.close()
        self._container.close()
        del self._pictures, self._stream, self._container

    def _decode(self) -> Generator[tuple[Pixels, int], None, None]:
        try:
            for packet in self._container.demux(self._stream):
                seen_ns = time.monotonic_ns()
                try:
                    frames = packet.decode()
                except (av.InvalidDataError, ValueError):
                    continue
                for frame in frames:
                    if isinstance(frame, av.VideoFrame) and 0 < max(frame.width, frame.height) <= MAX_SIDE_PX:
                        yield self._square(frame), seen_ns
        except (av.FFmpegError, ValueError, IndexError):
            return

    def _square(self, frame: av.VideoFrame) -> Pixels:
        """As it is to be seen: a camera of 720x576 may send 16:9."""
        pixels = frame.to_ndarray(format="bgr24").astype(np.uint8, copy=False)
        return stretch(pixels, Size.of(pixels).squared(upright_aspect(self._stream, frame)))


def _reason(error: av.FFmpegError | ValueError, name: str) -> str:
    if isinstance(error, SILENT):
        return f"it does not answer in {OPEN_TIMEOUT_S:g} s"
    for kind, reason in REASONS.items():
        if isinstance(error, kind):
            return reason
    if isinstance(error, OSError) and error.errno == errno.EIO:
        return "it ends the connection" if _known(name) else "no host of this name is known"
    return getattr(error, "strerror", None) or str(error)


def _known(name: str) -> bool:
    """Whether 'host:port/path' names a host that can be found."""
    host = name.split("/")[0].rpartition(":")[0] or name.split("/")[0]
    try:
        return bool(socket.getaddrinfo(host.strip("[]"), None))
    except (OSError, UnicodeError):
        return False
