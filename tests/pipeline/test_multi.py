"""Several sources through one engine: each has its style and its past, none waits for another."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from livestyle.core.bars import Box
from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size
from livestyle.pipeline.lane import PaintedFrame
from livestyle.pipeline.look import Look
from livestyle.pipeline.multi import ManyPipeline
from livestyle.runtime.film import HostFilm
from livestyle.sources.source import SourceInfo
from livestyle.stylizer.stylizer import Stylizer
from tests.pipeline.fakes import FakeCamera, NotingEngine


@contextlib.contextmanager
def many(cameras: Sequence[FakeCamera], stylizer: Stylizer) -> Iterator[ManyPipeline]:
    stylizer.open(Size(64, 64))
    looks = [Look(stylizer.model.styles, name) for name, _ in zip(stylizer.styles, cameras, strict=False)]
    with contextlib.ExitStack() as stack:
        for camera in cameras:
            stack.enter_context(camera)
        yield stack.enter_context(ManyPipeline(cameras, stylizer, looks))


def paint_all(pipeline: ManyPipeline) -> list[list[PaintedFrame]]:
    seen: list[list[PaintedFrame]] = [[] for _ in pipeline.lanes]
    while not pipeline.ended:
        found = pipeline.take(30)
        if found is not None:
            number, painting = found
            pipeline.count_shown(number, painting)
            seen[number].append(painting)
    return seen


@pytest.mark.parametrize("depth", [1, 3])
def test_every_source_is_painted_to_its_end_in_its_own_style(
    stylizer: Stylizer, monkeypatch: pytest.MonkeyPatch, depth: int
) -> None:
    monkeypatch.setattr(HostFilm, "depth", depth)
    threads = threading.active_count()
    with many([FakeCamera(frames) for frames in (10, 25, 3)], stylizer) as pipeline:
        seen = paint_all(pipeline)
    assert [paintings[-1].painted.index for paintings in seen] == [9, 24, 2]
    for number, paintings in enumerate(seen):
        assert {painting.style for painting in paintings} == {stylizer.styles[number]}
        assert all((p.painted.pixels == p.painted.index).all() for p in paintings)
    vectors = {vector.tobytes() for _, vector in NotingEngine.notes}
    assert vectors == {stylizer.model.styles.vectors[n].tobytes() for n in range(3)}
    assert NotingEngine.opened == 1
    assert threading.active_count() == threads


def test_a_fast_source_takes_nothing_from_a_slow_one(
    stylizer: Stylizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    infer = NotingEngine._infer_impl

    def slowly(self: NotingEngine, feed: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        time.sleep(0.01)
        return infer(self, feed)

    monkeypatch.setattr(NotingEngine, "_infer_impl", slowly)
    with many([FakeCamera(rate=2000), FakeCamera(frames=8, rate=4)], stylizer) as pipeline:
        while not pipeline.lanes[1].paintings.ended:
            found = pipeline.take(30)
            assert found is not None
            pipeline.count_shown(*found)
        fast, slow = (lane.stats for lane in pipeline.lanes)
    assert slow.display.count == 8
    assert slow.dropped == 0
    assert fast.dropped > 0


def test_styles_are_changed_one_by_one(stylizer: Stylizer) -> None:
    with many([FakeCamera(), FakeCamera()], stylizer) as pipeline:
        pipeline.lanes[1].look.index = 5
        styles: set[tuple[int, str]] = set()
        while not {(0, stylizer.styles[0]), (1, stylizer.styles[5])} <= styles:
            found = pipeline.take(30)
            assert found is not None
            styles.add((found[0], found[1].style))
    assert {style for number, style in styles if number == 0} == {stylizer.styles[0]}


def test_an_error_of_one_source_ends_all_and_is_raised(stylizer: Stylizer) -> None:
    cameras = [FakeCamera(), FakeCamera(frames=3, error=LivestyleError("unplugged"))]
    with many(cameras, stylizer) as pipeline:

        def paint() -> None:
            while True:
                pipeline.take(1)

        with pytest.raises(LivestyleError, match="unplugged"):
            paint()


def test_sources_of_two_sizes_are_refused(stylizer: Stylizer) -> None:
    other = FakeCamera()
    other.info = SourceInfo("wide", Size(128, 64), 30, "numbers", live=True)
    with (
        pytest.raises(LivestyleError, match=r"one size.*fake 64x64, wide 128x64.*--size"),
        many([FakeCamera(), other], stylizer),
    ):
        pass


def test_a_camera_that_changes_its_size_gets_bars_and_ends_nothing(stylizer: Stylizer) -> None:
    cameras = [FakeCamera(40), FakeCamera(40)]
    cameras[1].changes, cameras[1].then = 15, Size(64, 96)
    with many(cameras, stylizer) as pipeline:
        seen = paint_all(pipeline)
    assert [paintings[-1].painted.index for paintings in seen] == [39, 39]
    last = seen[1][-1].painted.pixels
    assert last.shape == (64, 64, 3)
    box = Box.of(Size(64, 96), Size(64, 64))
    assert box == Box(10, 0, Size(43, 64))
    assert not last[:, :10].any()
    assert not last[:, 53:].any()
    assert NotingEngine.opened == 1
