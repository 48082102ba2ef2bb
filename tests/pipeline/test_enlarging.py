from __future__ import annotations

import cv2
import numpy as np
import pytest

from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.pipeline.enlarging import enlarged, shrunk

LARGE = Size(320, 240)


def edge(size: Size) -> Pixels:
    """Dark left of a line that leans, light right of it."""
    x, y = np.meshgrid(np.arange(size.width), np.arange(size.height))
    light = (x + y / 5 > size.width * 0.6).astype(np.uint8)
    return np.repeat((60 + 120 * light)[..., None], 3, axis=2).astype(np.uint8)


def error(found: Pixels, expected: Pixels) -> float:
    return float(np.abs(found.astype(float) - expected.astype(float)).mean())


@pytest.mark.parametrize("small", [Size(160, 120), Size(240, 180)])
def test_lines_are_sharper_than_of_a_plain_enlargement(small: Size) -> None:
    camera = edge(LARGE)
    copy = shrunk(camera, small)
    darker = (copy * 0.8).astype(np.uint8)  # the painting: in other tones, the lines where they were
    plain = cv2.resize(darker, (LARGE.width, LARGE.height)).astype(np.uint8)
    wanted = (camera * 0.8).astype(np.uint8)
    assert error(enlarged(darker, copy, camera, 1.0), wanted) < 0.6 * error(plain, wanted)


def test_the_noise_of_a_flat_ground_stays_away() -> None:
    noise = np.random.default_rng(0).normal(128, 2, (LARGE.height, LARGE.width, 3))
    camera = np.rint(noise).astype(np.uint8)
    copy = shrunk(camera, Size(160, 120))
    painted = np.full_like(copy, 90)
    assert enlarged(painted, copy, camera, 1.0).std() < 0.2 * camera.std()


def test_at_strength_0_it_is_the_camera_exactly_and_a_copy() -> None:
    camera = np.random.default_rng(0).integers(0, 256, (240, 320, 3), np.uint8)
    copy = shrunk(camera, Size(160, 120))
    found = enlarged(copy, copy, camera, 0.0)
    np.testing.assert_array_equal(found, camera)
    assert not np.shares_memory(found, camera)


def test_between_them_the_camera_is_met_closer_and_closer() -> None:
    camera = edge(LARGE)
    copy = shrunk(camera, Size(160, 120))
    errors = [error(enlarged(copy, copy, camera, strength), camera) for strength in (1.0, 0.5, 0.1)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.5


def test_a_flat_painting_of_a_flat_camera_stays_as_it_is() -> None:
    camera, painted = np.full((240, 320, 3), 77, np.uint8), np.full((120, 160, 3), 200, np.uint8)
    found = enlarged(painted, shrunk(camera, Size(160, 120)), camera, 1.0)
    assert Size.of(found) == LARGE
    assert (found == 200).all()
