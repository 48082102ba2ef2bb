"""Whether the rate is held: a large camera on this machine, while another process takes a core for a while.

xvfb-run -s '-screen 0 1920x1080x24' python benchmarks/governor.py --seconds 600 --window --out FILE.json

Writes FILE.json, and a plot of the rate that is shown and the size that is painted: FILE.png, or --plot.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from machine import machine
from null_sink import NullSink

from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.evaluation.plot import COLORS, INK, LINE, MUTED, PAPER, write
from livestyle.pipeline.governor import Governor
from livestyle.pipeline.live import LivePipeline
from livestyle.pipeline.look import Look
from livestyle.pipeline.report import report
from livestyle.sinks.window import Window
from livestyle.sources.open import open_source
from livestyle.stylizer.stylizer import Stylizer
from livestyle.ui.chooser import Chooser
from livestyle.ui.plan import SessionOptions
from livestyle.ui.screen import Hud
from livestyle.ui.session import Session

EVERY_S = 1.0
WIDE, HIGH, PAD = 1200, 260, 60


def burn(seconds: float) -> None:
    """Take one core."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


def sample(
    pipeline: LivePipeline, size: Size, over: threading.Event, burning: tuple[float, float]
) -> list[dict[str, Any]]:
    """Each second the frames that were shown in it and the height that was painted, until `over`."""
    found: list[dict[str, Any]] = []
    began, before = time.monotonic(), pipeline.stats.display.count
    burner = multiprocessing.get_context("spawn").Process(target=burn, args=(burning[1] - burning[0],))
    last = began
    while not over.wait(EVERY_S):
        now, count = time.monotonic(), pipeline.stats.display.count
        if now - began >= burning[0] and burner.pid is None:
            burner.start()
        painted = pipeline.painting_size.now or size
        fps = round((count - before) / (now - last), 1)
        found.append({"second": round(now - began, 1), "shown_fps": fps, "painted_height_px": painted.height})
        before, last = count, now
    if burner.pid is not None:
        burner.join()
    return found


def plot(samples: list[dict[str, Any]], burning: tuple[float, float], rate: float, size: Size) -> Pixels:
    """uint8 BGR: two curves over the same seconds."""
    canvas = np.full((2 * (HIGH + PAD) + PAD, WIDE + 2 * PAD, 3), PAPER, np.uint8)
    last = max(samples[-1]["second"], burning[1])
    curves = (
        ("shown_fps", "shown, frames a second", rate),
        ("painted_height_px", "painted, px", size.height),
    )
    for number, (name, title, highest) in enumerate(curves):
        top = PAD + number * (HIGH + PAD)
        left, right = (PAD + round(WIDE * min(at, last) / last) for at in burning)
        cv2.rectangle(canvas, (left, top), (right, top + HIGH), LINE, -1)
        write(canvas, "another process takes a core", left + 6, top + HIGH - 8, 13, MUTED)
        write(canvas, title, PAD, top - 10, 15, INK, 600)
        for share in (0.0, 0.5, 0.75, 1.0):
            y = top + HIGH - round(HIGH * share / 1.1)
            cv2.line(canvas, (PAD, y), (PAD + WIDE, y), LINE, 1)
            write(canvas, f"{share * highest:g}", 8, y + 5, 13, MUTED)
        points = [
            (
                PAD + round(WIDE * one["second"] / last),
                top + HIGH - round(HIGH * min(1.1, one[name] / highest) / 1.1),
            )
            for one in samples
        ]
        cv2.polylines(canvas, [np.array(points, np.int32)], False, COLORS[1 + 2 * number], 2, cv2.LINE_AA)
    write(canvas, f"0 to {last:.0f} seconds", PAD, canvas.shape[0] - 20, 13, MUTED)
    return canvas


def run(options: argparse.Namespace) -> dict[str, Any]:
    """One session."""
    size = Size.parse(options.size)
    burning = ((options.seconds - options.burn) / 2, (options.seconds + options.burn) / 2)
    load, over, samples = os.getloadavg(), threading.Event(), list[dict[str, Any]]()
    with contextlib.ExitStack() as stack:
        stylizer = stack.enter_context(Stylizer())
        source = stack.enter_context(open_source("synthetic", size, options.rate))
        stylizer.open(size)
        governor = None if options.no_governor else Governor(options.rate)
        pipeline = LivePipeline(source, stylizer, Look(stylizer.model.styles, stylizer.styles[0]), governor)
        window = stack.enter_context(Window("livestyle", size, False)) if options.window else None
        plan = SessionOptions(lambda _: NullSink(), seconds=options.seconds)
        session = Session(
            pipeline, window, Hud(pipeline), plan, Chooser(pipeline, stylizer, [stylizer.model])
        )
        sampler = threading.Thread(target=lambda: samples.extend(sample(pipeline, size, over, burning)))
        sampler.start()
        try:
            with pipeline:
                session.run()
        finally:
            over.set()
            sampler.join()
        figures = report(pipeline.lanes, stylizer.info, stylizer.model.card.name, pipeline.painting_size)
    heights = [one["painted_height_px"] for one in samples]
    steps = [one["second"] for one, (a, b) in zip(samples[1:], pairwise(heights), strict=True) if a != b]
    quiet = [one["shown_fps"] for one in samples if one["second"] > 10 and not inside(one["second"], burning)]
    return {
        "machine": machine(),
        "load_before": [round(n, 1) for n in load],
        "seconds": options.seconds,
        "burning": burning,
        "rate": options.rate,
        **figures,
        "steps_at": steps,
        "median_shown_fps_while_quiet": round(float(np.median(quiet)), 1) if quiet else None,
        "samples": samples,
    }


def inside(second: float, span: tuple[float, float]) -> bool:
    return span[0] <= second <= span[1] + 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--rate", type=float, default=30)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--burn", type=float, default=20, help="seconds, in the middle")
    parser.add_argument("--window", action="store_true", help="show it; otherwise frames are taken only")
    parser.add_argument("--no-governor", action="store_true")
    parser.add_argument("--out", type=Path, required=True, help="JSON; with --plot-only it is read")
    parser.add_argument("--plot", type=Path, help="PNG; the same name as --out, if none is given")
    parser.add_argument("--plot-only", action="store_true", help="draw what was measured before")
    options = parser.parse_args()
    if not options.plot_only:
        result = run(options)
        print(json.dumps({name: value for name, value in result.items() if name != "samples"}, indent=2))
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    found = json.loads(options.out.read_text("utf-8"))
    drawn = plot(found["samples"], found["burning"], found["rate"], Size.parse(found["size"]))
    cv2.imwrite(str(options.plot or options.out.with_suffix(".png")), drawn)


if __name__ == "__main__":
    main()
