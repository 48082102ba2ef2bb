"""A device that fails in the middle of a file: the CPU goes on, and no picture is lost or given twice."""

from __future__ import annotations

import logging
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest

from livestyle.sources.video import decoder as module
from livestyle.sources.video.container import open_container
from livestyle.sources.video.decoder import BAD_DATA, PictureDecoder
from livestyle.sources.video.tracks import film_track

FRAMES, KEY_EVERY = 40, 10


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """With pictures that are decoded in another order than shown."""
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", Fraction(25), options={"bf": "2", "g": str(KEY_EVERY)})
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for number in range(FRAMES):
            pixels = np.full((64, 64, 3), number * 5, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "bgr24")))
        container.mux(stream.encode(None))
    return path


class FailingDevice:
    """Decodes as the CPU does, keeps pictures back as devices do, and fails from a packet on."""

    is_hwaccel = True

    def __init__(self, context: Any, fails_at: int) -> None:
        self._context, self._fails_at, self._seen = context, fails_at, 0

    def decode(self, packet: Any) -> list[Any]:
        self._seen += 1
        if self._seen > self._fails_at:
            raise av.error.ExternalError(5, "the device is gone")
        return list(self._context.decode(packet))


def decoded(film: Path, fails_at: int | None) -> tuple[list[int], int]:
    """The brightness of each picture, and how many packets were damaged."""
    shown, damaged = [], 0
    with open_container(film) as container:
        stream: Any = film_track(container, film)
        if fails_at is not None:
            device = FailingDevice(stream.codec_context, fails_at)
            stream = SimpleNamespace(codec_context=device, index=stream.index, container=container)
        pictures = PictureDecoder(stream, film)
        for packet in container.demux(video=0):
            try:
                shown += [int(f.to_ndarray(format="gray").mean()) for f in pictures.decode(packet)]
            except BAD_DATA:
                damaged += 1
    return shown, damaged


@pytest.mark.parametrize("fails_at", [0, 1, 9, 10, 11, 15, 39, 40])
def test_the_cpu_goes_on(
    film: Path, fails_at: int, caplog: pytest.LogCaptureFixture, monkeypatch: Any
) -> None:
    monkeypatch.setattr(module, "device", lambda: "cuda")
    caplog.set_level(logging.WARNING, "livestyle")
    expected = decoded(film, None)
    assert len(expected[0]) == FRAMES
    assert decoded(film, fails_at) == expected
    assert caplog.messages == [
        "a.mkv: cuda fails in the middle (the device is gone); the CPU decodes the rest"
    ]
