"""Which track of a file is the film."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from livestyle import Stylizer
from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size
from livestyle.offline import TranscodeOptions, transcode
from livestyle.sources.video.container import open_container
from livestyle.sources.video.tracks import film_track, listed, picture_tracks


def still_then_film(path: Path) -> Path:
    """A large picture in a track that isn't marked as a cover, then a small film."""
    with av.open(str(path), "w") as out:
        streams = []
        for codec, width, height in (("mjpeg", 640, 480), ("mpeg4", 320, 240)):
            stream = out.add_stream(codec, rate=25)
            assert isinstance(stream, av.VideoStream)
            stream.width, stream.height = width, height
            stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
            streams.append(stream)
        out.start_encoding()
        for stream, count in zip(streams, (1, 25), strict=True):
            for number in range(count):
                pixels = np.full((stream.height, stream.width, 3), number * 9, np.uint8)
                frame = av.VideoFrame.from_ndarray(pixels, "bgr24").reformat(format=stream.pix_fmt)
                frame.pts = number
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("suffix", ["mov", "mkv"])
def test_the_film_is_chosen_not_the_still_before_it(tmp_path: Path, suffix: str) -> None:
    path = still_then_film(tmp_path / f"in.{suffix}")
    with open_container(path) as container:
        assert film_track(container, path).width == 320
        assert film_track(container, path, 1).width == 640
        assert "mjpeg 640x480" in listed(picture_tracks(container))
        with pytest.raises(LivestyleError, match="has no picture track 3"):
            film_track(container, path, 3)


def test_video_paints_the_film_and_names_what_is_left_out(tmp_path: Path) -> None:
    path, said = still_then_film(tmp_path / "in.mov"), list[str]()
    for track, size in ((None, Size(320, 240)), (1, Size(640, 480))):
        options = TranscodeOptions(track=track, overwrite=True)
        with Stylizer("mosaic", precision="f32") as stylizer:
            done = transcode(path, tmp_path / "out.mp4", stylizer, options, warn=said.append)
        assert done.size == size
    assert any("320x240" in line and "left out: 1: mjpeg 640x480" in line for line in said), said
