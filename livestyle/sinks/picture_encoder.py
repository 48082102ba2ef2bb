"""Pictures encoded, each shown at its own time and for as long as it lasts."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from fractions import Fraction

from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter
from av.video.stream import VideoStream

from livestyle.core.frame import Pixels
from livestyle.sinks.encoders import pixel_format
from livestyle.sinks.video_format import VideoFormat

RATES = Fraction(1), Fraction(240)
"""Frames a second that encoders take."""


class PictureEncoder:
    """The picture track of a file in the making.

    The encoder only counts pictures: it is told a steady rate, so that it takes any times, and gaps of
    hours too. Each packet then gets the time of its picture, and lasts until the next one. The last
    packet is held back until `flush`: players take the end of the file from how long it lasts.
    """

    def __init__(self, out: OutputContainer, name: str, options: dict[str, str], form: VideoFormat) -> None:
        """`form.size` is even on both sides. ValueError where the container can't hold what `name` makes."""
        rate = min(max(form.rate, RATES[0]), RATES[1]).limit_denominator(1001)
        stream = out.add_stream(name, rate=rate, options=options)
        assert isinstance(stream, VideoStream)
        self.stream = stream
        self._form = form
        self._tick = 1 / rate
        self._reformatter = VideoReformatter()
        self._pix_fmt = pixel_format(name)
        self._times = PictureTimes(round(1 / (rate * form.time_base)))
        self._waiting: deque[Packet[Stream]] = deque()
        context = stream.codec_context
        context.width, context.height = form.size.width, form.size.height
        context.pix_fmt = self._pix_fmt
        context.time_base = self._tick
        context.sample_aspect_ratio = form.sample_aspect
        context.color_range = ColorRange.MPEG
        context.colorspace = form.color.tag
        context.color_primaries = form.color.primaries
        context.color_trc = form.color.transfer
        stream.time_base = form.time_base

    def encode(self, pixels: Pixels, pts: int, duration: int = 0) -> Iterator[Packet[Stream]]:
        """Packets ready to be written, for uint8 BGR (H, W, 3) of the format's size.

        pts:      when it is shown, in units of the format's time base; above the last one's
        duration: how long, if it is the last; 0 = as long as the one before
        """
        frame = VideoFrame.from_numpy_buffer(pixels, "bgr24")
        if self._pix_fmt != "bgr24":
            frame = self._reformatter.reformat(
                frame,
                format=self._pix_fmt,
                src_color_range=ColorRange.JPEG,
                dst_colorspace=self._form.color.matrix,
                dst_color_range=ColorRange.MPEG,
                interpolation=Interpolation.BILINEAR | Interpolation.ACCURATE_RND,
                threads=1,
            )
        frame.pts, frame.time_base = self._times.count, self._tick
        self._times.add(pts, duration)
        self._waiting.extend(self.stream.encode(frame))
        while len(self._waiting) > 1 and self._times.ends(self._waiting[0].pts):
            yield self._timed(self._waiting.popleft())

    def flush(self) -> Iterator[Packet[Stream]]:
        """What is left, when no more pictures come."""
        self._waiting.extend(self.stream.encode(None))
        while self._waiting:
            packet = self._timed(self._waiting.popleft())
            if not self._waiting:
                packet.dts = packet.pts
                packet.duration = self._times.end - (packet.pts or 0)
            yield packet

    def _timed(self, packet: Packet[Stream]) -> Packet[Stream]:
        index = packet.pts or 0
        delay = max(0, index - packet.dts) if packet.dts is not None else 0
        packet.pts, packet.dts, packet.duration = self._times.of(index, delay)
        packet.time_base = self._form.time_base
        packet.stream = self.stream
        return packet


class PictureTimes:
    """When each picture is shown, and from that when its packet is decoded."""

    def __init__(self, usual: int) -> None:
        """usual: how long a picture lasts where nothing says it, in ticks."""
        self.count = 0
        self._usual = max(1, usual)
        self._shown: deque[int] = deque()
        self._dropped = 0
        self._lasts = 0
        self._written = 0
        self._delay: int | None = None

    def add(self, pts: int, duration: int) -> None:
        before = pts - self._shown[-1] if self._shown else self._usual
        self._lasts = duration or before
        self._shown.append(pts)
        self.count += 1

    def ends(self, index: int | None) -> bool:
        """Whether it is known how long a picture lasts."""
        return index is not None and index + 1 < self.count

    @property
    def end(self) -> int:
        """When the last picture is over."""
        return self._shown[-1] + self._lasts

    def of(self, index: int, delay: int) -> tuple[int, int, int]:
        """pts, dts and duration of the next packet, which holds picture `index`.

        delay: of the first packet, by how many pictures it is decoded before it is shown. Decoded in
        their order, each at the time of the one so many before: never later than it is shown.
        """
        if self._delay is None:
            self._delay = delay
        pts = self._at(index)
        until = self._at(index + 1) if index + 1 < self.count else self.end
        earlier = self._written - self._delay
        dts = self._at(earlier) if earlier >= 0 else self._at(0) + earlier
        self._written += 1
        while self._dropped < earlier:
            self._shown.popleft()
            self._dropped += 1
        return pts, min(pts, dts), until - pts

    def _at(self, index: int) -> int:
        return self._shown[index - self._dropped]
