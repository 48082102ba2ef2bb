"""What a video is: size, shape, times, colours."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from av.video.reformatter import Colorspace

from livestyle.core.size import Size


@dataclass(frozen=True)
class ColorTags:
    """How pixels are coded; the range is always the limited one.

    matrix: of RGB to YUV. tag, primaries, transfer: AVColorSpace, …Primaries, …TransferCharacteristic.
    """

    matrix: Colorspace
    tag: int
    primaries: int
    transfer: int


HD = ColorTags(Colorspace.ITU709, 1, 1, 1)
SD = ColorTags(Colorspace.ITU601, 6, 6, 6)


@dataclass(frozen=True)
class VideoFormat:
    """What a video is. `rate` guides the encoder; when a frame is shown is said by its own pts alone.

    sample_aspect: the width of a pixel to its height
    """

    size: Size
    time_base: Fraction
    rate: Fraction
    color: ColorTags = HD
    sample_aspect: Fraction = Fraction(1)
