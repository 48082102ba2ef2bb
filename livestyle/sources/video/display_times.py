"""When the pictures of a file are shown."""

from __future__ import annotations

from typing import Any

from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream


class DisplayTimes:
    """Times of decoded pictures in ticks of their stream.

    AVI, and MXF without an index, say only when a packet is decoded. FFmpeg takes that for the time when its
    picture is shown, but many codecs do not show pictures in the order in which they are decoded. There the
    times of decoding, from that of the first picture's packet on, are given to the pictures in the order in
    which they are shown.
    """

    def __init__(self, stream: VideoStream) -> None:
        kind = stream.container.format.name
        self._by_order = kind in ("avi", "mxf") and stream.codec_context.codec.reorder
        self._guessed: int | None = None if kind == "avi" else 0  # what FFmpeg added to the time of decoding
        self._delay: int | None = None

    def saw(self, packet: Packet[Any]) -> None:
        """A packet of the stream, before it is decoded."""
        if self._guessed is None and packet.pts is not None and packet.dts is not None:
            self._guessed = packet.pts - packet.dts

    def of(self, frame: VideoFrame) -> int | None:
        """When a picture is shown; None where nothing says it: when the one before it is over."""
        if not self._by_order or self._guessed is None:
            return frame.pts if frame.pts is not None else frame.dts
        if frame.dts is None:
            return None
        if self._delay is None:
            self._delay = frame.dts - ((frame.pts or 0) - self._guessed)
        return frame.dts - self._delay
