"""Frames in flight, and several films on one engine, through the public API."""

from __future__ import annotations

import numpy as np
import pytest

from livestyle import LivestyleError, Stylizer
from livestyle.core.size import Size
from livestyle.runtime.film import HostFilm
from tests.conftest import noisy, picture


@pytest.fixture
def three_deep(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a GPU of three slots."""
    monkeypatch.setattr(HostFilm, "depth", 3)


def test_frames_in_flight_come_back_in_order_in_their_own_style(stylizer: Stylizer, three_deep: None) -> None:
    frames = noisy(Size(66, 70), 3)
    expected, names = [], stylizer.styles[:3]
    for name, frame in zip(names, frames, strict=True):
        stylizer.style = name
        expected.append(stylizer.stylize(frame))
    stylizer.reset()
    for name, frame in zip(names, frames, strict=True):
        stylizer.style = name
        stylizer.submit(frame)
    assert (stylizer.in_flight, stylizer.depth) == (3, 3)
    with pytest.raises(LivestyleError, match="take their results first"):
        stylizer.stylize(frames[0])
    np.testing.assert_array_equal([stylizer.result() for _ in frames], expected)
    with pytest.raises(LivestyleError, match="no frame is in flight"):
        stylizer.result()


def test_another_size_leaves_the_results_of_the_frames_before(stylizer: Stylizer, three_deep: None) -> None:
    small, large = picture(Size(64, 64)), picture(Size(80, 72))
    expected = [stylizer.stylize(frame) for frame in (small, large)]
    for frame in (small, large):
        stylizer.submit(frame)
    for painting in expected:
        np.testing.assert_array_equal(stylizer.result(), painting)


def test_what_is_dropped_never_comes(stylizer: Stylizer, three_deep: None) -> None:
    frames = [picture(Size(64, 64), seed) for seed in range(3)]
    stylizer.steadiness = 0.0
    expected = stylizer.stylize(frames[2])
    for frame in frames[:2]:
        stylizer.submit(frame)
    stylizer.drop()
    np.testing.assert_array_equal(stylizer.stylize(frames[2]), expected)


def test_films_on_one_engine_have_a_style_and_a_past_of_their_own(stylizer: Stylizer) -> None:
    films = [noisy(Size(66, 70), 4), [picture(Size(66, 70), 5)] * 4]
    alone = []
    for style, film in zip(stylizer.styles, films, strict=False):
        stylizer.style = style
        stylizer.reset()
        alone.append([stylizer.stylize(frame) for frame in film])
    stylizer.reset()
    stylizer.style = stylizer.styles[0]
    other = stylizer.another()
    other.style = other.styles[1]
    for number, frames in enumerate(zip(*films, strict=True)):
        np.testing.assert_array_equal(stylizer.stylize(frames[0]), alone[0][number])
        np.testing.assert_array_equal(other.stylize(frames[1]), alone[1][number])
    other.close()
    np.testing.assert_array_equal(stylizer.stylize(films[0][0]).shape, films[0][0].shape)


def test_another_film_needs_the_engine_and_its_size(stylizer: Stylizer) -> None:
    other = stylizer.another()
    with pytest.raises(LivestyleError, match="needs an engine of that size to share; it is none"):
        other.stylize(picture(Size(64, 64)))
    stylizer.open(Size(64, 64))
    assert other.stylize(picture(Size(64, 64))).any()
    with pytest.raises(
        LivestyleError, match="a film of 72x64 needs an engine of that size to share; it is 64x64"
    ):
        other.stylize(picture(Size(72, 64)))
