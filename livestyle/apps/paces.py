"""What an engine gives beyond one frame at a time, for `livestyle bench`."""

from __future__ import annotations

from typing import Any

from livestyle.card import Model
from livestyle.config import Precision
from livestyle.pipeline.pace import Films, in_flight, side_by_side
from livestyle.runtime.engine import Engine
from livestyle.runtime.select import open_engine
from livestyle.size import Size, SizeRule
from livestyle.sources.scene import Scene

SECONDS = 2.0
"""How long each is measured."""


def frames_together(
    model: Model, size: Size, device: str, precision: Precision, threads: int, streams: int
) -> dict[str, Any]:
    """Frames a second with several frames of one film in flight, where the engine holds several.

    And of `streams` films side by side, where more than one is asked for; LivestyleError where the
    engine paints one alone.
    """
    padded = SizeRule(model.card.size_multiple).padded(size)
    with open_engine(model, padded, device, precision, threads) as engine:
        return of_engine(engine, streams)


def of_engine(engine: Engine, streams: int) -> dict[str, Any]:
    """The same of an engine that is open."""
    pictures, found = [Scene(engine.size).at(7.0 * n) for n in range(4)], dict[str, Any]()
    if isinstance(engine, Films):
        film = engine.open_film()
        if film.depth > 1:
            pace = in_flight(film, engine.model.styles.vectors[0], pictures, SECONDS)
            found["in_flight"] = {"slots": film.depth, **pace.row()}
    if streams > 1:
        rows = [pace.row() for pace in side_by_side(engine, streams, pictures, SECONDS)]
        total = sum(row["frames_per_second"] for row in rows)
        found["streams"] = {"frames_per_second": round(total, 2), "each": rows}
    return found
