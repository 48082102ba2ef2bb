"""A pipeline that holds a rate: frames keep their size, what is painted gets smaller."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import ClassVar

import pytest

from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.pipeline.governor import Governor
from livestyle.pipeline.grid import GridPipeline
from livestyle.pipeline.live import LivePipeline
from livestyle.pipeline.look import Look
from livestyle.pipeline.painting_size import PaintingSize
from livestyle.pipeline.report import report
from livestyle.runtime.film import Tensors
from livestyle.runtime.select import Registry
from livestyle.sources.synthetic.source import SyntheticSource
from livestyle.stylizer.stylizer import Stylizer
from livestyle.ui.screen import Hud
from tests.pipeline.fakes import NotingEngine

CAMERA = Size(256, 192)
SMALLEST = Size(128, 96)


class SlowEngine(NotingEngine):
    """Takes `seconds` for a frame of the camera's size, and less for a smaller one; notes the sizes."""

    seconds: ClassVar[float] = 0.0
    sizes: ClassVar[list[Size]]
    broken: ClassVar[bool] = False

    def _open_impl(self) -> None:
        if self.broken and self.size != CAMERA:
            raise RuntimeError("no room for it")

    def _infer_impl(self, feed: Tensors) -> Tensors:
        size = Size.of(feed["frame"][0])
        self.sizes.append(size)
        time.sleep(self.seconds * size.width * size.height / (CAMERA.width * CAMERA.height))
        return super()._infer_impl(feed)


@pytest.fixture
def stylizer(monkeypatch: pytest.MonkeyPatch, model: Model) -> Iterator[Stylizer]:
    monkeypatch.setattr(SlowEngine, "sizes", [], raising=False)
    monkeypatch.setattr(SlowEngine, "notes", [])
    with Stylizer(model, precision="f32", registry=Registry.of({"slow": SlowEngine})) as stylizer:
        yield stylizer.open(CAMERA)


def look(stylizer: Stylizer) -> Look:
    return Look(stylizer.model.styles, stylizer.styles[0])


def step_down(pipeline: LivePipeline | GridPipeline) -> None:
    """Take paintings until they are made in the smallest size."""
    limit = time.monotonic() + 60
    while pipeline.painting_size.now != SMALLEST:
        assert time.monotonic() < limit
        if (painting := pipeline.next(1)) is not None:
            pipeline.shown(painting)


def test_frames_that_take_too_long_are_painted_smaller_and_shown_as_large_as_they_came(
    stylizer: Stylizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SlowEngine, "seconds", 0.2)
    governor = Governor(rate=20)
    with SyntheticSource(CAMERA) as camera, LivePipeline(camera, stylizer, look(stylizer), governor) as live:
        step_down(live)
        assert live.hot_swap.preparing == ""
        for _ in range(3):
            painting = live.next(30)
            assert painting is not None
            assert Size.of(painting.painted.pixels) == Size.of(painting.original.pixels) == CAMERA
        assert live.news() == []
        assert dict(Hud(live).rows())["Inference"].endswith("  ·  128×96 of 256×192")
        assert live.painting_size.summary().startswith("painted ")
        assert live.painting_size.summary().endswith(" % in 128×96, to hold 20 fps")
        figures = report(live.lanes, live.engine, live.model, live.painting_size)
    assert SlowEngine.sizes[0] == CAMERA
    assert SlowEngine.sizes[-1] == SMALLEST
    assert figures["held_rate"] == 20
    assert figures["size_steps"] == governor.steps >= 1
    assert figures["frames_by_size"].keys() >= {str(CAMERA), str(SMALLEST)}


def test_without_a_governor_the_size_stays(stylizer: Stylizer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SlowEngine, "seconds", 0.05)
    with SyntheticSource(CAMERA) as camera, LivePipeline(camera, stylizer, look(stylizer)) as live:
        while len(SlowEngine.sizes) < 12:
            live.next(30)
    assert set(SlowEngine.sizes) == {CAMERA}
    assert live.painting_size.now is None


