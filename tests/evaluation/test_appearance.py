"""The figures of what the eye sees, on pictures where each is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from livestyle.core.frame import Pixels
from livestyle.evaluation.appearance import (
    Own,
    appearance,
    block_contrast,
    correlation,
    halo,
    peak,
    projected,
)

HEIGHT, WIDTH = 240, 320


def gray(value: int = 128) -> Pixels:
    return np.full((HEIGHT, WIDTH, 3), value, np.uint8)


def grain(seed: int, sigma: float = 25, height: int = HEIGHT, width: int = WIDTH) -> Pixels:
    """Marks of about three pixels that nowhere repeat."""
    noise = np.random.default_rng(seed).standard_normal((height, width)).astype(np.float32)
    marks = cv2.GaussianBlur(noise, (0, 0), 2)
    plane = np.clip(128 + marks / marks.std() * sigma, 0, 255).astype(np.uint8)
    return np.repeat(plane[:, :, None], 3, 2)


def painting() -> Pixels:
    return grain(1, height=480, width=640)


def test_bare_walls_have_no_brushwork_and_painted_ones_the_paintings() -> None:
    own = Own.of(painting())
    bare, painted = (appearance([(gray(), p)], own) for p in (gray(90), grain(2)))
    assert bare.brushwork == pytest.approx(0, abs=1e-3)
    assert bare.covered == 0
    assert painted.brushwork == pytest.approx(1, abs=0.1)
    assert painted.covered > 0.95
    half = appearance([(gray(), grain(2, sigma=12))], own)
    assert half.brushwork == pytest.approx(0.5, abs=0.06)


def test_only_where_the_photo_is_flat() -> None:
    photo = gray()
    photo[:, WIDTH // 2 :] = grain(3)[:, WIDTH // 2 :]
    painted = gray()
    painted[:, WIDTH // 2 :] = grain(4)[:, WIDTH // 2 :]
    assert appearance([(photo, painted)], Own.of(painting())).brushwork < 0.1


def test_nothing_is_said_where_no_photo_is_flat() -> None:
    found = appearance([(grain(3), grain(4))], Own.of(painting()))
    assert np.isnan(found.brushwork)
    assert np.isnan(found.lattice)


def test_a_mark_that_repeats_is_a_lattice() -> None:
    everywhere = np.ones((HEIGHT, WIDTH), np.bool_)
    tile = grain(5, height=24, width=24)
    stamped = np.tile(tile, (HEIGHT // 24, WIDTH // 24 + 1, 1))[:, :WIDTH]
    assert peak([correlation(stamped, everywhere)]) > 0.8
    assert peak([correlation(grain(6), everywhere)]) < 0.2
    half = everywhere.copy()
    half[:, : WIDTH // 2] = False
    assert peak([correlation(stamped, half)]) > 0.8


def test_a_bright_rim_is_a_halo() -> None:
    photo = gray(200)
    cv2.circle(photo, (160, 120), 50, (40, 40, 40), -1)
    rimmed = photo.copy()
    cv2.circle(rimmed, (160, 120), 57, (240, 240, 240), 12)
    cv2.circle(rimmed, (160, 120), 50, (40, 40, 40), -1)
    assert halo(photo, photo) == pytest.approx(0, abs=0.01)
    assert halo(photo, rimmed) > 10
    assert np.isnan(halo(gray(), gray()))


def test_the_palette_is_that_of_the_painting() -> None:
    red, blue = gray(0), gray(0)
    red[:] = (30, 30, 200)
    blue[:] = (200, 30, 30)
    assert np.abs(projected(red) - projected(red)).mean() == 0
    assert np.abs(projected(red) - projected(blue)).mean() > 20
    assert appearance([(gray(), red)], Own.of(red)).palette == 0


def test_blocks_are_of_16_pixels() -> None:
    assert block_contrast(np.zeros((50, 70, 3), np.uint8)).shape == (3, 4)
