"""A picture too large to be painted at once is painted in parts, and nobody sees where they meet."""

from __future__ import annotations

import numpy as np
import pytest

from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.runtime import openvino_parts
from livestyle.stylizer import engine_user
from livestyle.stylizer.stylizer import Stylizer
from tests.conftest import picture

SIZE = Size(1000, 720)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four parts for SIZE, and its statistics at its own size, so that nothing but seams could differ."""
    monkeypatch.setattr(openvino_parts, "KEPT_PX", 512)
    monkeypatch.setattr(openvino_parts, "PART_PX", 512 + 2 * openvino_parts.MARGIN_PX)
    monkeypatch.setattr(openvino_parts, "SCALED_SIDE_PX", SIZE.width)


def painted(model: Model, whole_pixels: int, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    monkeypatch.setattr(engine_user, "WHOLE_PIXELS", whole_pixels)
    with Stylizer(model, "cpu", "f32", threads=1) as stylizer:
        stylizer.steadiness, stylizer.strength = 0.0, 0.8
        return stylizer.stylize(picture(SIZE)).astype(int)


def test_parts_are_what_the_whole_is(
    model: Model, small_parts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for the last pixels at the right and below, where a part goes on in a mirror."""
    whole = painted(model, SIZE.width * SIZE.height, monkeypatch)
    parts = painted(model, 0, monkeypatch)
    margin = openvino_parts.MARGIN_PX
    assert np.abs(parts - whole)[:-margin, :-margin].max() <= 1
    assert np.abs(parts - whole).mean() < 1


def test_a_film_has_its_past_whatever_its_size(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_user, "WHOLE_PIXELS", 0)
    monkeypatch.setattr(openvino_parts.PartsPainter, "paint", lambda *_: pytest.fail("painted in parts"))
    with Stylizer(model, "cpu", "f32", threads=1) as stylizer:
        assert stylizer.steadiness > 0
        assert stylizer.stylize(picture(Size(96, 64))).shape == (64, 96, 3)
