"""Choosing is about difference: what was seen twice is taken once, and few frames cover many."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livestyle.core.frame import Pixels
from livestyle.workshop.calibration.farthest_point import NEAR, POOL, FrameChooser, describe, farthest
from livestyle.workshop.training.dead_leaves import dead_leaf_photos


def noisy(pixels: Pixels, sigma: float = 4.0) -> Pixels:
    noise = np.random.default_rng(0).normal(0, sigma, pixels.shape)
    return np.clip(pixels + noise, 0, 255).astype(np.uint8)


def jpeg(pixels: Pixels) -> Pixels:
    data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 60])[1]
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert decoded is not None
    return decoded.astype(np.uint8)


@pytest.fixture(scope="module")
def photos() -> list[Pixels]:
    return dead_leaf_photos(12, 96)


def distance(first: Pixels, second: Pixels) -> float:
    return float(np.linalg.norm(describe(first) - describe(second)))


def test_the_scale_of_distances() -> None:
    black, white = np.zeros((48, 64, 3), np.uint8), np.full((48, 64, 3), 255, np.uint8)
    assert describe(black).shape == (192,)
    assert distance(black, black) == 0
    assert distance(black, white) == pytest.approx(np.sqrt(1 + 15 / 16))


def test_noise_and_compression_are_near_and_other_pictures_are_not(photos: list[Pixels]) -> None:
    for photo, other in pairwise(photos):
        assert max(distance(photo, noisy(photo)), distance(photo, jpeg(photo))) < NEAR
        assert distance(photo, other) > 2 * NEAR


def test_what_was_seen_twice_is_taken_once(photos: list[Pixels]) -> None:
    chooser = FrameChooser(100)
    for photo in (*photos, *(noisy(p) for p in photos), *photos[::-1]):
        chooser.add(photo)
    assert chooser.seen == 36
    assert len(chooser.chosen()) == len(photos)


def test_blank_pictures_are_passed_over(photos: list[Pixels]) -> None:
    chooser = FrameChooser(8)
    for pixels in (np.zeros_like(photos[0]), photos[0], np.full_like(photos[0], 90)):
        chooser.add(pixels)
    assert [p is photos[0] for p in chooser.chosen()] == [True]
    assert FrameChooser(8).chosen() == []


def test_memory_is_bounded_and_the_order_of_what_comes_hardly_matters(photos: list[Pixels]) -> None:
    lights = [np.clip(p * s, 0, 255).astype(np.uint8) for p in photos for s in (0.4, 0.6, 0.8, 1.0)]
    radii = []
    for order in (lights, lights[::-1]):
        chooser = FrameChooser(4)
        for pixels in order:
            chooser.add(pixels)
            assert len(chooser._pictures) <= POOL * 4
        chosen = [describe(p) for p in chooser.chosen()]
        assert len(chosen) == 4
        radii.append(max(min(np.linalg.norm(describe(p) - c) for c in chosen) for p in lights))
    assert max(radii) < 1.5 * min(radii)


points = st.lists(st.tuples(*[st.floats(-1, 1, width=32)] * 3), min_size=1, max_size=24)


@given(points, st.integers(1, 8))
def test_farthest_points_are_apart_and_cover_the_rest(found: list[tuple[float, ...]], count: int) -> None:
    vectors = np.array(found, np.float32)
    chosen = farthest(vectors, count, near=0.1)
    assert 1 <= len(chosen) <= count
    between = np.linalg.norm(vectors[:, None] - vectors[chosen], axis=2)
    apart = between[chosen][~np.eye(len(chosen), dtype=bool)]
    radius = between.min(axis=1).max()
    assert not apart.size or apart.min() >= 0.1
    if len(chosen) < count:
        assert radius < 0.1
    elif apart.size:
        assert radius <= apart.min() + 1e-6


def test_the_first_is_typical_and_the_second_the_farthest() -> None:
    vectors = np.array([[0.0], [0.5], [0.6], [3.0]], np.float32)
    assert farthest(vectors, 2, near=0.1) == [2, 3]
    assert farthest(vectors, 9, near=0.2) == [2, 3, 0]
