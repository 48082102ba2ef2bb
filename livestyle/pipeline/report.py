"""What a live run tells a machine: figures, and what they were measured on."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from livestyle.pipeline.lane import Lane
from livestyle.pipeline.painting_size import PaintingSize
from livestyle.runtime.engine import EngineInfo


def report(
    lanes: Sequence[Lane], engine: EngineInfo, model: str, painting_size: PaintingSize
) -> dict[str, Any]:
    """The figures of a whole run as JSON takes them. Delays in milliseconds, rates in frames a second.

    Of several cameras those of each are in a list, `cameras`.
    """
    shared = {
        "memory_mb": peak_memory_mb(),
        "model": model,
        "engine": engine.engine,
        "device": engine.device,
        "precision": str(engine.precision),
        "threads": engine.threads,
        "slots": engine.slots,
        "size": str(lanes[0].source.info.size),
        **painting_size.figures(),
    }
    if len(lanes) > 1:
        return {**shared, "cameras": [{"style": lane.look.style, **_of_lane(lane)} for lane in lanes]}
    return {**_of_lane(lanes[0]), **shared}


def _of_lane(lane: Lane) -> dict[str, Any]:
    source = lane.source.info
    about = {"name": source.name, "rate": source.rate, "format": source.format}
    return {**asdict(lane.stats.summary()), "source": about}


def peak_memory_mb() -> float | None:
    """The most memory this process ever had resident; None where the system doesn't say."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage counts here what the parent held before it started this program
        lines = status.read_text("utf-8", errors="replace").splitlines()
        line = next((line for line in lines if line.startswith("VmHWM")), "")
        return round(int(line.split()[1]) / 2**10, 1) if line else None
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1)
