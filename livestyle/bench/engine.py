"""Measures what an engine gives beyond one frame at a time, for `livestyle bench`."""

from __future__ import annotations

from typing import Any

from livestyle.bench.pace import engine_alone, in_flight, percentiles, side_by_side
from livestyle.core.config import Precision
from livestyle.core.size import Size, SizeRule
from livestyle.model.card import Model
from livestyle.runtime.engine import Engine
from livestyle.runtime.gpu.engine import GpuFilm
from livestyle.runtime.select import open_engine
from livestyle.sources.synthetic.scene import Scene

SECONDS = 2.0
"""How long each figure is measured."""


def frames_together(
    model: Model, size: Size, device: str, precision: Precision, threads: int, slots: int, streams: int
) -> dict[str, Any]:
    """Measure an engine on a GPU with several frames of one film in flight, and each stage by itself.

    If `streams` is more than one, any engine is also measured with that many films side by side.
    """
    padded = SizeRule(model.card.size_multiple).padded(size)
    with open_engine(model, padded, device, precision, threads, slots=slots) as engine:
        return of_engine(engine, streams)


def of_engine(engine: Engine, streams: int) -> dict[str, Any]:
    """The same for an engine that is open already."""
    pictures, found = [Scene(engine.size).at(7.0 * n) for n in range(4)], dict[str, Any]()
    film = engine.film
    if isinstance(film, GpuFilm):
        alone = engine_alone(engine, pictures, SECONDS)
        several = in_flight(film, engine.model.styles.vectors[0], pictures, SECONDS)
        found["stages_ms"] = {name: percentiles(values) for name, values in alone.stages.items()}
        found["in_flight"] = {"slots": film.depth, **several.row()}
    if streams > 1:
        rows = [pace.row() for pace in side_by_side(engine, streams, pictures, SECONDS)]
        total = sum(row["frames_per_second"] for row in rows)
        found["streams"] = {"frames_per_second": round(total, 2), "each": rows}
    return found
