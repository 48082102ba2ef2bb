"""The figures of a GPU run: what was timed, what issue it settles, and the table that is printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from floor import Floor, Work

from livestyle.core.frame import Pixels

PIPELINED, ALONE, EAGER_F16 = "pipelined", "one at a time", "torch eager f16"
"""Names that rows are looked up by."""

FULL, SMALL = "1920x1080", "640x480"

Verdict: TypeAlias = tuple[float | None, float]
"""What was found, None where it wasn't, and what is wanted at the least."""

MIXED = 3
"""Largest difference, of 255, of one painting done twice; a mixture of two styles is far above it."""


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
    """What is asked of a GPU, as far as `result` holds it: found, wanted, good."""
    peak = result.get("ceilings", {}).get("matrix_tflop_s")
    checks: dict[str, Any] = {}
    for model, sizes in result.get("models", {}).items():
        full, small = (sizes.get(size, {}) for size in (FULL, SMALL))
        found = {**_of_pipelining(full), **_of_graphs(small)}
        if model.startswith("wide"):
            found |= _of_the_chip(full, peak)
        for name, (value, wanted) in found.items():
            if value is not None:
                checks[f"{model}: {name}"] = {
                    "found": round(value, 3), "wanted": wanted, "good": value >= wanted,
                }  # fmt: skip
    for engine, row in result.get("switches", {}).items():
        if "skipped" not in row:
            bad = row["dropped"] + row["mixed"] + row["swapped"]
            name = f"{engine}: bad frames in {row['frames']} style switches"
            checks[name] = {"found": bad, "wanted": 0, "good": bad == 0}
    return checks


def _of_pipelining(at: dict[str, Any]) -> dict[str, Verdict]:
    rows = at.get("rows", {})
    return {
        f"{engine}, {PIPELINED} / {ALONE}, {FULL}": (
            ratio(rate(rows, f"{engine}, {PIPELINED}"), rate(rows, f"{engine}, {ALONE}")),
            1.5,
        )
        for engine in engines(rows, PIPELINED)
    }


def _of_graphs(at: dict[str, Any]) -> dict[str, Verdict]:
    rows = at.get("rows", {})
    return {
        f"{engine} / {EAGER_F16}, {SMALL}": (
            ratio(rate(rows, f"{engine}, {ALONE}"), rate(rows, EAGER_F16)),
            2.0,
        )
        for engine in engines(rows, ALONE)
        if engine == "torch-cuda"
    }


def _of_the_chip(at: dict[str, Any], peak_tflop_s: float | None) -> dict[str, Verdict]:
    rows, gflop = at.get("rows", {}), at.get("floor", {}).get("gflop")
    rates = [rate(rows, f"{engine}, {PIPELINED}") for engine in engines(rows, PIPELINED)]
    best = max((r for r in rates if r is not None), default=None)
    share = best * gflop / peak_tflop_s / 1e3 if best and gflop and peak_tflop_s else None
    return {f"frames a second, {FULL}": (best, 300.0), f"share of the matrix rate, {FULL}": (share, 0.4)}


def engines(rows: dict[str, Any], how: str) -> list[str]:
    """Those that have a row of that kind."""
    return [name.removesuffix(f", {how}") for name in rows if name.endswith(f", {how}")]


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
