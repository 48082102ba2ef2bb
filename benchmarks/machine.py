"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from typing import Any

import numpy as np

import livestyle
from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.model.card import Model
from livestyle.runtime.openvino import core, cpu_capabilities


def machine() -> dict[str, Any]:
    """Processor, cores and versions, for the JSON of every benchmark."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "livestyle": livestyle.__version__,
    }


def computed(model: Model) -> list[Precision]:
    """The precisions that OpenVINO has for a model on this CPU, f32 first."""
    bf16 = [Precision.BF16] if "BF16" in cpu_capabilities() else []
    int8 = [Precision.INT8] if "int8" in model.card.graphs else []
    return [Precision.F32, *bf16, *int8]


def summary(milliseconds: list[float]) -> dict[str, float]:
    """Median and 95th percentile, rounded."""
    p50, p95 = np.percentile(milliseconds, [50, 95])
    return {"median_ms": round(float(p50), 2), "p95_ms": round(float(p95), 2)}


def _processor() -> str:
    """As OpenVINO names it, else, where that is not installed, as the system does."""
    try:
        return str(core().get_property("CPU", "FULL_DEVICE_NAME")).strip()
    except LivestyleError:
        return platform.processor() or platform.machine()
