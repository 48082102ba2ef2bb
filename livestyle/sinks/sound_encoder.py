"""What a microphone hears, as a track of a file in the making."""

from __future__ import annotations

from fractions import Fraction

from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet

from livestyle.core.sound import RATE_HZ, Samples
from livestyle.sinks.encoders import sound_codec


class SoundEncoder:
    """A track of samples that follow each other, the first at time 0. To be made before the file's head."""

    def __init__(self, out: OutputContainer, container: str) -> None:
        """container: FFmpeg's name for the kind of `out`."""
        stream = out.add_stream(sound_codec(container), rate=RATE_HZ, layout="stereo")
        assert isinstance(stream, AudioStream)
        self._stream = stream
        self._heard = 0

    def encode(self, samples: Samples) -> list[Packet[AudioStream]]:
        """Packets ready to be written, for int16 (n, 2) at RATE_HZ, which follow those before."""
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.pts = RATE_HZ, self._heard
        frame.time_base = Fraction(1, RATE_HZ)
        self._heard += len(samples)
        return list(self._stream.encode(frame))

    def flush(self) -> list[Packet[AudioStream]]:
        """The rest; nothing where nothing was heard."""
        return list(self._stream.encode(None)) if self._heard else []
