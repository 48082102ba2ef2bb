"""Sound that a file can't hold as it is, encoded anew."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
import av.error
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.filter.graph import Graph
from av.packet import Packet
from av.stream import Stream

from livestyle.sinks.encoders import sound_codec
from livestyle.sinks.video_writer import VideoWriter

BITS_PER_CHANNEL = 96_000
"""A second."""

AAC_RATES = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)
OPUS_RATE = 48_000

FILLED_S = 10
"""A longer gap is left as it is: it may be hours."""


class ConvertedSound:
    """The track decoded and encoded anew. Gaps are silent, so that it stays in step."""

    def __init__(self, writer: VideoWriter, template: AudioStream) -> None:
        """Before the writer starts."""
        self._writer = writer
        self._template = template
        source, codec = template.codec_context, sound_codec(writer.container)
        self._rate = _rate(codec, source.sample_rate)
        self._layout = _layout(source.channels)
        stream = writer.out.add_stream(codec, rate=self._rate)
        assert isinstance(stream, AudioStream)
        stream.codec_context.layout = self._layout
        stream.codec_context.bit_rate = BITS_PER_CHANNEL * stream.codec_context.channels
        stream.metadata.update(template.metadata)
        stream.disposition = template.disposition
        self._stream = stream
        self._graph: Graph | None = None
        self._kind: tuple[object, ...] = ()
        self._end: Fraction | None = None
        self.heard = False

    def write(self, packet: Packet[Stream]) -> None:
        try:
            frames = self._template.decode(packet)
        except (av.error.FFmpegError, ValueError):
            self._writer.lost += 1
            return
        for frame in frames:
            self._take(frame)

    def finish(self) -> None:
        try:
            rest = self._template.decode(None)
        except (av.error.FFmpegError, ValueError):
            rest = []
        for frame in rest:
            self._take(frame)
        self._end_graph()
        self._mux(None)

    def _take(self, frame: AudioFrame) -> None:
        self.heard = True
        if frame.pts is not None and frame.time_base:
            at = frame.pts * frame.time_base
            if self._end is not None and at < self._end - FILLED_S:
                self._writer.lost += 1
                return
            if self._end is not None and at > self._end + FILLED_S:
                self._end_graph()
                self._kind = ()
            self._end = at + Fraction(frame.samples, frame.sample_rate)
        kind = frame.format.name, frame.layout.name, frame.layout.nb_channels, frame.sample_rate
        if kind != self._kind:
            self._end_graph()
            self._kind, self._graph = kind, self._graph_for(frame)
        assert self._graph is not None
        self._graph.push(frame)
        for even in _pulled(self._graph):
            self._mux(even)

    def _graph_for(self, frame: AudioFrame) -> Graph:
        """Rate, channels and format as the encoder takes them; silence where times have gaps."""
        graph = Graph()
        encoder = self._stream.codec_context
        chain = (
            graph.add_abuffer(
                sample_rate=frame.sample_rate,
                format=frame.format.name,
                layout=frame.layout.name,
                time_base=frame.time_base,
            ),
            graph.add("aresample", f"{self._rate}:async=1"),
            graph.add(
                "aformat",
                f"sample_fmts={encoder.format.name}:sample_rates={self._rate}:channel_layouts={self._layout}",
            ),
            graph.add("abuffersink"),
        )
        graph.link_nodes(*chain).configure()
        return graph

    def _end_graph(self) -> None:
        if self._graph is not None:
            self._graph.push(None)
            for frame in _pulled(self._graph):
                self._mux(frame)
        self._graph = None

    def _mux(self, frame: AudioFrame | None) -> None:
        for packet in self._stream.encode(frame):
            self._writer.mux(packet)


def _pulled(graph: Graph) -> Iterator[AudioFrame]:
    """What comes out of a graph now."""
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        if isinstance(frame, AudioFrame):
            yield frame


def _rate(codec: str, rate: int) -> int:
    """The encoder's own rate that is next to a rate: the highest that is no higher, else the lowest."""
    if codec == "libopus":
        return OPUS_RATE
    return next((mine for mine in AAC_RATES if mine <= rate), AAC_RATES[-1])


def _layout(channels: int) -> str:
    """One that both encoders take, with room for so many channels up to eight."""
    if channels <= 2:
        return "mono" if channels == 1 else "stereo"
    return "5.1" if channels <= 6 else "7.1"
