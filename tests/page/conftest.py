"""What the tests in a browser share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.page.chromium import Chromium, chromium
from tests.page.running import Running
from tests.page.y4m import RED, write_y4m

FAKE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
"""Chromium has a camera, and its user lets every page have it."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    with chromium(FAKE) as browser:
        yield browser


@pytest.fixture
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test finds the styles that another one has made."""
    monkeypatch.setitem(os.environ, "LIVESTYLE_DATA", str(tmp_path / "data"))


@pytest.fixture
def session(own_data: None, tmp_path: Path) -> Iterator[Running]:
    with Running(tmp_path) as session:
        yield session


@pytest.fixture
def session_of_two(own_data: None, tmp_path: Path) -> Iterator[Running]:
    """One that shows two cameras, `synthetic` and `red.y4m`."""
    film = write_y4m(tmp_path / "red.y4m", 160, 120, RED)
    with Running(tmp_path, cameras=("synthetic:160x120", str(film))) as session:
        yield session
