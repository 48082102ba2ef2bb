"""What a live run tells a machine: figures, and what they were measured on."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from livestyle.pipeline.stats import Stats
from livestyle.runtime.engine import EngineInfo
from livestyle.sources.source import SourceInfo


def report(stats: Stats, source: SourceInfo, engine: EngineInfo, model: str) -> dict[str, Any]:
    """The figures of a whole run as JSON takes them. Delays in milliseconds, rates in frames a second."""
    return {
        **asdict(stats.summary()),
        "memory_mb": peak_memory_mb(),
        "model": model,
        "engine": engine.engine,
        "device": engine.device,
        "precision": str(engine.precision),
        "threads": engine.threads,
        "slots": engine.slots,
        "size": str(source.size),
        "source": {"name": source.name, "rate": source.rate, "format": source.format},
    }


def peak_memory_mb() -> float | None:
    """The most memory this process ever had resident; None where the system doesn't say."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage counts here what the parent held before it started this program
        line = next((line for line in status.read_text().splitlines() if line.startswith("VmHWM")), "")
        return round(int(line.split()[1]) / 2**10, 1) if line else None
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1)
