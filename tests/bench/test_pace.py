"""Measuring how fast an engine paints: what is counted, not how long it took."""

from __future__ import annotations

from collections import deque
from typing import Any, cast

import numpy as np

from livestyle.bench.pace import Pace, engine_alone, in_flight, one_at_a_time, percentiles, side_by_side
from livestyle.commands.bench import STAGES
from livestyle.core.config import Precision
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.model.styles import Vector
from livestyle.runtime.engine import GpuOptions
from livestyle.runtime.openvino import OpenVinoEngine
from tests.conftest import picture
from tests.runtime.engines import TorchOnHost

SIZE = Size(96, 64)


def flat(value: int) -> Pixels:
    return np.full((4, 4, 3), value, np.uint8)


def test_a_row_says_rate_and_delay() -> None:
    pace = Pace([1.0, 2.0, 3.0, 4.0, 10.0], {"h2d": [0.5] * 5})
    row = pace.row()
    assert (row["frames"], row["frames_per_second"]) == (5, 250.0)
    assert row["end_to_end"] == {"p50_ms": 3.0, "p95_ms": 8.8}
    assert row["h2d"] == percentiles([0.5])
    pace.total_s = 0.01  # frames overlapped
    assert pace.frames_per_second == 500


def test_every_frame_has_its_stages() -> None:
    painted: list[int] = []

    def paint(pixels: Pixels) -> dict[str, float]:
        painted.append(int(pixels[0, 0, 0]))
        return {"h2d": 1.0, "d2h": 2.0}

    pace = one_at_a_time(paint, [flat(1), flat(2)], 0.0)
    assert painted == [1, 2] + [1, 2] * 5
    assert pace.stages == {"h2d": [1.0] * 10, "d2h": [2.0] * 10}
    assert len(pace.end_to_end) == 10


class FakeFilm:
    """Gives frames back as they are."""

    depth = 3

    def __init__(self) -> None:
        self.flight = deque[Pixels]()
        self.most = self.taken = 0
        self.style: Vector = np.empty(0, np.float32)

    def submit(self, pixels: Pixels, style: FrameStyle) -> None:
        self.flight.append(pixels)
        self.style = style.vector
        self.most = max(self.most, len(self.flight))

    def result(self) -> Pixels:
        self.taken += 1
        return self.flight.popleft()


def test_frames_in_flight_fill_the_film_and_all_come_back() -> None:
    film = FakeFilm()
    pace = in_flight(cast(Any, film), np.zeros(2, np.float32), [flat(1), flat(2)], 0.0)
    assert film.most == film.depth
    assert not film.flight
    assert len(pace.end_to_end) == film.taken - 3 >= 10
    assert pace.total_s is not None


class FakeEngine:
    def __init__(self, model: Model) -> None:
        self.model = model
        self.films: list[FakeFilm] = []

    def open_film(self) -> FakeFilm:
        self.films.append(FakeFilm())
        return self.films[-1]


def test_films_side_by_side_have_styles_of_their_own(model: Model) -> None:
    engine = FakeEngine(model)
    paces = side_by_side(cast(Any, engine), 3, [flat(1)], 0.0)
    assert [len(p.end_to_end) >= 10 for p in paces] == [True] * 3
    assert len(engine.films) == 3
    for number, film in enumerate(engine.films):
        np.testing.assert_array_equal(film.style, model.styles.vectors[number])


def test_an_engine_by_itself(model: Model) -> None:
    with OpenVinoEngine(model, SIZE, Precision.F32, 1) as engine:
        pace = engine_alone(engine, [picture(SIZE)], 0.0)
        assert [len(p.end_to_end) for p in side_by_side(engine, 2, [picture(SIZE)], 0.0)] == [11, 11]
    assert (len(pace.end_to_end), pace.stages) == (10, {})


def test_an_engine_on_slots_has_its_stages_timed(model: Model) -> None:
    with TorchOnHost(model, SIZE, Precision.F32, 1, GpuOptions(slots=3)) as engine:
        first, second = picture(SIZE), picture(SIZE, seed=1)
        pace = engine_alone(engine, [first], 0.0)
        assert {name: len(v) for name, v in pace.stages.items()} == dict.fromkeys(STAGES, 10)
        assert len(in_flight(engine.film, model.styles.vectors[0], [first, second], 0.0).end_to_end) == 13
        engine.reset()
        painted = engine.infer(second, FrameStyle.still(model.styles.vectors[0]))
    with OpenVinoEngine(model, SIZE, Precision.F32, 1) as other:
        expected = other.infer(second, FrameStyle.still(model.styles.vectors[0]))
    assert np.abs(painted.astype(int) - expected).max() <= 2
