"""What benchmarks/together.py tells of a viewer."""

from __future__ import annotations

from typing import Any

import together


class SocketTab:
    """A browser that has seen nothing yet, by WebSocket."""

    def value(self, script: str) -> Any:
        return [] if script == "window.seen" else "Live · WebSocket"


def test_a_viewer_has_the_way_by_which_it_saw() -> None:
    found = together.viewed(SocketTab(), 0.0, 1.0)  # type: ignore[arg-type]
    assert found["link"] == "Live · WebSocket"
    assert found["pictures_a_second"] == 0
