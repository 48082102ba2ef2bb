"""The whole live pipeline, synthetic camera to window, for minutes: does anything grow?

xvfb-run -s '-screen 0 1280x800x24' python benchmarks/live.py --seconds 600 --out FILE
"""

from __future__ import annotations

import argparse
import contextlib
import json
import threading
import time
from pathlib import Path
from typing import Any

from machine import machine
from null_sink import NullSink

from livestyle.core.size import Size
from livestyle.pipeline.live import LivePipeline
from livestyle.pipeline.look import Look
from livestyle.pipeline.report import report
from livestyle.pipeline.stats import Stats
from livestyle.sinks.window import Window
from livestyle.sources.open import open_source
from livestyle.stylizer.stylizer import Stylizer
from livestyle.ui.chooser import Chooser
from livestyle.ui.plan import SessionOptions
from livestyle.ui.screen import Hud
from livestyle.ui.session import Session


def resident_mb() -> float:
    """Memory of this process now (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * 4096 / 2**20, 1)


def sample(stats: Stats, every_s: float, over: threading.Event, found: list[dict[str, float]]) -> None:
    """Note latency over the last two seconds, and memory, until `over`."""
    began = time.monotonic()
    while not over.wait(every_s):
        latency = {f"latency_p{p}_ms": round(stats.latency_ms.recent(p), 1) for p in (50, 95)}
        found.append({"second": round(time.monotonic() - began), **latency, "resident_mb": resident_mb()})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="640x480")
    parser.add_argument("--fps", type=float, default=30)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    size = Size.parse(options.size)
    samples: list[dict[str, float]] = []
    over = threading.Event()
    with contextlib.ExitStack() as stack:
        stylizer = stack.enter_context(Stylizer(precision=options.precision))
        source = stack.enter_context(open_source("synthetic", size, options.fps))
        stylizer.open(size)
        pipeline = LivePipeline(source, stylizer, Look(stylizer.model.styles, stylizer.styles[0]))
        window = stack.enter_context(Window("livestyle", size, False))
        plan = SessionOptions(lambda _: NullSink(), seconds=options.seconds)
        chooser = Chooser(pipeline, stylizer, [stylizer.model])
        session = Session(pipeline, window, Hud(pipeline), plan, chooser)
        every_s = max(1.0, options.seconds / 20)
        sampler = threading.Thread(target=sample, args=(pipeline.stats, every_s, over, samples))
        sampler.start()
        try:
            with pipeline:
                session.run()
        finally:
            over.set()
            sampler.join()
        figures = report(pipeline.lanes, stylizer.info, stylizer.model.card.name, pipeline.painting_size)
    result: dict[str, Any] = {"machine": machine(), "seconds": options.seconds, **figures, "samples": samples}
    print(json.dumps(result, indent=2))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
