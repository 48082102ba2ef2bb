"""Window, two viewers of the page, recording and RTMP at once, and the window alone: rates, drops, work.

xvfb-run -s '-screen 0 1280x800x24' python benchmarks/together.py --seconds 600 --out FILE

The viewers are two windows of a headless Chromium, the server is FFmpeg; both are on this machine, and their
work is not counted. That of the process that encodes the stream is.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from live import resident_mb
from machine import machine, summary
from page import SAMPLER, StampedPage
from rich.console import Console

from livestyle.core.size import Size
from livestyle.sources.synthetic.stamp import stamp_of
from livestyle.ui.run import ShowOptions, show
from tests.page.chromium import Tab, chromium
from tests.sinks.servers import free_port

VIEWERS = 2
WARM_UP_S = 10.0
SAMPLES = 20
CONNECTED_S = 60.0
READABLE = {"strength": 0.0}
"""The camera's time stamp is seen, and all is painted the same."""


def cpu_s(pid: int) -> float:
    """What a process has worked so far, from /proc."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def worked() -> dict[str, float]:
    """Seconds of CPU of this process and of those that encode for it."""
    senders = [child.pid for child in multiprocessing.active_children() if child.name == "livestyle-stream"]
    return {"session": time.process_time(), "sender": sum(cpu_s(pid) for pid in senders if pid is not None)}


def measure(seconds: float) -> dict[str, Any]:
    """The work of so many seconds, and the memory again and again."""
    before, memory = worked(), []
    for _ in range(SAMPLES):
        time.sleep(seconds / SAMPLES)
        memory.append(resident_mb())
    after = worked()
    return {"cores": {name: round((after[name] - before[name]) / seconds, 2) for name in after}, "mb": memory}


def seen(tab: Tab, offset_ms: float, seconds: float) -> dict[str, Any]:
    """What one viewer had on its screen."""
    pictures = tab.value("window.seen")
    stamps = [(stamp_of(int(bits, 2).to_bytes(12, "big")), at_ms) for bits, at_ms in pictures]
    delays = [at_ms - offset_ms - stamp.captured_us / 1e3 for stamp, at_ms in stamps if stamp is not None]
    return {
        "pictures_a_second": round(len(pictures) / seconds, 1),
        "unreadable": len(pictures) - len(delays),
        "capture_to_pixel": summary(delays) if delays else {},
    }


def watch(page: StampedPage, received: Path, seconds: float) -> dict[str, Any]:
    """Two viewers of the page, for so many seconds; then the session is over. received: of the server"""
    try:
        address = page.wait()
        with chromium() as browser:
            tabs = [browser.open(address) for _ in range(VIEWERS)]
            limit = time.monotonic() + CONNECTED_S
            while not (received.exists() and received.stat().st_size) and time.monotonic() < limit:
                time.sleep(0.1)
            time.sleep(WARM_UP_S)
            for tab in tabs:
                tab.value(SAMPLER)
            offset_ms = (time.time_ns() - time.monotonic_ns()) / 1e6
            found = measure(seconds)
            return {**found, "viewers": [seen(tab, offset_ms, seconds) for tab in tabs]}
    finally:
        page.over()


def together(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """One session with everything."""
    address, film = f"rtmp://127.0.0.1:{free_port()}/live/x", folder / "live.mp4"
    server = ["ffmpeg", "-loglevel", "error", "-nostdin", "-listen", "1", "-i", address]
    page = StampedPage(Size.parse(options.size), options.fps)
    shown = ShowOptions(record=film, stream=address, controls=READABLE, governor=not options.no_governor)
    received = folder / "received.flv"
    with (
        subprocess.Popen([*server, "-c", "copy", str(received)]) as receiving,
        ThreadPoolExecutor(1) as pool,
    ):
        watching = pool.submit(watch, page, received, options.seconds)
        try:
            with page:
                session = show(shown, Console(stderr=True), page)
        finally:
            receiving.terminate()
        found = watching.result()
    return {
        **found,
        "session": session,
        "frames_in_the_recording": count(film),
        "frames_that_the_server_got": count(received),
    }


def alone(options: argparse.Namespace, _: Path) -> dict[str, Any]:
    """One session with the window, and nothing beside it."""
    page = StampedPage(Size.parse(options.size), options.fps)  # for the same camera; nobody looks
    found: dict[str, Any] = {}

    def watch_nothing() -> None:
        try:
            page.wait()
            time.sleep(WARM_UP_S)
            found.update(measure(options.seconds))
        finally:
            page.over()

    watching = threading.Thread(target=watch_nothing)
    watching.start()
    with page:
        session = show(
            ShowOptions(controls=READABLE, governor=not options.no_governor), Console(stderr=True), page
        )
    watching.join()
    return {**found, "session": session}


def count(film: Path) -> int:
    import av  # before OpenCV it would keep its windows from opening

    with av.open(str(film), "r") as container:
        return sum(packet.size > 0 for packet in container.demux(video=0))


def in_a_process(run: Any, options: argparse.Namespace) -> dict[str, Any]:
    """With memory and a desktop's connection of its own. Its processes may have children."""
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process,
    ):
        found: dict[str, Any] = process.submit(run, options, Path(folder)).result()
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="640x480")
    parser.add_argument("--fps", type=float, default=30)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--no-governor", action="store_true", help="Paint in the whole size, however slow.")
    parser.add_argument("--note", default="", help="What else the machine did meanwhile.")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    about = {"machine": machine(), "note": options.note, "seconds": options.seconds, "size": options.size}
    runs = {run.__name__: in_a_process(run, options) for run in (alone, together)}
    result = json.dumps({**about, **runs}, indent=2)
    print(result)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(result + "\n", "utf-8")


if __name__ == "__main__":
    main()
