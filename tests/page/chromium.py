"""A headless Chromium as a user: it opens pages, clicks, types, drops files, and tells what it sees."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

PATIENCE_S = 60.0
CODES = {"End": 35, "Home": 36, "ArrowDown": 40}
"""Of keys that write nothing."""


class Chromium:
    """The browser, by the DevTools protocol. Everything waits until it is done."""

    def __init__(self, folder: Path, *options: str) -> None:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        assert program, "these tests need chromium (apt-get install chromium)"
        common = (
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-dev-shm-usage",
            "--window-size=1360,850",
        )
        port = ("--remote-debugging-port=0", f"--user-data-dir={folder}")
        quiet = subprocess.DEVNULL
        self._runner = asyncio.Runner()
        self._process = subprocess.Popen([program, *common, *port, *options], stdout=quiet, stderr=quiet)
        self._count = 0
        self._told: set[tuple[str, str]] = set()
        self._runner.run(self._connect(folder / "DevToolsActivePort"))

    async def _connect(self, file: Path) -> None:
        limit = time.monotonic() + PATIENCE_S
        while not (file.exists() and len(lines := file.read_text().split()) == 2):
            assert self._process.poll() is None, "chromium did not start"
            assert time.monotonic() < limit, "chromium said nothing"
            await asyncio.sleep(0.05)
        self._client = ClientSession()
        address = f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        self._socket: ClientWebSocketResponse = await self._client.ws_connect(address, max_msg_size=0)

    def do(self, method: str, session: str = "", **parameters: Any) -> Any:
        """A command of the protocol, and its result."""
        return self._runner.run(self._do(method, session, parameters))

    async def _do(self, method: str, session: str, parameters: dict[str, Any]) -> Any:
        self._count += 1
        message = {"id": self._count, "method": method, "params": parameters}
        await self._socket.send_json({**message, "sessionId": session} if session else message)
        while True:
            answer = await self._hear()
            if answer.get("id") == self._count:
                assert "error" not in answer, (method, answer)
                return answer["result"]

    async def _hear(self) -> Any:
        """The next message; of events that a tab tells it is kept that it has told them."""
        message = await self._socket.receive_json(timeout=PATIENCE_S)
        if "method" in message:
            self._told.add((message.get("sessionId", ""), message["method"]))
        return message

    def wait(self, event: str, session: str) -> None:
        """Until a tab has told this event, be it earlier."""
        self._runner.run(self._wait(event, session))

    async def _wait(self, event: str, session: str) -> None:
        while (session, event) not in self._told:
            await self._hear()

    def open(self, address: str) -> Tab:
        """A new window with this page in it, once it is loaded."""
        target = self.do("Target.createTarget", url="about:blank", newWindow=True)["targetId"]
        session = self.do("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        tab = Tab(self, session)
        tab.do("Page.enable")
        tab.go(address)
        return tab

    def close(self) -> None:
        self._runner.run(self._client.close())
        self._runner.close()
        self._process.kill()
        self._process.wait()


class Tab:
    """One page."""

    def __init__(self, browser: Chromium, session: str) -> None:
        self._browser, self._session = browser, session

    def do(self, method: str, **parameters: Any) -> Any:
        return self._browser.do(method, self._session, **parameters)

    def go(self, address: str) -> None:
        self.value("window.left = true")
        self.do("Page.navigate", url=address)
        self.wait("!window.left && document.readyState === 'complete'")

    def value(self, script: str) -> Any:
        """What a script gives; promises are waited for."""
        asked = {"expression": script, "awaitPromise": True, "returnByValue": True, "userGesture": True}
        found = self.do("Runtime.evaluate", **asked)
        assert "exceptionDetails" not in found, (script, found["exceptionDetails"])
        return found["result"].get("value")

    def wait(self, script: str) -> Any:
        """What a script gives once it gives something true."""
        limit = time.monotonic() + PATIENCE_S
        while not (found := self.value(script)):
            assert time.monotonic() < limit, (
                f"waited in vain for {script}; {self.value('document.body.innerText')}"
            )
            time.sleep(0.05)
        return found

    def click(self, selector: str) -> None:
        """As a mouse does, in the middle of an element."""
        box = self.value(
            f"""(() => {{ const element = document.querySelector({selector!r});
            element.scrollIntoView({{block: 'center', behavior: 'instant'}});
            const box = element.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2]; }})()"""
        )
        self.do("Page.bringToFront")
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.do("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def key(self, key: str) -> None:
        """Press and release a key, by the name that JavaScript has for it."""
        code = CODES.get(key, ord(key[0].upper()))
        self.do("Page.bringToFront")
        text = key if len(key) == 1 else ""
        self.do("Input.dispatchKeyEvent", type="keyDown", key=key, text=text, windowsVirtualKeyCode=code)
        self.do("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def drop(self, *files: Path) -> None:
        """Drop files into the middle of the page."""
        data = {"items": [], "files": [str(file) for file in files], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.do("Input.dispatchDragEvent", type=kind, x=200, y=200, data=data)

    def stall(self) -> None:
        """Do nothing more of what the page asks: neither its scripts run nor is anything drawn. Once."""
        self.do("Debugger.enable")
        self.do("Debugger.pause")
        self._browser.wait("Debugger.paused", self._session)

    def go_on(self) -> None:
        """No more be stalled."""
        self.do("Debugger.disable")

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.do("Page.captureScreenshot", format="png")["data"]))

    def screen(self, width: int, height: int, scale: float = 1, dark: bool = False) -> None:
        """Be shown on a screen of this size, in light or dark; under 600 px of width it is a phone."""
        phone = width < 600
        metrics = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": phone}
        self.do("Emulation.setDeviceMetricsOverride", **metrics)
        self.do("Emulation.setTouchEmulationEnabled", enabled=phone)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.do("Emulation.setEmulatedMedia", features=[scheme])


@contextlib.contextmanager
def chromium(options: Sequence[str] = ()) -> Iterator[Chromium]:
    """A browser with a profile of its own, which is gone afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Chromium(Path(folder), *options)
        try:
            yield browser
        finally:
            browser.close()
