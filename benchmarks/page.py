"""From the camera to a painted pixel in the browser, by WebRTC, WebSocket and MJPEG: delay, rate, work, MB.

python benchmarks/page.py --seconds 20 --out FILE

The synthetic camera draws the time into each frame; headless Chromium reads it from its screen whenever that
changes, and says when. Both are on this machine, and their clocks are compared once. At strength 0, as it is
unless another is asked for, all is painted the same and the time can be read from it.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from live import resident_mb
from machine import machine, summary
from rich.console import Console

from livestyle.core.size import Size
from livestyle.page.options import PageOptions
from livestyle.page.server import Page
from livestyle.sources.source import Source
from livestyle.sources.synthetic.source import SyntheticSource
from livestyle.sources.synthetic.stamp import stamp_of
from livestyle.ui.remote import keys
from livestyle.ui.run import ShowOptions, show
from tests.page.chromium import Tab, chromium

WAYS = {"webrtc": "Live · WebRTC", "socket": "Live · WebSocket"}
"""Of the page, with what it says of each."""

MJPEG = "mjpeg"
WARM_UP_S = 5.0
BEGUN_S = 120.0
SAMPLES = 20
SAMPLER = """(() => {
    const across = 288, block = across / 72;
    const canvas = Object.assign(document.createElement('canvas'), {width: across, height: 64});
    const context = canvas.getContext('2d', {willReadFrequently: true});
    const seen = window.seen = [];
    let last = '';
    const look = () => {
        const video = document.querySelector('#video');
        const picture = document.querySelector('#picture') ?? document.querySelector('img');
        const shown = video && !video.hidden ? video : picture;
        const wide = shown.videoWidth || shown.naturalWidth || shown.width;
        const height = (shown.videoHeight || shown.naturalHeight || shown.height) * across / wide;
        context.drawImage(shown, 0, 0, across, height);
        const {data} = context.getImageData(0, 0, across, 64);
        const light = (row, column) => {
            let sum = 0;
            for (const y of [1, 2]) for (const x of [1, 2]) {
                const at = 4 * ((row * block + block + y) * across + column * block + block + x);
                sum += data[at] + data[at + 1] + data[at + 2];
            }
            return sum;
        };
        let bits = '';
        for (let row = 0; row < 12; row += 2)
            for (let column = 0; column < 16; column++)
                bits += light(row, column) > light(row + 1, column) ? '1' : '0';
        if (bits !== last) seen.push([bits, performance.timeOrigin + performance.now()]);
        last = bits;
        requestAnimationFrame(look);
    };
    look();
})()"""


class StampedPage(Page):
    """Of a session whose camera is a stamped scene. `over` ends the session."""

    def __init__(self, size: Size, fps: float) -> None:
        self._scene = SyntheticSource(size, fps, stamped=True)
        self._served = threading.Event()
        super().__init__(PageOptions(port=0), keys(), lambda _: self._served.set())

    def source(self, camera: str, open_it: Callable[[], Source]) -> Source:
        self._painted = super().source(camera, lambda: self._scene)
        return self._painted

    def wait(self) -> str:
        """Where it is, once it answers."""
        if not self._served.wait(BEGUN_S):
            raise TimeoutError("the session has not begun")
        return self.address

    def over(self) -> None:
        self._painted.stop()


def go(tab: Tab, way: str, address: str) -> None:
    """Have the pictures come this way."""
    if way == MJPEG:
        tab.do("Page.navigate", url=address.replace("/?", "/stream.mjpg?"))  # it is never complete
        tab.wait("document.querySelector('body > img')?.naturalWidth")
        return
    tab.value(f"localStorage.setItem('way', '{way}')")
    tab.do("Page.reload")
    time.sleep(1)
    tab.wait(f"document.querySelector('#link')?.textContent === '{WAYS[way]}'")


def measure(tab: Tab, seconds: float) -> dict[str, Any]:
    """Delays of the pictures seen in so many seconds, and work and memory of this process meanwhile."""
    time.sleep(WARM_UP_S)
    tab.value(SAMPLER)
    offset_ms = (time.time_ns() - time.monotonic_ns()) / 1e6
    worked = time.process_time()
    memory = memory_over(seconds)
    worked = time.process_time() - worked
    return {**seen(tab, offset_ms, seconds), "cores": round(worked / seconds, 2), "mb": memory}


def memory_over(seconds: float) -> list[float]:
    """The memory of this process in MB, again and again for so many seconds."""
    memory = []
    for _ in range(SAMPLES):
        time.sleep(seconds / SAMPLES)
        memory.append(resident_mb())
    return memory


def seen(tab: Tab, offset_ms: float, seconds: float) -> dict[str, Any]:
    """What a viewer had on its screen. No delays where no picture's time could be read."""
    pictures = tab.value("window.seen")
    stamps = [(stamp_of(int(bits, 2).to_bytes(12, "big")), at_ms) for bits, at_ms in pictures]
    delays = [at_ms - offset_ms - stamp.captured_us / 1e3 for stamp, at_ms in stamps if stamp is not None]
    return {
        "capture_to_pixel": summary(delays) if delays else {},
        "pictures_a_second": round(len(pictures) / seconds, 1),
        "unreadable": len(pictures) - len(delays),
    }


def measure_all(options: argparse.Namespace, address: str) -> dict[str, Any]:
    """Of each way."""
    found = {}
    with chromium() as browser:
        tab = browser.open(address)
        for way in (*WAYS, MJPEG):
            go(tab, way, address)
            found[way] = measure(tab, options.seconds)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="640x480")
    parser.add_argument("--fps", type=float, default=30)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--strength", type=float, default=0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    page = StampedPage(Size.parse(options.size), options.fps)
    shown = ShowOptions(window=False, controls={"strength": options.strength}, mirror=False)
    figures: dict[str, Any] = {}
    session = threading.Thread(target=lambda: figures.update(_run(page, shown)))
    session.start()
    try:
        found = measure_all(options, page.wait())
    finally:
        page.over()
        session.join()
    result = {"machine": machine(), "size": options.size, "fps": options.fps, **found, "session": figures}
    print(json.dumps(result, indent=2))
    if options.out:
        options.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


def _run(page: StampedPage, options: ShowOptions) -> dict[str, Any]:
    with page:
        return show(options, Console(quiet=True), page)


if __name__ == "__main__":
    main()
