"""The drawn camera, and the stamp in its corner that latency is measured by."""

from __future__ import annotations

import time

import cv2
import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.sources.synthetic.scene import Scene
from livestyle.sources.synthetic.source import SyntheticSource
from livestyle.sources.synthetic.stamp import Stamp, draw_stamp
from tests.sources.synthetic.stamps import read_stamp

STAMP = Stamp(4_000_000_123, 271_828_182_845_904)


@pytest.mark.parametrize(
    ("text", "size", "rate"),
    [
        ("synthetic", Size(640, 480), 30),
        ("synthetic:1280x720", Size(1280, 720), 30),
        ("Synthetic:1280x720@59.94", Size(1280, 720), 59.94),
        ("synthetic@15", Size(640, 480), 15),
    ],
)
def test_the_text_says_size_and_rate(text: str, size: Size, rate: float) -> None:
    info = SyntheticSource.parse(text).info
    assert (info.size, info.rate) == (size, rate)


def test_what_the_text_leaves_open_is_as_asked() -> None:
    info = SyntheticSource.parse("synthetic", Size(320, 240), 25).info
    assert (info.size, info.rate) == (Size(320, 240), 25)


@pytest.mark.parametrize(
    "text", ["synthetic:", "synthetic:big", "synthetic@fast", "synthetics", "synthetic:8x8", "synthetic@0"]
)
def test_text_that_says_nothing_useful_is_an_error(text: str) -> None:
    with pytest.raises(LivestyleError, match="expected"):
        SyntheticSource.parse(text)


@pytest.mark.parametrize("size", [Size(64, 64), Size(640, 480), Size(333, 777)])
def test_the_scene_is_the_same_at_the_same_time_and_moves(size: Size) -> None:
    scene, again = Scene(size), Scene(size)
    assert scene.at(2.0).shape == (size.height, size.width, 3)
    assert (scene.at(2.0) == again.at(2.0)).all()
    assert (scene.at(2.0) != scene.at(2.5)).mean() > 0.01


def test_frame_n_is_due_n_periods_after_the_start() -> None:
    with SyntheticSource(Size(64, 64), 100) as source:
        frames = [f for f in (source.read() for _ in range(5)) if f is not None]
    first = frames[0]
    for frame in frames:
        due_ns = first.captured_ns + (frame.index - first.index) * 10_000_000
        assert abs(frame.captured_ns - due_ns) <= 1
        assert (frame.pixels == Scene(Size(64, 64)).at(frame.index / 100)).all()


def test_the_stamp_says_the_index_and_the_time_of_its_frame() -> None:
    with SyntheticSource(Size(320, 240), 100, stamped=True) as source:
        frame = source.read()
        assert frame is not None
        assert read_stamp(frame.pixels) == Stamp(frame.index, frame.captured_ns // 1000)
        assert read_stamp(frame.pixels) != Stamp(frame.index, time.monotonic_ns() // 1000 + 1)


def _dim(pixels: Pixels) -> Pixels:
    return (pixels // 3 + 60).astype(np.uint8)


def _noisy(pixels: Pixels) -> Pixels:
    noise = np.random.default_rng(0).normal(0, 40, pixels.shape)
    return np.clip(pixels + noise, 0, 255).astype(np.uint8)


def _jpeg(pixels: Pixels) -> Pixels:
    coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 30])[1]
    decoded = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    assert decoded is not None
    return decoded.astype(np.uint8)


def _larger(pixels: Pixels) -> Pixels:
    return cv2.resize(pixels, None, fx=1.7, fy=1.7).astype(np.uint8)


def _smaller(pixels: Pixels) -> Pixels:
    return cv2.resize(pixels, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA).astype(np.uint8)


@pytest.mark.parametrize("harm", [_dim, _noisy, _jpeg, _larger, _smaller])
def test_a_stamp_survives_what_happens_to_pictures(harm: object) -> None:
    pixels = Scene(Size(640, 480)).at(1)
    draw_stamp(pixels, STAMP)
    assert callable(harm)
    assert read_stamp(harm(pixels)) == STAMP


@pytest.mark.parametrize("size", [Size(216, 64), Size(333, 200), Size(1920, 1080)])
def test_a_stamp_is_read_at_every_size(size: Size) -> None:
    pixels = np.zeros((size.height, size.width, 3), np.uint8)
    draw_stamp(pixels, STAMP)
    assert read_stamp(pixels) == STAMP


def test_no_stamp_is_none() -> None:
    assert read_stamp(Scene(Size(640, 480)).at(1)) is None
    assert read_stamp(np.zeros((64, 64, 3), np.uint8)) is None
