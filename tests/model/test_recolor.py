from __future__ import annotations

import cv2
import numpy as np
import pytest

from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.recolor import match_coral, match_histogram
from tests.conftest import picture


def photo() -> Pixels:
    """Correlated colours, far enough from 0 and 255 that nothing is clipped."""
    pixels = cv2.GaussianBlur(picture(Size(160, 120)), (0, 0), 5) // 4 + 90
    return pixels.astype(np.uint8, copy=False)


@pytest.mark.parametrize("painting", [picture(Size(96, 200), 3), picture(Size(64, 64), 4) // 3])
def test_coral_gives_mean_and_covariance_of_the_photo_but_for_the_rounding(painting: Pixels) -> None:
    matched, wanted = match_coral(painting, photo()), photo()
    assert matched.shape == painting.shape
    assert matched.dtype == np.uint8
    np.testing.assert_allclose(matched.mean((0, 1)), wanted.mean((0, 1)), atol=0.5)
    found, expected = (np.cov(p.reshape(-1, 3).T, bias=True) for p in (matched, wanted))
    np.testing.assert_allclose(found, expected, atol=0.02 * np.abs(expected).max())


def test_coral_takes_plain_pictures() -> None:
    black, grey = np.zeros((8, 8, 3), np.uint8), np.full((9, 9, 3), 77, np.uint8)
    assert (match_coral(black, grey) == 77).all()
    assert np.array_equal(match_coral(photo(), black), np.zeros_like(photo()))
    np.testing.assert_allclose(match_coral(grey, photo()).mean((0, 1)), photo().mean((0, 1)), atol=0.5)


def test_histogram_gives_the_values_of_the_photo_and_keeps_the_order() -> None:
    painting, wanted = picture(Size(160, 120), 3), photo()
    matched = match_histogram(painting, wanted)
    for channel in range(3):
        ours, theirs = matched[..., channel].ravel(), wanted[..., channel].ravel()
        np.testing.assert_array_equal(np.sort(ours), np.sort(theirs))
        assert (
            np.diff(ours[painting[..., channel].argsort(axis=None, kind="stable")].astype(int)) >= 0
        ).all()
