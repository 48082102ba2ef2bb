"""The figures of a GPU run: what was timed, what issue it settles, and the table that is printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from floor import Floor, Work

from livestyle.frame import Pixels

PIPELINED, ALONE, EAGER_F16 = "pipelined", "one at a time", "torch eager f16"
"""Names that rows are looked up by."""

MIXED = 3
"""Largest difference, of 255, of one painting done twice; a mixture of two styles is far above it."""


@dataclass
class Timing:
    """Milliseconds, one entry a frame. stages: by 'h2d', 'inference', 'd2h', where they were timed apart.

    total_s: from the first frame in to the last frame out, where frames overlap; else None.
    """

    end_to_end: list[float] = field(default_factory=list)
    stages: dict[str, list[float]] = field(default_factory=dict)
    total_s: float | None = None

    @property
    def frames_per_second(self) -> float:
        seconds = self.total_s or sum(self.end_to_end) / 1e3
        return len(self.end_to_end) / seconds

    def row(self) -> dict[str, Any]:
        """As JSON takes it."""
        return {
            "frames": len(self.end_to_end),
            "frames_per_second": round(self.frames_per_second, 2),
            "end_to_end": percentiles(self.end_to_end),
            **{name: percentiles(values) for name, values in self.stages.items()},
        }


def percentiles(milliseconds: Sequence[float]) -> dict[str, float]:
    p50, p95 = np.percentile(milliseconds, [50, 95])
    return {"p50_ms": round(float(p50), 4), "p95_ms": round(float(p95), 4)}


def floor_row(work: Work, floor: Floor) -> dict[str, float]:
    return {
        "gflop": round(work.flops / 1e9, 3),
        "traffic_mb": round(work.traffic_bytes / 1e6, 2),
        "arithmetic_ms": round(floor.arithmetic_ms, 4),
        "memory_ms": round(floor.memory_ms, 4),
        "upload_ms": round(floor.upload_ms, 4),
        "download_ms": round(floor.download_ms, 4),
        "latency_ms": round(floor.latency_ms, 4),
        "frames_per_second": round(floor.frames_per_second, 1),
    }


@dataclass(frozen=True)
class Switches:
    """What became of frames painted in a new style each. All but `frames` should be 0 or small.

    dropped: frames that gave no painting, mixed: paintings that are none of those that were asked for,
    swapped: paintings that belong to another frame or style, worst: largest difference, of 255, of the rest
    """

    frames: int
    dropped: int
    mixed: int
    swapped: int
    worst: int

    @property
    def good(self) -> bool:
        return not (self.dropped or self.mixed or self.swapped)


def judge_switches(shown: Sequence[Pixels], asked: Sequence[int], references: Sequence[Pixels]) -> Switches:
    """Hold each painting against all references; asked[i] is the one that shown[i] should be."""
    mixed = swapped = worst = 0
    for painting, wanted in zip(shown, asked, strict=False):
        difference = int(np.abs(painting.astype(np.int16) - references[wanted]).max())
        if difference <= MIXED:
            worst = max(worst, difference)
        elif any(int(np.abs(painting.astype(np.int16) - r).max()) <= MIXED for r in references):
            swapped += 1
        else:
            mixed += 1
    return Switches(len(asked), len(asked) - len(shown), mixed, swapped, worst)


def acceptance(result: dict[str, Any]) -> dict[str, Any]:
    """The figures of issue 5, item 4, as far as `result` holds what they need: found, wanted, good."""
    checks: dict[str, Any] = {}

    def check(name: str, found: float | None, wanted: float) -> None:
        if found is not None:
            checks[name] = {"found": round(found, 3), "wanted": wanted, "good": found >= wanted}

    for model, sizes in result.get("models", {}).items():
        full, small = (sizes.get(s, {}).get("rows", {}) for s in ("1920x1080", "640x480"))
        for engine in {name.rsplit(", ", 1)[0] for name in full if name.endswith(PIPELINED)}:
            rates = rate(full, f"{engine}, {PIPELINED}"), rate(full, f"{engine}, {ALONE}")
            check(f"{model}: {engine} pipelined / one at a time, 1080p", ratio(*rates), 1.5)
        for engine in {name.rsplit(", ", 1)[0] for name in small if name.startswith("torch-cuda")}:
            rates = rate(small, f"{engine}, {ALONE}"), rate(small, EAGER_F16)
            check(f"{model}: {engine} / torch eager f16, 640x480", ratio(*rates), 2.0)
        if model.startswith("wide"):
            best = max(
                (r["frames_per_second"] for n, r in full.items() if n.endswith(PIPELINED)), default=None
            )
            check(f"{model}: frames a second, 1080p", best, 300.0)
            flops = sizes.get("1920x1080", {}).get("floor", {}).get("gflop")
            peak = result.get("ceilings", {}).get("matrix_tflop_s")
            if best and flops and peak:
                check(f"{model}: share of the matrix rate, 1080p", best * flops / peak / 1e3, 0.4)
    for engine, found in result.get("switches", {}).items():
        bad = found["dropped"] + found["mixed"] + found["swapped"]
        checks[f"{engine}: bad frames in {found['frames']} style switches"] = {
            "found": bad, "wanted": 0, "good": bad == 0,
        }  # fmt: skip
    return checks


def rate(rows: dict[str, Any], name: str) -> float | None:
    found = rows.get(name, {}).get("frames_per_second")
    return None if found is None else float(found)


def ratio(first: float | None, second: float | None) -> float | None:
    return first / second if first and second else None


def table(rows: dict[str, Any]) -> str:
    """One line a row: frames a second, end to end p50 and p95, and the stages' p50."""
    lines = [f"  {'':34}{'fps':>9}{'p50 ms':>9}{'p95 ms':>9}{'in':>8}{'paint':>8}{'out':>8}"]
    for name, row in rows.items():
        if "skipped" in row:
            lines.append(f"  {name:34}{row['skipped']}")
            continue
        stages = [f"{row[k]['p50_ms']:8.3f}" if k in row else " " * 8 for k in ("h2d", "inference", "d2h")]
        whole = row["end_to_end"]
        lines.append(
            f"  {name:34}{row['frames_per_second']:9.1f}{whole['p50_ms']:9.3f}{whole['p95_ms']:9.3f}"
            + "".join(stages)
        )
    return "\n".join(lines)
