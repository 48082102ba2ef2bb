"""How a window starts: neither a stamp on a fine screen nor larger than a small one; it hears every key."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from livestyle.core.size import Size
from livestyle.sinks.window import LARGEST_AT_START, Window, _grown


@pytest.mark.parametrize(
    ("picture", "screen", "limit", "scale"),
    [
        (Size(640, 480), Size(800, 600), LARGEST_AT_START, 1.0),
        (Size(320, 240), Size(800, 600), LARGEST_AT_START, 1.0),
        (Size(640, 480), Size(1280, 800), LARGEST_AT_START, 1.0),
        (Size(640, 480), Size(3840, 2160), Size(1920, 1080), 2.25),
        (Size(1280, 720), Size(3840, 2160), Size(1920, 1080), 1.5),
    ],
)
def test_a_window_is_half_as_high_as_a_fine_screen(
    picture: Size, screen: Size, limit: Size, scale: float
) -> None:
    assert _grown(LARGEST_AT_START, picture, screen) == (limit, scale)


class NewInput:
    """The X server, which is asked for keys only after the first picture was drawn."""

    heard = False

    def look(self) -> bool:
        self.heard = True
        return True

    def events(self) -> list[int]:
        return []


def test_a_key_that_only_qt_heard_while_the_window_opened_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = iter([-1, ord("s")])
    monkeypatch.setattr(cv2, "waitKeyEx", lambda _: next(told, -1))
    window = Window("none", Size(64, 64))
    monkeypatch.setattr(window, "_input", NewInput())
    window.draw(np.zeros((64, 64, 3), np.uint8))
    assert (window.key(), window.key()) == (ord("s"), -1)
