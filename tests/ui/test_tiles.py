from __future__ import annotations

import contextlib
from collections.abc import Iterator

import numpy as np
import pytest

from livestyle.core.size import Size
from livestyle.pipeline.grid import GridPipeline
from livestyle.pipeline.look import Look
from livestyle.stylizer.stylizer import Stylizer
from livestyle.ui.overlay import ACCENT
from livestyle.ui.screen import Hud
from livestyle.ui.tiles import ONE, Labels, Tile, Tiles
from tests.pipeline.conftest import stylizer as stylizer
from tests.pipeline.fakes import FakeCamera

GRID = Size(640, 240)


@pytest.fixture
def grid(stylizer: Stylizer) -> Iterator[GridPipeline]:
    stylizer.open(Size(64, 64))
    looks = [Look(stylizer.model.styles, name) for name in ("starry_night", "scream")]
    with contextlib.ExitStack() as stack:
        cameras = [stack.enter_context(FakeCamera()) for _ in looks]
        yield stack.enter_context(GridPipeline(cameras, stylizer, looks))


def test_the_selected_picture_has_a_frame_and_each_its_name() -> None:
    canvas = np.full((240, 640, 3), 120, np.uint8)
    tiles = Tiles((Tile("camera 0", ("Night",)), Tile("camera 1", ("Candy",))), selected=1)
    tiles.mark(canvas, GRID)
    assert canvas[0, 320:].tolist() == [list(ACCENT)] * 320
    assert (canvas[:120, :318] == 120).all()
    for left in (0, 320):
        assert canvas[180:232, left + 5 : left + 160].min() < 60  # the panel behind the name
    again = np.full((240, 640, 3), 120, np.uint8)
    Tiles(tiles.tiles, selected=0).mark(again, GRID)
    assert again[0, :320].tolist() == [list(ACCENT)] * 320


def test_they_are_marked_where_the_grid_lies_in_the_window() -> None:
    canvas = np.full((400, 640, 3), 120, np.uint8)
    Tiles((Tile("camera 0"), Tile("camera 1"))).mark(canvas, GRID)
    assert (canvas[:80] == 120).all()
    assert (canvas[320:] == 120).all()
    assert canvas[80, :320].tolist() == [list(ACCENT)] * 320


def test_what_is_frozen_is_marked_on_its_own_picture() -> None:
    canvas = np.full((240, 640, 3), 120, np.uint8)
    Tiles((Tile("a"), Tile("b", badge="Frozen"))).mark(canvas, GRID)
    assert canvas[10:40, 540:630].min() < 60
    assert (canvas[10:40, 220:310] == 120).all()


def test_one_picture_is_as_it_was() -> None:
    picture = np.zeros((48, 64, 3), np.uint8)
    ONE.mark(picture, Size(64, 48))
    assert not picture.any()


def test_comparing_is_for_each_picture() -> None:
    cameras, paintings = np.zeros((96, 128, 3), np.uint8), np.full((96, 128, 3), 200, np.uint8)
    both = Tiles((Tile("a"), Tile("b"), Tile("c"))).split(cameras, paintings)
    columns = [int(both[10, x, 0]) for x in (10, 50, 74, 120)]
    assert columns == [0, 200, 0, 200]
    assert both[0, 32].tolist() == both[48, 32].tolist() == [245] * 3
    assert (both[48:, 64:] == 200).all()  # where there is no picture, nothing is compared


def test_each_has_its_own_label_marker_and_figures(grid: GridPipeline) -> None:
    grid.lanes[1].look.frozen = True
    grid.selected = 1
    while any(lane.stats.display.count < 3 for lane in grid.lanes):
        if (painting := grid.next(30)) is not None:
            grid.shown(painting)
    tiles = Labels(grid).tiles(figures=True)
    first, second = tiles.tiles
    assert tiles.selected == 1
    assert first.style == ("The Starry Night – Vincent van Gogh", "The Starry Night", "Starry night")
    assert second.style[0] == "The Scream – Edvard Munch"
    assert (first.badge, second.badge) == ("", "Frozen")
    assert all("fps" in tile.figures and "dropped" in tile.figures for tile in tiles.tiles)
    assert [tile.figures for tile in Labels(grid).tiles(figures=False).tiles] == ["", ""]
    assert [label for label, _ in Hud(grid).rows()] == ["Painted", "Model", "Engine", "Device"]
