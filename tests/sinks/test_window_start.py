"""How large a window starts: neither a stamp on a fine screen nor larger than a small one."""

import pytest

from livestyle.core.size import Size
from livestyle.sinks.window import LARGEST_AT_START, _grown


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
