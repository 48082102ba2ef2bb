"""Sizes, and the rule that pads and crops them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livestyle.core.errors import LivestyleError
from livestyle.core.size import MAX_SIDE_PX, MIN_SIDE_PX, Size, SizeRule, tile
from tests.conftest import picture

SIDES = st.integers(MIN_SIDE_PX, 200)


@pytest.mark.parametrize("text", ["640x480", " 640X480 ", "640×480"])
def test_parse(text: str) -> None:
    assert Size.parse(text) == Size(640, 480)


@pytest.mark.parametrize("text", ["", "640", "640x", "x480", "-640x480", "640x480x3", "6.4x4.8", "640 480"])
def test_parse_says_what_it_expects(text: str) -> None:
    with pytest.raises(LivestyleError, match=r"expected WIDTHxHEIGHT, for example 640x480"):
        Size.parse(text)


@given(st.builds(Size, SIDES, SIDES))
def test_text_and_back(size: Size) -> None:
    assert Size.parse(str(size)) == size


@given(width=SIDES, height=SIDES, multiple=st.integers(1, 32))
def test_pad_then_crop_gives_the_picture_back(width: int, height: int, multiple: int) -> None:
    size, rule = Size(width, height), SizeRule(multiple)
    pixels = picture(size)
    padded = rule.pad(pixels)
    seen = Size.of(padded)
    assert seen.width % multiple == seen.height % multiple == 0
    assert 0 <= seen.width - width < multiple
    assert 0 <= seen.height - height < multiple
    assert padded.flags.c_contiguous
    assert padded.dtype == np.uint8
    np.testing.assert_array_equal(rule.crop(padded, size), pixels)


def test_padding_is_reflected() -> None:
    pixels = picture(Size(65, 70))
    padded = SizeRule(8).pad(pixels)
    np.testing.assert_array_equal(padded[:70, 65:72], pixels[:, 63:56:-1])
    np.testing.assert_array_equal(padded[70:72, :65], pixels[68:66:-1])


def test_a_size_that_fits_is_not_copied() -> None:
    pixels = picture(Size(128, 64))
    assert SizeRule(8).pad(pixels) is pixels


@pytest.mark.parametrize("size", [Size(63, 480), Size(640, 1), Size(0, 0), Size(MAX_SIDE_PX + 1, 64)])
def test_sizes_out_of_range(size: Size) -> None:
    with pytest.raises(LivestyleError, match=f"{size} can't be painted; expected 64 to 8192 px a side"):
        SizeRule(8).padded(size)


@given(st.integers(64, 900), st.sampled_from([(64, 8), (100, 16), (256, 16)]))
def test_tiles_cover_a_side_once_and_keep_their_distance(length: int, sizes: tuple[int, int]) -> None:
    tile_px, margin_px = sizes
    spans = tile(length, tile_px, margin_px)
    kept = [n for span in spans for n in range(span.keep_from, span.keep_to)]
    assert kept == list(range(length))
    for span in spans:
        end = min(span.start + tile_px, length)
        assert 0 <= span.start <= span.keep_from < span.keep_to <= end
        assert length <= tile_px or end - span.start == tile_px
        assert span.start == 0 or span.keep_from - span.start >= margin_px
        assert end == length or end - span.keep_to >= margin_px
