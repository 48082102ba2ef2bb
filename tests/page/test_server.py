"""The page beside a live session, as the command puts them together."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from livestyle.core.errors import LivestyleError
from livestyle.page.certificate import own_certificate
from livestyle.page.options import Limits, PageOptions
from livestyle.page.server import Page
from tests.page.running import Running
from tests.page.served import TOKEN


def get(address: str) -> bytes:
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return bytes(answer.read())


def test_a_session_has_a_page_while_it_runs(tmp_path: Path) -> None:
    with Running(tmp_path) as session:
        controls = json.loads(get(f"{session.address}controls.json"))
        assert {row["name"] for row in controls["controls"]} >= {"style", "strength"}
        assert [row["does"] for row in controls["keys"] if row["here"] == "fullscreen"]
        assert get(f"{session.address}snapshot.png")[:4] == b"\x89PNG"
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(session.address, timeout=30)
    assert session.figures["model"] == "tiny"
    with pytest.raises(urllib.error.URLError):
        get(f"{session.address}controls.json")


def place(session: Running) -> tuple[str, int]:
    """Host and port."""
    parts = urlsplit(session.address)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port


def test_with_a_certificate_it_answers_https_alone(tmp_path: Path) -> None:
    path = own_certificate(tmp_path / "page", ["localhost", "127.0.0.1"])
    trusting = ssl.create_default_context(cafile=str(path))
    trusting.verify_flags &= ~ssl.VERIFY_X509_STRICT
    with Running(tmp_path, PageOptions(port=0, token=TOKEN, certificate=path)) as session:
        assert session.address.startswith("https://")
        safe = http.client.HTTPSConnection(*place(session), timeout=30, context=trusting)
        safe.request("GET", f"/?token={TOKEN}")
        answer = safe.getresponse()
        assert answer.status == 303
        assert "Secure" in answer.headers["Set-Cookie"].split("; ")
        safe.close()
        plain = http.client.HTTPConnection(*place(session), timeout=30)
        plain.request("GET", f"/?token={TOKEN}")
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            plain.getresponse()
        plain.close()


def test_half_a_request_is_waited_for_no_longer_than_the_limit(tmp_path: Path) -> None:
    options = PageOptions(port=0, token=TOKEN, limits=Limits(idle_s=0.3))
    with (
        Running(tmp_path, options) as session,
        socket.create_connection(place(session), timeout=30) as half,
    ):
        half.sendall(b"GET / HTTP/1.1\r\nHost: loc")
        assert half.recv(99) == b""


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_that_is_taken_is_said_at_the_start(taken: int) -> None:
    said: list[str] = []
    say = said.append
    with (
        pytest.raises(LivestyleError, match="choose another with --host or --port"),
        Page(PageOptions(port=taken), [], say),
    ):
        pass
    with pytest.raises(LivestyleError, match="can't be at"), Page(PageOptions(host="192.0.2.250"), [], say):
        pass
