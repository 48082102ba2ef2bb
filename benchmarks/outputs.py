"""Window, virtual camera and recording at once, and the window alone: what each gets, and what it costs.

xvfb-run -s '-screen 0 1280x800x24' python benchmarks/outputs.py --seconds 600 --out FILE

The virtual camera is one registered with pyvirtualcam that copies what it gets, as v4l2loopback does, unless
--device names one that is there.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyvirtualcam
from live import resident_mb
from machine import machine

from livestyle.core.frame import Frame, Pixels
from livestyle.core.size import Size
from livestyle.pipeline.live import LivePipeline
from livestyle.pipeline.look import Look
from livestyle.pipeline.report import report
from livestyle.pipeline.stats import Stats
from livestyle.sinks.video_file import VideoFileSink
from livestyle.sinks.virtual_camera import VirtualCameraSink
from livestyle.sinks.window import Window
from livestyle.sources.open import open_source
from livestyle.stylizer.stylizer import Stylizer
from livestyle.ui.chooser import Chooser
from livestyle.ui.plan import SessionOptions
from livestyle.ui.screen import Hud
from livestyle.ui.session import Session
from livestyle.ui.virtual_camera import VirtualCamera

DEVICE = "livestyle benchmark"


class CopyingDevice:
    """A backend of pyvirtualcam: keeps a copy of the newest frame."""

    def __init__(self, *, width: int, height: int, fps: float, fourcc: int, device: str) -> None:
        if device != DEVICE:
            raise RuntimeError(f"there is no {device}")
        self._newest = np.empty(0, np.uint8)

    def send(self, planes: Pixels) -> None:
        self._newest = planes.copy()

    def close(self) -> None:
        pass

    def device(self) -> str:
        return DEVICE

    def native_fourcc(self) -> None:
        return None


class Notes:
    """Times of what went out, and how old it was then."""

    def __init__(self) -> None:
        self.times_s: list[float] = []
        self.ages_ms: list[float] = []

    def note(self, frame: Frame | None = None) -> None:
        now = time.monotonic_ns()
        self.times_s.append(now / 1e9)
        if frame is not None:
            self.ages_ms.append((now - frame.captured_ns) / 1e6)

    def figures(self) -> dict[str, Any]:
        gaps = np.diff(self.times_s) * 1e3
        return {
            "frames": len(self.times_s),
            "fps": round(1e3 / float(gaps.mean()), 2),
            "gap_ms": percentiles(gaps),
            "latency_ms": percentiles(np.array(self.ages_ms)),
        }


class NotedCamera(VirtualCameraSink):
    """Notes every frame once it is with the device."""

    def __init__(self, name: str, notes: Notes) -> None:
        super().__init__(name)
        self._notes = notes
        self._new: Frame | None = None

    def write(self, frame: Frame) -> None:
        self._new = frame
        super().write(frame)

    def repeat(self) -> None:
        super().repeat()
        self._notes.note(self._new)
        self._new = None


class NotedFile(VideoFileSink):
    """Notes every frame once it is encoded."""

    def __init__(self, path: Path, notes: Notes) -> None:
        super().__init__(path)
        self._notes = notes

    def write(self, frame: Frame) -> None:
        super().write(frame)
        self._notes.note(frame)


def percentiles(values: Any) -> dict[str, float]:
    parts = {"p50": 50, "p95": 95, "max": 100}
    return {name: round(float(np.percentile(values, part)), 2) for name, part in parts.items()}


def sample(session: Session, stats: Stats, over: threading.Event, every_s: float) -> list[dict[str, float]]:
    """Memory, load and drops, again and again until `over`."""
    began, found = time.monotonic(), []
    while not over.wait(every_s):
        recording = session.captures.recording
        found.append(
            {
                "second": round(time.monotonic() - began),
                "resident_mb": resident_mb(),
                "load": round(os.getloadavg()[0], 1),
                "window_dropped": stats.dropped,
                "recording_left_out": recording.left_out if recording else 0,
            }
        )
    return found


def run(options: argparse.Namespace, together: bool, folder: Path) -> dict[str, Any]:
    """One session; with all outputs, or the window alone."""
    pyvirtualcam.register_backend("livestyle-benchmark", CopyingDevice)
    size = Size.parse(options.size)
    seen, written = Notes(), Notes()
    over = threading.Event()
    with contextlib.ExitStack() as stack:
        stylizer = stack.enter_context(Stylizer(precision=options.precision))
        source = stack.enter_context(open_source("synthetic", size, options.fps))
        stylizer.open(size)
        pipeline = LivePipeline(source, stylizer, Look(stylizer.model.styles, stylizer.styles[0]))
        window = stack.enter_context(Window("livestyle", size, False))
        camera = stack.enter_context(VirtualCamera(lambda: NotedCamera(options.device, seen)))
        path = folder / "live.mp4"
        plan = SessionOptions(
            lambda path: NotedFile(path, written),
            record=path if together else None,
            virtual_camera=camera,
            seconds=options.seconds,
        )
        session = Session(
            pipeline, window, Hud(pipeline, camera), plan, Chooser(pipeline, stylizer, [stylizer.model])
        )
        if together:
            camera.start()
        with ThreadPoolExecutor(1) as pool:
            sampled = pool.submit(sample, session, pipeline.stats, over, max(1.0, options.seconds / 20))
            try:
                with pipeline:
                    session.run()
            finally:
                over.set()
        samples = sampled.result()
        model, painted = stylizer.model.card.name, pipeline.painting_size
        result: dict[str, Any] = {"window": report(pipeline.lanes, stylizer.info, model, painted)}
        if together:
            sent = camera.report()["virtual_camera"]
            result["virtual_camera"] = {**seen.figures(), "dropped": sent["dropped"], "size": sent["size"]}
            import av  # before OpenCV it would keep its windows from opening

            with av.open(str(path)) as file:
                frames = sum(1 for _ in file.decode(video=0))
            result["recording"] = {
                **written.figures(),
                "left_out": samples[-1]["recording_left_out"],
                "frames_in_the_file": frames,
                "megabytes": round(path.stat().st_size / 1e6, 1),
            }
    return {**result, "samples": samples}


def in_a_process(options: argparse.Namespace, together: bool) -> dict[str, Any]:
    """As `run`, with memory and a desktop's connection of its own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process,
    ):
        return process.submit(run, options, together, Path(folder)).result()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="640x480")
    parser.add_argument("--fps", type=float, default=30)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--device", default=DEVICE)
    parser.add_argument("--note", default="", help="What else the machine did meanwhile.")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    about = {"machine": machine(), "note": options.note, "seconds": options.seconds}
    result = {**about, "alone": in_a_process(options, False), "together": in_a_process(options, True)}
    print(json.dumps(result, indent=2))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
