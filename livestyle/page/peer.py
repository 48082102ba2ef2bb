"""A page that is sent the painting by WebRTC, and may send its camera so."""

from __future__ import annotations

import asyncio
import contextlib
import fractions
import time

import aioice.ice
import aiortc.codecs.h264
import aiortc.codecs.vpx
import ifaddr
import numpy as np
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack, VideoStreamTrack
from av import VideoFrame

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.page.camera import BrowserSource
from livestyle.page.options import PageOptions
from livestyle.page.studio import Studio

CLOCK = 90_000
"""Units a second of a video's time in RTP."""

FIRST_BITRATE, HIGHEST_BITRATE = 3_000_000, 8_000_000
"""Brush strokes are hard to compress: what suits a talking head makes porridge of them."""

ANSWER_S = 10.0


def prepare(options: PageOptions) -> None:
    """Set for this process what aiortc has no parameters for: bit rates, and where it listens.

    It listens on every address but the loopback's; a page for this machine alone listens on that one alone.
    """
    for codec in (aiortc.codecs.vpx, aiortc.codecs.h264):
        vars(codec).update(DEFAULT_BITRATE=FIRST_BITRATE, MAX_BITRATE=HIGHEST_BITRATE)

    def addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        if options.loopback:
            return ["127.0.0.1"]
        found = [ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips]
        plain = [ip for ip in found if isinstance(ip, str)]
        return [ip for ip in plain if options.host in ("0.0.0.0", "::", ip)]

    aioice.ice.get_host_addresses = addresses


class PaintedTrack(VideoStreamTrack):
    """The newest painting whenever the encoder asks for one: what it is too slow for is never sent."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._number = 0
        self._began = time.monotonic()

    async def recv(self) -> VideoFrame:
        if self.readyState != "live":
            raise MediaStreamError
        self._number, picture = await self._studio.pictures.after(self._number)
        frame = await asyncio.to_thread(_frame, picture.frame.pixels)
        frame.pts = round((time.monotonic() - self._began) * CLOCK)
        frame.time_base = fractions.Fraction(1, CLOCK)
        return frame


def _frame(pixels: Pixels) -> VideoFrame:
    """uint8 BGR as an encoder wants it; sides are made even."""
    height, width = pixels.shape[0] & ~1, pixels.shape[1] & ~1
    return VideoFrame.from_ndarray(pixels[:height, :width], "bgr24").reformat(format="yuv420p")


class Peer:
    """One connection to one page. `answer` may be called again: then it begins anew."""

    def __init__(self, studio: Studio, options: PageOptions) -> None:
        self._studio = studio
        self._options = options
        self._connection: RTCPeerConnection | None = None
        self._reading: set[asyncio.Task[None]] = set()

    async def answer(self, sdp: str) -> str:
        """The answer to an offer. LivestyleError for one that is too long or makes no sense."""
        if len(sdp) > self._options.limits.sdp_bytes:
            raise LivestyleError(f"an offer of {len(sdp)} letters is too long")
        await self.close()
        servers = [RTCIceServer(self._options.stun)] if self._options.stun else []
        connection = self._connection = RTCPeerConnection(RTCConfiguration(servers))
        connection.on("track", self._receive)
        try:
            async with asyncio.timeout(ANSWER_S):
                await connection.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
                if not any(one.kind == "video" for one in connection.getTransceivers()):
                    raise LivestyleError("there is no video in it")
                connection.addTrack(PaintedTrack(self._studio))
                await connection.setLocalDescription(await connection.createAnswer())
        except Exception as error:  # what a strange offer makes aiortc raise has no common base
            await self.close()
            raise LivestyleError("this offer can't be answered") from error
        return str(connection.localDescription.sdp)

    def _receive(self, track: MediaStreamTrack) -> None:
        if track.kind == "video" and self._studio.camera is not None:
            task = asyncio.create_task(self._read(track, self._studio.camera))
            self._reading.add(task)
            task.add_done_callback(self._reading.discard)

    async def _read(self, track: MediaStreamTrack, camera: BrowserSource) -> None:
        longest = self._options.limits.camera_px
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                if isinstance(frame, VideoFrame) and max(frame.width, frame.height) <= longest:
                    pixels = await asyncio.to_thread(frame.to_ndarray, format="bgr24")
                    camera.put(self, pixels.astype(np.uint8, copy=False))

    async def close(self) -> None:
        for task in self._reading:
            task.cancel()
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):  # it is going away whatever it says
                await connection.close()
