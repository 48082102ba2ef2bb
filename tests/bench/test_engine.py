"""What `livestyle bench` tells of an engine beyond one frame at a time."""

from __future__ import annotations

import pytest

from livestyle.bench import engine as paces
from livestyle.core.config import Precision
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.runtime.engine import Engine, GpuOptions
from livestyle.runtime.openvino import OpenVinoEngine
from tests.runtime.engines import TorchOnHost

SIZE = Size(96, 64)


@pytest.mark.parametrize(("kind", "streams"), [(OpenVinoEngine, 1), (OpenVinoEngine, 2), (TorchOnHost, 2)])
def test_frames_in_flight_and_films_are_told_where_there_are_several(
    kind: type[Engine], streams: int, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paces, "SECONDS", 0.0)
    with kind(model, SIZE, Precision.F32, 1, GpuOptions(slots=3)) as engine:
        found = paces.of_engine(engine, streams)
    expected = {"in_flight", "stages_ms"} if kind is TorchOnHost else set()
    assert set(found) == expected | ({"streams"} if streams > 1 else set())
    if kind is TorchOnHost:
        assert (found["in_flight"]["slots"], found["in_flight"]["frames"]) == (3, 13)
        assert list(found["stages_ms"]) == ["h2d", "inference", "d2h"]
    if streams > 1:
        assert len(found["streams"]["each"]) == streams
