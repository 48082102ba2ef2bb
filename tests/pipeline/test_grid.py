"""Several sources as one picture."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest

from livestyle.core.size import Size
from livestyle.pipeline.grid import GridPipeline, grid_size, layout, side_by_side
from livestyle.pipeline.lane import PaintedFrame
from livestyle.pipeline.look import Look
from livestyle.stylizer.stylizer import Stylizer
from tests.pipeline.fakes import FakeCamera

SIZE = Size(64, 64)


@pytest.mark.parametrize(
    ("count", "columns", "rows"), [(1, 1, 1), (2, 2, 1), (3, 2, 2), (4, 2, 2), (5, 3, 2)]
)
def test_the_grid_is_as_square_as_it_can_be(count: int, columns: int, rows: int) -> None:
    assert layout(count) == (columns, rows)
    assert grid_size(count, Size(64, 48)) == Size(columns * 64, rows * 48)


def test_pictures_lie_from_the_top_left_on_and_one_that_is_missing_is_black() -> None:
    flat = {n: np.full((48, 64, 3), 10 * n, np.uint8) for n in (1, 2)}
    flat[2] = flat[2][:32]  # of another size
    grid = side_by_side(flat, 3, Size(64, 48))
    assert grid.shape == (96, 128, 3)
    assert {*grid[:48, :64].flat} == {0}
    assert {*grid[:48, 64:].flat} == {10}
    assert {*grid[56:88, :64].flat} == {20}
    assert {*grid[48:56, :64].flat} == {*grid[88:, :64].flat} == {0}
    assert {*grid[48:, 64:].flat} == {0}


def test_every_painting_holds_the_newest_of_each_source(stylizer: Stylizer) -> None:
    stylizer.open(SIZE)
    looks = [Look(stylizer.model.styles, name) for name in stylizer.styles[:2]]
    seen: list[PaintedFrame] = []
    with contextlib.ExitStack() as stack:
        cameras = [stack.enter_context(FakeCamera(frames, rate)) for frames, rate in ((30, 100), (10, 50))]
        pipeline = stack.enter_context(GridPipeline(cameras, stylizer, looks))
        pipeline.selected = 1
        while not pipeline.ended:
            if (painting := pipeline.next(5)) is not None:
                seen.append(painting)
                pipeline.shown(painting)
    assert [painting.painted.index for painting in seen] == list(range(len(seen)))
    levels = np.array([painting.painted.pixels[0, [0, 64], 0] for painting in seen])
    assert (np.diff(levels.astype(int), axis=0) >= 0).all()
    assert levels[-1].tolist() == [29, 9]
    times = [painting.painted.captured_ns for painting in seen]
    assert times == sorted(times)
    assert {painting.style for painting in seen} == {stylizer.styles[1]}
    assert (seen[-1].original.pixels == seen[-1].painted.pixels).all()
    counts = [lane.stats.display.count + lane.stats.dropped for lane in pipeline.lanes]
    assert counts == [30, 10]
    assert pipeline.frames_shown == max(lane.stats.display.count for lane in pipeline.lanes)
