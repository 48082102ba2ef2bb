from __future__ import annotations

import numpy as np

from livestyle.ui.overlay import ACCENT
from livestyle.ui.tiles import ONE, Tiles


def test_the_selected_picture_has_a_frame_and_each_its_name() -> None:
    grid = np.full((240, 640, 3), 120, np.uint8)
    tiles = Tiles(("camera 0  ·  Night", "camera 1  ·  Candy"), selected=1)
    marked = tiles.marked(grid)
    assert (grid == 120).all()
    assert marked[0, 320:].tolist() == [list(ACCENT)] * 320
    assert (marked[:120, :318] == 120).all()
    for left in (0, 320):
        assert marked[180:236, left + 5 : left + 160].min() < 60  # the panel behind the name
    again = Tiles(tiles.names, selected=0).marked(grid)
    assert again[0, :320].tolist() == [list(ACCENT)] * 320


def test_one_picture_is_as_it_was() -> None:
    picture = np.zeros((48, 64, 3), np.uint8)
    assert ONE.marked(picture) is picture


def test_comparing_is_for_each_picture() -> None:
    cameras, paintings = np.zeros((96, 128, 3), np.uint8), np.full((96, 128, 3), 200, np.uint8)
    both = Tiles(("a", "b", "c")).split(cameras, paintings)
    columns = [int(both[50, x, 0]) for x in (10, 50, 74, 120)]
    assert columns == [0, 200, 0, 200]
    assert both[0, 32].tolist() == [245] * 3
