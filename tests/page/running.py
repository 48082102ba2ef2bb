"""A live session with a page, as the command puts them together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from rich.console import Console

from livestyle.model.card import STYLES_NAME
from livestyle.model.styles import StyleBank
from livestyle.page.options import PageOptions
from livestyle.page.server import Page
from livestyle.sources.source import Source
from livestyle.ui.remote import keys
from livestyle.ui.run import ShowOptions, show
from tests.page.served import TOKEN
from tests.tiny import write_tiny

GREYS = {"dim": 60, "bright": 200}
"""The styles of the session's model, and the grey that each paints all in."""


def write_greys(folder: Path, greys: Mapping[str, int]) -> None:
    """A model named as its folder, whose styles paint all in one grey each."""
    write_tiny(folder, *greys)
    vectors = np.zeros((len(greys), 6), np.float32)
    vectors[:, :3] = np.array(list(greys.values()))[:, None]
    StyleBank(tuple(greys), vectors).save(folder / STYLES_NAME)


class StoppablePage(Page):
    """Remembers its sources: the session ends with these."""

    def __init__(self, *words: Any) -> None:
        super().__init__(*words)
        self.painted: list[Source] = []

    def source(self, camera: str, open_it: Callable[[], Source]) -> Source:
        self.painted.append(super().source(camera, open_it))
        return self.painted[-1]


class Running:
    """The session runs on a thread of its own, until it is left; `address` is known once it is entered."""

    def __init__(self, folder: Path, page: PageOptions | None = None, **options: Any) -> None:
        """page: its token is TOKEN. options: of ShowOptions."""
        write_greys(folder / "tiny", GREYS)
        self.address = ""
        self.figures: dict[str, object] = {}
        self._known = threading.Event()
        self._page = StoppablePage(page or PageOptions(port=0, token=TOKEN), keys(), self._say)
        chosen: dict[str, Any] = {
            "cameras": ("synthetic:160x120",),
            "model": str(folder / "tiny"),
            "folder": folder,
        }
        self._options = ShowOptions(**{**chosen, **options}, window=False, threads=1)
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        with self._page:
            self.figures = show(self._options, Console(quiet=True), self._page)

    def _say(self, line: str) -> None:
        self.address = line.split()[1].split("?")[0]
        self._known.set()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._known.wait(60)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for source in self._page.painted:
            source.stop()
        self._thread.join(60)
