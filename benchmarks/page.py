"""From the camera to a painted pixel in the browser, by WebRTC and by WebSocket: delay, rate, work.

python benchmarks/page.py --seconds 20 --out FILE

The synthetic camera draws the time into each frame; headless Chromium reads it from its screen whenever that
changes, and says when. Both are on this machine, and their clocks are compared once.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
WARM_UP_S = 5.0
SAMPLER = """(() => {
    const across = 288, block = across / 72;
    const canvas = Object.assign(document.createElement('canvas'), {width: across, height: 64});
    const context = canvas.getContext('2d', {willReadFrequently: true});
    const seen = window.seen = [];
    let last = '';
    const look = () => {
        const video = document.querySelector('#video');
        const shown = video.hidden ? document.querySelector('#picture') : video;
        const height = (shown.videoHeight || shown.height) * across / (shown.videoWidth || shown.width);
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
        self._served.wait()
        return self.address

    def over(self) -> None:
        self._painted.stop()


def measure(tab: Tab, way: str, seconds: float) -> dict[str, Any]:
    """Delays of the pictures that were seen in so many seconds, and the work of this process meanwhile."""
    tab.value(f"localStorage.setItem('way', '{way}')")
    tab.do("Page.reload")
    time.sleep(1)
    tab.wait(f"document.querySelector('#link')?.textContent === '{WAYS[way]}'")
    time.sleep(WARM_UP_S)
    tab.value(SAMPLER)
    offset_ms = (time.time_ns() - time.monotonic_ns()) / 1e6
    worked = time.process_time()
    time.sleep(seconds)
    worked = time.process_time() - worked
    delays, unread = [], 0
    for bits, seen_ms in tab.value("window.seen"):
        stamp = stamp_of(int(bits, 2).to_bytes(12, "big"))
        if stamp is None:
            unread += 1
        else:
            delays.append(seen_ms - offset_ms - stamp.captured_us / 1e3)
    return {
        "capture_to_pixel": summary(delays),
        "pictures_a_second": round(len(delays) / seconds, 1),
        "unreadable": unread,
        "cores": round(worked / seconds, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="640x480")
    parser.add_argument("--fps", type=float, default=30)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--strength", type=float, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    page = StampedPage(Size.parse(options.size), options.fps)
    shown = ShowOptions(window=False, controls={"strength": options.strength})
    figures: dict[str, Any] = {}
    session = threading.Thread(target=lambda: figures.update(_run(page, shown)))
    session.start()
    try:
        with chromium() as browser:
            tab = browser.open(page.wait())
            found = {way: measure(tab, way, options.seconds) for way in WAYS}
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
