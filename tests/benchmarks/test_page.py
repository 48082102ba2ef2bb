"""What benchmarks/page.py tells of one way."""

from __future__ import annotations

from typing import Any

import page
import pytest


class BlindTab:
    """A browser that has seen two pictures without a time."""

    def value(self, script: str) -> Any:
        return [["0" * 96, 0.0], ["1" * 96, 1.0]] if script == "window.seen" else None


def test_a_way_has_its_memory_so_that_growth_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "WARM_UP_S", 0.0)
    found = page.measure(BlindTab(), 0.1)  # type: ignore[arg-type]
    assert len(found["mb"]) == page.SAMPLES
    assert min(found["mb"]) > 1
    assert found["unreadable"] == 2
