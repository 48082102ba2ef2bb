"""Viewers and pages beside one that works, in a headless Chromium: those that stall, that have no right."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.page.chromium import Chromium
from tests.page.running import Running
from tests.page.served import TOKEN
from tests.page.tabs import opened, sees_grey


def test_a_viewer_that_stalls_delays_nobody(browser: Chromium, session: Running) -> None:
    """Of another name, so that Chromium gives it a process of its own."""
    stalled = opened(browser, session, host="localhost")
    other = opened(browser, session)
    sees_grey(stalled, "dim")
    sees_grey(other, "dim")
    stalled.stall()
    for number, style in ((2, "bright"), (1, "dim"), (2, "bright")):
        other.click(f".gallery li:nth-child({number}) .style")
        sees_grey(other, style)
    stalled.go_on()
    sees_grey(stalled, "bright")  # what is new, when it looks again


def test_a_wrong_token_shows_nothing(browser: Chromium, session: Running) -> None:
    browser.do("Storage.clearCookies")
    tab = browser.open(f"{session.address}?token=wrong")
    assert "token" in tab.value("document.body.innerText")
    assert tab.value("document.querySelector('#picture')") is None


class ForeignPage(BaseHTTPRequestHandler):
    """An empty page, whatever is asked for."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@pytest.fixture
def foreign() -> Iterator[str]:
    """The address of a page that another program of this machine serves."""
    with ThreadingHTTPServer(("127.0.0.1", 0), ForeignPage) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_a_page_from_elsewhere_hears_nothing_though_it_has_the_token(
    browser: Chromium, session: Running, foreign: str
) -> None:
    """Of this machine, as Chromium itself keeps those of others, and `data:`, away from what is here."""
    address = f"{session.address.replace('http', 'ws')}socket?token={TOKEN}"
    tab = browser.open(foreign)
    heard = tab.value(
        f"""new Promise((resolve) => {{
            const socket = new WebSocket({address!r});
            socket.onopen = () => resolve('it opens');
            socket.onmessage = () => resolve('a message');
            socket.onclose = () => resolve('nothing');
        }})"""
    )
    assert heard == "nothing"
