"""The drawn camera."""

from __future__ import annotations

import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size
from livestyle.sources.synthetic.scene import Scene
from livestyle.sources.synthetic.source import SyntheticSource


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
