"""The page beside a live session, as the command puts them together."""

from __future__ import annotations

import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from livestyle.core.errors import LivestyleError
from livestyle.page.options import PageOptions
from livestyle.page.server import Page
from livestyle.ui.remote import keys
from livestyle.ui.run import ShowOptions, show
from tests.page.served import TOKEN
from tests.tiny import write_tiny


class Running:
    """A live session with a page, on a thread of its own; `address` is known as soon as it answers."""

    def __init__(self, folder: Path, **options: object) -> None:
        write_tiny(folder / "tiny", "grey", "dark")
        self.address = ""
        self.figures: dict[str, object] = {}
        self._lines: list[str] = []
        self._known = threading.Event()
        chosen = {"cameras": ("synthetic:96x64",), "model": str(folder / "tiny"), "folder": folder, **options}
        self._options = ShowOptions(**chosen, window=False, threads=1)  # type: ignore[arg-type]
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        with Page(PageOptions(port=0, token=TOKEN), keys(), self._say) as page:
            self.figures = show(self._options, Console(quiet=True), page)

    def _say(self, line: str) -> None:
        self.address = line.split()[1].split("?")[0]
        self._known.set()

    def __enter__(self) -> Running:
        self.thread.start()
        assert self._known.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self.thread.join(60)


def get(address: str) -> bytes:
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return bytes(answer.read())


def test_a_session_has_a_page_while_it_runs(tmp_path: Path) -> None:
    with Running(tmp_path, seconds=3.0) as session:
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
