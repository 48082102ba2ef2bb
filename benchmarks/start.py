"""From the command to the first painted frame, as whole processes: the first start and later ones.

python benchmarks/start.py --out FILE
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from machine import machine

COMMAND = [sys.executable, "-m", "livestyle", "live", "--camera", "synthetic", "--size", "640x480"]
ONE_FRAME = ["--no-window", "--max-frames", "1", "--json"]


def start(cache: str) -> tuple[float, float]:
    """Seconds of one run that paints one frame and ends, and its peak memory in MB."""
    began = time.perf_counter()
    done = subprocess.run(
        [*COMMAND, *ONE_FRAME],
        env={**os.environ, "LIVESTYLE_CACHE": cache},
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - began, float(json.loads(done.stdout)["memory_mb"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        first = start(cache)
        later = [start(cache) for _ in range(options.runs)]
    result = {
        "machine": machine(),
        "first_start_s": round(first[0], 2),
        "later_start_s": round(float(np.median([s for s, _ in later])), 2),
        "peak_memory_mb": round(float(np.median([m for _, m in later])), 1),
    }
    print(json.dumps(result, indent=2))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
