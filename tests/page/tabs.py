"""The page of a session in a tab, and what a user sees and gets there."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from tests.page.chromium import PATIENCE_S, Chromium, Tab
from tests.page.running import GREYS, Running
from tests.page.served import TOKEN

SEEN = """(() => {
    const video = document.querySelector('#video');
    const shown = video.hidden ? document.querySelector('#picture') : video;
    const canvas = Object.assign(document.createElement('canvas'), {width: 16, height: 12});
    canvas.getContext('2d').drawImage(shown, 0, 0, 16, 12);
    const data = canvas.getContext('2d').getImageData(8, 6, 1, 1).data;
    return [data[0], data[1], data[2]];
})()"""
"""Red, green and blue in the middle of what is shown."""


def opened(browser: Chromium, session: Running, way: str = "socket", host: str = "127.0.0.1") -> Tab:
    """A page that shows the session, its pictures by WebRTC or the socket. host: what the page is called"""
    address = session.address.replace("127.0.0.1", host)
    tab = browser.open(f"{address}?token={TOKEN}")
    tab.value(f"localStorage.setItem('way', '{way}')")
    tab.go(address)
    tab.wait("document.querySelector('#link').textContent.startsWith('Live')")
    return tab


def sees(tab: Tab, red: int, green: int, blue: int) -> None:
    tab.wait(f"{SEEN}.every((value, at) => Math.abs(value - [{red}, {green}, {blue}][at]) < 12)")


def sees_grey(tab: Tab, style: str) -> None:
    sees(tab, *[GREYS[style]] * 3)


def told(tab: Tab) -> tuple[list[Any], set[tuple[str, str]]]:
    """What a screen reader has of a page: the nodes, and the role and the name of each."""
    nodes = [node for node in tab.do("Accessibility.getFullAXTree")["nodes"] if not node["ignored"]]
    return nodes, {(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes}


def downloads(browser: Chromium, folder: Path) -> None:
    """Have everything that is downloaded from now on put there."""
    browser.do("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))


def downloaded(file: Path) -> bytes:
    """What is in it, once it is there."""
    limit = time.monotonic() + PATIENCE_S
    while not file.exists():
        assert time.monotonic() < limit, f"{file.name} was not downloaded"
        time.sleep(0.05)
    return file.read_bytes()
