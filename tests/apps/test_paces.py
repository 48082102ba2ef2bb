"""What `livestyle bench` tells of an engine beyond one frame at a time."""

from __future__ import annotations

from collections import deque
from typing import Any, cast

import pytest

from livestyle.apps import paces
from livestyle.card import Model
from livestyle.frame import Pixels
from livestyle.size import Size
from livestyle.styles import Vector


class FakeFilm:
    """Gives frames back as they are."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.flight = deque[Pixels]()

    def submit(
        self, pixels: Pixels, style: Vector, strength: float, keep_color: float, steadiness: float = 0.0
    ) -> None:
        self.flight.append(pixels)

    def result(self) -> Pixels:
        return self.flight.popleft()


class FakeEngine:
    def __init__(self, model: Model, depth: int) -> None:
        self.model, self.size, self.depth = model, Size(96, 64), depth

    def open_film(self) -> FakeFilm:
        return FakeFilm(self.depth)


@pytest.mark.parametrize(("depth", "streams"), [(1, 1), (3, 1), (1, 2), (2, 4)])
def test_frames_in_flight_and_films_are_told_where_there_are_several(
    depth: int, streams: int, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paces, "SECONDS", 0.0)
    found = paces.of_engine(cast(Any, FakeEngine(model, depth)), streams)
    assert set(found) == {key for key, n in (("in_flight", depth), ("streams", streams)) if n > 1}
    if depth > 1:
        assert (found["in_flight"]["slots"], found["in_flight"]["frames"]) == (depth, 10 + depth)
    if streams > 1:
        assert len(found["streams"]["each"]) == streams
