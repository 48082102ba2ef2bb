"""What guests, such as a page or a fader, ask of a live session."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Protocol, TypeVar

from livestyle.core.frame import Pixels
from livestyle.model.controls import Values

T = TypeVar("T")

_PATH = re.compile(r"""(?<![^\s:;,'"(=])(?:[A-Za-z]:)?[/\\](?:[^\s/\\:;,'"][^/\\:;,'"]*[/\\])*(?=[^\s/\\])""")
"""The folders of an absolute path."""


class Desk(Protocol):
    """A live session. `ask` may be called on any thread; all else only by what `ask` was given."""

    def ask(self, act: Callable[[], T]) -> Future[T]: ...
    def state(self) -> dict[str, Any]: ...
    def thumbnails(self) -> Mapping[str, Pixels]: ...
    def figures(self) -> Sequence[Sequence[str]]: ...
    @property
    def recorded(self) -> Path | None: ...
    def set(self, values: Values, show: bool = False) -> None: ...
    def press(self, key: str) -> None: ...
    def do(self, button: str) -> None: ...
    def tell(self, line: str) -> None: ...
    def turn_to(self, model: str) -> None: ...
    def add_style(self, name: str, picture: Pixels) -> None: ...


def without_paths(value: Any) -> Any:
    """Plain values with every path in a text cut to its last name: no folder of this machine is told."""
    if isinstance(value, str):
        return _PATH.sub("", value)
    if isinstance(value, dict):
        return {name: without_paths(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_paths(item) for item in value]
    return value
