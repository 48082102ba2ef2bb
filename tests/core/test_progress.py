"""How far something is, as lines."""

from __future__ import annotations

import pytest

from livestyle.core.progress import Lines


def test_a_line_comes_every_few_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 1.0, 5.0, 6.0, 11.0])
    monkeypatch.setattr("livestyle.core.progress.time.monotonic", lambda: next(times))
    said: list[str] = []
    lines = Lines(said.append, "the engine is being built")
    for share in (0.1, 0.254, 0.3, 0.9):
        lines.tell(share)
    assert said == ["the engine is being built: 25%", "the engine is being built: 90%"]
