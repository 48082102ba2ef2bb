"""Window, two viewers of the page, recording and RTMP at once, and the window alone: rates, drops, work.

xvfb-run -s '-screen 0 1280x800x24' python benchmarks/together.py --seconds 600 --out FILE

The viewers are two windows of a headless Chromium, the server is FFmpeg; both are on this machine, and their
work is not counted. That of the process that encodes the stream is.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from machine import machine
from page import SAMPLER, StampedPage, memory_over, seen
from rich.console import Console

from livestyle.core.size import Size
from livestyle.ui.run import ShowOptions, show
from tests.page.chromium import Tab, chromium
from tests.sinks.servers import free_port

VIEWERS = 2
WARM_UP_S = 10.0
CONNECTED_S = 60.0
RECEIVED = "received-*.flv"
READABLE = {"strength": 0.0}
"""The camera's time stamp is seen, and all is painted the same. It can't be read in a mirror."""


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
    before = worked()
    memory = memory_over(seconds)
    after = worked()
    return {"cores": {name: round((after[name] - before[name]) / seconds, 2) for name in after}, "mb": memory}


@contextlib.contextmanager
def serving(address: str, folder: Path) -> Iterator[None]:
    """An RTMP server, which writes a file for each connection; FFmpeg takes one and ends."""
    receive = f"ffmpeg -loglevel error -nostdin -listen 1 -i {address} -c copy {folder}"
    loop = f"n=0; while :; do {receive}/{RECEIVED.replace('*', '$n')}; n=$((n+1)); done"
    with subprocess.Popen(["sh", "-c", loop], start_new_session=True) as server:
        try:
            yield
        finally:
            os.killpg(server.pid, signal.SIGTERM)


def watch(page: StampedPage, folder: Path, seconds: float) -> dict[str, Any]:
    """Two viewers of the page, for so many seconds; then the session is over. folder: of the server"""
    try:
        address = page.wait()
        with chromium() as browser:
            tabs = [browser.open(address) for _ in range(VIEWERS)]
            limit = time.monotonic() + CONNECTED_S
            while not any(path.stat().st_size for path in folder.glob(RECEIVED)) and time.monotonic() < limit:
                time.sleep(0.1)
            time.sleep(WARM_UP_S)
            for tab in tabs:
                tab.value(SAMPLER)
            offset_ms = (time.time_ns() - time.monotonic_ns()) / 1e6
            found = measure(seconds)
            return {**found, "viewers": [viewed(tab, offset_ms, seconds) for tab in tabs]}
    finally:
        page.over()


def viewed(tab: Tab, offset_ms: float, seconds: float) -> dict[str, Any]:
    """What a viewer had on its screen, and what the page says of the way by which it came."""
    link = tab.value("document.querySelector('#link').textContent")
    return {"link": link, **seen(tab, offset_ms, seconds)}


def shown_of(options: argparse.Namespace, **others: Any) -> ShowOptions:
    return ShowOptions(controls=READABLE, mirror=False, governor=not options.no_governor, **others)


def together(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """One session with everything."""
    address, film = f"rtmp://127.0.0.1:{free_port()}/live/x", folder / "live.mp4"
    page = StampedPage(Size.parse(options.size), options.fps)
    shown = shown_of(options, record=film, stream=address)
    with serving(address, folder), ThreadPoolExecutor(1) as pool:
        watching = pool.submit(watch, page, folder, options.seconds)
        with page:
            session = show(shown, Console(stderr=True), page)
        found = watching.result()
    return {
        **found,
        "session": session,
        "frames_in_the_recording": count(film),
        "frames_that_the_server_got": sum(map(count, folder.glob(RECEIVED))),
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
        session = show(shown_of(options), Console(stderr=True), page)
    watching.join()
    return {**found, "session": session}


def count(film: Path) -> int:
    """How many pictures are in it; a connection that broke at once may have left none."""
    import av  # before OpenCV it would keep its windows from opening

    if not film.stat().st_size:
        return 0
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
