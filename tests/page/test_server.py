"""The page beside a live session, as the command puts them together."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from livestyle.core.errors import LivestyleError
from livestyle.page.options import PageOptions
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
