"""Size, shape and colours of a painted film, from those of its first picture."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from livestyle.core.bars import Box, contain
from livestyle.core.fit import stretch
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.sinks.video_format import HD, SD, ColorTags
from livestyle.sources.video.container import hdr_name, matrix, shows_through, upright_aspect


class Shape:
    """How pictures of a film are brought to the one size of the painted one.

    size:   what is painted, even on both sides
    aspect: the width of its pixels to their height
    """

    def __init__(
        self, frame: VideoFrame, stream: VideoStream, max_side: int | None, keeps_aspect: bool
    ) -> None:
        """max_side: in px. keeps_aspect: the encoder says how wide pixels are; else they become square."""
        turned = abs(frame.rotation) == 90
        aspect = upright_aspect(stream, frame)
        self._first = Size(frame.height, frame.width) if turned else Size(frame.width, frame.height)
        self._square = Fraction(1) if keeps_aspect else aspect
        self.aspect = aspect if keeps_aspect else Fraction(1)
        size = self._first.squared(self._square)
        longest = max(size.width, size.height)
        if max_side and longest > max_side:
            size = Size(round(size.width * max_side / longest), round(size.height * max_side / longest))
        self.size = size.even()

    def fit(self, pixels: Pixels) -> tuple[Pixels, Box | None]:
        """A picture in the size, by a row or column cropped, or scaled; one of another shape has bars
        beside the box where it lies.
        """
        have, size = Size.of(pixels), self.size
        if have != self._first:
            shown = have.squared(self._square)
            box = Box.of(shown, size)
            return contain(stretch(pixels, shown), size), None if box.size == size else box
        if have.even() == size:
            return np.ascontiguousarray(pixels[: size.height, : size.width]), None
        return stretch(pixels, size), None


def painted_otherwise(frame: VideoFrame, stream: VideoStream) -> Iterator[str]:
    """What a film is that no painted one is: 'is … ', by its first picture."""
    if shows_through(frame):
        yield "is transparent in places; a painted film is white there"
    elif stream.metadata.get("alpha_mode") == "1":
        yield "says that it is transparent in places, which can't be read; all of its picture is painted"
    if hdr := hdr_name(frame):
        yield f"is {hdr} video; it is painted as if it were SDR, and looks paler or darker"
    if "A53_CC" in frame.side_data:
        yield "has closed captions in its pictures; they are left out"
    if frame.interlaced_frame:
        yield (
            "is interlaced and is painted so: what moves has combed edges; "
            "to be without, deinterlace it before (ffmpeg -i FILE -vf bwdif OUT)"
        )


def colors_of(frame: VideoFrame) -> ColorTags:
    """The source's own tags; HDR becomes BT.709; what is untagged gets what goes with its matrix."""
    if hdr_name(frame):
        return HD
    kind = matrix(frame)
    usual = SD if kind == SD.matrix else HD
    unknown = (0, 2)
    tag, primaries, transfer = int(frame.colorspace), int(frame.color_primaries), int(frame.color_trc)
    return ColorTags(
        kind,
        usual.tag if tag in unknown else tag,
        usual.primaries if primaries in unknown else primaries,
        usual.transfer if transfer in unknown else transfer,
    )