def test_an_engine_that_cannot_be_opened_is_a_notice_once_and_the_size_stays(
    stylizer: Stylizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SlowEngine, "seconds", 0.05)
    monkeypatch.setattr(SlowEngine, "broken", True)
    governor, news = Governor(rate=100), list[str]()
    with SyntheticSource(CAMERA) as camera, LivePipeline(camera, stylizer, look(stylizer), governor) as live:
        while not news:
            live.next(30)
            news += live.news()
        seen = len(SlowEngine.sizes)
        while len(SlowEngine.sizes) < seen + 12:
            live.next(30)
        assert live.news() == []
    assert "no room for it" in news[0]
    assert set(SlowEngine.sizes) == {CAMERA}


def test_several_cameras_step_together(stylizer: Stylizer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SlowEngine, "seconds", 0.1)
    with contextlib.ExitStack() as stack:
        cameras = [stack.enter_context(SyntheticSource(CAMERA)) for _ in range(2)]
        looks = [look(stylizer), look(stylizer)]
        grid = stack.enter_context(GridPipeline(cameras, stylizer, looks, Governor(rate=40)))
        step_down(grid)
        shown = [lane.stats.inference.count for lane in grid.lanes]
        while any(lane.stats.inference.count < n + 3 for lane, n in zip(grid.lanes, shown, strict=True)):
            grid.next(30)
        painting = grid.next(30)
    assert painting is not None
    assert Size.of(painting.painted.pixels) == Size(2 * CAMERA.width, CAMERA.height)
    assert SlowEngine.sizes[-1] == SMALLEST


def test_frames_side_by_side_in_an_engine_count_for_what_they_keep_it_busy() -> None:
    governor = Governor(rate=30)
    size = PaintingSize(governor)
    size.of(CAMERA)
    for number in range(40):  # each takes 60 ms, two at a time
        size.painted(CAMERA, number * 0.030, number * 0.030 + 0.060)
    assert size.wanted is None
    for number in range(40):
        size.painted(CAMERA, 2 + number * 0.060, 2 + number * 0.060 + 0.060)
    assert size.wanted is not None


@pytest.mark.parametrize(
    ("camera", "smallest"), [(Size(1920, 1080), Size(640, 360)), (Size(640, 480), Size(320, 240))]
)
def test_a_third_is_for_cameras_with_many_lines(camera: Size, smallest: Size) -> None:
    size = PaintingSize(Governor(rate=30))
    size.of(camera)
    for number in range(40):
        size.painted(camera, number * 0.5, number * 0.5 + 0.5)
    assert size.wanted == smallest


def test_frames_painted_while_an_engine_is_prepared_tell_nothing() -> None:
    size = PaintingSize(Governor(rate=30))
    size.of(CAMERA)
    size.counts = False
    for number in range(40):
        size.painted(CAMERA, number * 0.1, number * 0.1 + 0.1)
    assert size.wanted is None


def test_large_strokes_are_those_of_a_smaller_picture(
    stylizer: Stylizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    painter = look(stylizer)
    with SyntheticSource(CAMERA) as camera, LivePipeline(camera, stylizer, painter) as live:
        painter.stroke = 2.0
        step_down(live)
        painter.stroke = 1.0
        limit = time.monotonic() + 60
        while live.painting_size.now is not None:
            assert time.monotonic() < limit
            live.next(1)
        painting = live.next(30)
    assert painting is not None
    assert Size.of(painting.painted.pixels) == CAMERA
    assert live.painting_size.summary() == ""


def test_the_smaller_of_what_strokes_and_rate_ask_for_counts() -> None:
    governor, strokes = Governor(rate=30), [2.0]
    size = PaintingSize(governor, lambda: strokes[0])
    assert size.of(CAMERA) == CAMERA
    assert size.wanted == SMALLEST
    size.took_over(SMALLEST)
    now = time.perf_counter()
    for number in range(1, 40):  # at the whole size it would be 56 ms
        size.painted(SMALLEST, now + number * 0.1, now + number * 0.1 + 0.014)
    assert size.wanted is None
    assert governor.share < 1
    strokes[0] = 1.0
    assert size.wanted == Size(192, 144)
