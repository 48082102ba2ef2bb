"""Another engine takes over while frames go on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.pipeline.live import LivePipeline, PaintedFrame
from livestyle.pipeline.look import Look
from livestyle.runtime.film import HostFilm, Tensors
from livestyle.runtime.select import Registry
from livestyle.stylizer.hot_swap import HotSwap
from livestyle.stylizer.stylizer import Stylizer
from tests.pipeline.building import SteppedCamera
from tests.pipeline.fakes import FakeCamera, NotingEngine
from tests.tiny import write_tiny
from tests.ui.desktop import wait_for

SIZE = Size(64, 64)


class GatedEngine(NotingEngine):
    """Opens for 'second' only once the gate is open; paints in the first number of the style."""

    gate: ClassVar[threading.Event]
    error: ClassVar[Exception | None] = None
    closed: ClassVar[list[str]]

    def _open_impl(self) -> None:
        if self.model.card.name == "second":
            assert self.gate.wait(60)
            if self.error:
                raise self.error

    def _close_impl(self) -> None:
        self.closed.append(self.model.card.name)

    def _infer_impl(self, feed: Tensors) -> Tensors:
        return {"stylized": np.full_like(feed["frame"], feed["style"][0, 0])}


@pytest.fixture
def models(tmp_path: Path) -> tuple[Model, Model]:
    return write_tiny(tmp_path / "first", "sea", "sun"), write_tiny(tmp_path / "second", "a", "b", "c", "sun")


@pytest.fixture
def stylizer(monkeypatch: pytest.MonkeyPatch, models: tuple[Model, Model]) -> Iterator[Stylizer]:
    monkeypatch.setattr(GatedEngine, "gate", threading.Event(), raising=False)
    monkeypatch.setattr(GatedEngine, "closed", [], raising=False)
    with Stylizer(models[0], precision="f32", registry=Registry.of({"gated": GatedEngine})) as stylizer:
        yield stylizer.open(SIZE)
        GatedEngine.gate.set()


def pipeline_of(stylizer: Stylizer, camera: FakeCamera | None = None) -> LivePipeline:
    return LivePipeline(camera or FakeCamera(rate=50), stylizer, Look(stylizer.model.styles, "sun"))


def paintings(pipeline: LivePipeline) -> Iterator[PaintedFrame]:
    while not pipeline.ended:
        if (painting := pipeline.next(5)) is not None:
            yield painting


def prepared(hot_swap: HotSwap) -> bool:
    """The engine is open and warm, and waits to be handed over."""
    coming = hot_swap._background._coming
    return coming is not None and coming[1].done()


def level(painting: PaintedFrame) -> int:
    """`write_tiny` paints style n in the grey n: 'sun' is 1 in the first model, 3 in the second."""
    return int(painting.painted.pixels[0, 0, 0])


def test_no_frame_is_dropped_and_the_first_one_that_can_is_painted_by_the_new_engine(
    stylizer: Stylizer, models: tuple[Model, Model]
) -> None:
    seen: list[PaintedFrame] = []
    camera = SteppedCamera()
    with pipeline_of(stylizer, camera) as pipeline:
        for painting in paintings(pipeline):
            seen.append(painting)
            if len(seen) == 10:
                pipeline.hot_swap.switch(models[1])
            if len(seen) == 30:
                assert pipeline.hot_swap.preparing == "second"
                GatedEngine.gate.set()
                wait_for(lambda: prepared(pipeline.hot_swap))
            if len(seen) == 60:
                camera.end()
            camera.taken.release()
        assert pipeline.model == "second"
        assert [line.split()[0] for line in pipeline.news()] == ["second"]
    assert [painting.original.index for painting in seen] == list(range(60))
    assert [level(painting) for painting in seen] == [1] * 30 + [3] * 30
    assert {painting.style for painting in seen} == {"sun"}
    assert GatedEngine.closed == ["first"]
    assert pipeline.hot_swap.preparing == ""


def test_a_step_of_the_size_costs_no_frame(stylizer: Stylizer) -> None:
    """Strokes twice as large are those of a picture half as large."""
    seen: list[PaintedFrame] = []
    camera, whole = SteppedCamera(), Size(128, 128)
    camera.changes, camera.then = 0, whole
    with pipeline_of(stylizer, camera) as pipeline:
        size = pipeline.painting_size
        for painting in paintings(pipeline):
            seen.append(painting)
            if len(seen) == 10:
                pipeline.look.stroke = 2.0
            if len(seen) == 30:
                wait_for(lambda: size.now or prepared(pipeline.hot_swap))
            if len(seen) == 60:
                camera.end()
            camera.taken.release()
        assert size.now == SIZE
        frames = size.figures()["frames_by_size"]
    assert [painting.original.index for painting in seen] == list(range(60))
    assert {Size.of(painting.painted.pixels) for painting in seen} == {whole}
    assert frames[str(whole)] >= 10
    assert frames[str(SIZE)] >= 30
    assert sum(frames.values()) == 60


@pytest.mark.parametrize("error", [LivestyleError("no such plan"), RuntimeError("driver fell over")])
def test_an_engine_that_cannot_be_opened_is_a_notice_and_the_old_one_paints_on(
    stylizer: Stylizer, models: tuple[Model, Model], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(GatedEngine, "error", error)
    GatedEngine.gate.set()
    news: list[str] = []
    with pipeline_of(stylizer) as pipeline:
        pipeline.hot_swap.switch(models[1])
        for painting in paintings(pipeline):
            assert level(painting) == 1
            news += pipeline.news()
            if news:
                break
        assert pipeline.next(5) is not None
    assert len(news) == 1
    assert str(error) in news[0]
    assert stylizer.model is models[0]
    assert pipeline.hot_swap.preparing == ""


def test_quitting_while_it_is_prepared_joins_every_thread(
    stylizer: Stylizer, models: tuple[Model, Model]
) -> None:
    threads = threading.active_count()
    with pipeline_of(stylizer) as pipeline:
        assert pipeline.next(5) is not None
        pipeline.hot_swap.switch(models[1])
        assert threading.active_count() == threads + 3
        threading.Timer(0.05, GatedEngine.gate.set).start()
    assert GatedEngine.closed == ["second"]
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("engine")]


def test_a_wish_that_is_taken_back_changes_nothing(stylizer: Stylizer, models: tuple[Model, Model]) -> None:
    pipeline = pipeline_of(stylizer, FakeCamera(20, rate=50))
    pipeline.hot_swap.switch(models[1])
    pipeline.hot_swap.stay()
    GatedEngine.gate.set()
    with pipeline:
        assert {level(painting) for painting in paintings(pipeline)} == {1}


def test_what_is_set_stays_set_and_the_style_of_the_same_name(
    stylizer: Stylizer, models: tuple[Model, Model]
) -> None:
    stylizer.strength, stylizer.keep_color, stylizer.steadiness = 0.5, True, 0.3
    GatedEngine.gate.set()
    for style, then in (("sun", "sun"), ("sea", "a")):
        stylizer.style = style
        hand_over(stylizer, models[1])
        assert (stylizer.strength, stylizer.keep_color, stylizer.steadiness) == (0.5, True, 0.3)
        assert stylizer.style == then
        np.testing.assert_array_equal(stylizer.style_vector, models[1].styles.vector(then))
        hand_over(stylizer, models[0])


def hand_over(stylizer: Stylizer, model: Model) -> None:
    with HotSwap(stylizer) as hot_swap:
        hot_swap.switch(model)
        wait_for(hot_swap.hand_over)


def test_another_size_meanwhile_opens_once_more(stylizer: Stylizer, models: tuple[Model, Model]) -> None:
    frame = np.zeros((72, 80, 3), np.uint8)
    with HotSwap(stylizer) as hot_swap:
        hot_swap.switch(models[1])
        assert stylizer.stylize(frame).max() == 0
        GatedEngine.gate.set()
        wait_for(hot_swap.hand_over)
    stylizer.style = "sun"
    assert stylizer.stylize(frame).max() == 3


def test_frames_in_flight_are_finished_by_the_engine_that_began_them(
    stylizer: Stylizer, models: tuple[Model, Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HostFilm, "depth", 3)
    GatedEngine.gate.set()
    stylizer.style = "sun"
    frame = np.zeros((64, 64, 3), np.uint8)
    for _ in range(2):
        stylizer.submit(frame)
    hand_over(stylizer, models[1])
    stylizer.submit(frame)
    assert stylizer.in_flight == 3
    assert [int(stylizer.result().max()) for _ in range(3)] == [1, 1, 3]


def test_before_an_engine_is_open_there_is_nothing_to_go_on_from(models: tuple[Model, Model]) -> None:
    with HotSwap(Stylizer(models[0])) as hot_swap:
        hot_swap.switch(models[1])
        with pytest.raises(LivestyleError, match="no engine is open yet"):
            wait_for(hot_swap.hand_over)


def test_a_model_of_another_size_is_refused(models: tuple[Model, Model], stylizer: Stylizer) -> None:
    def double(self: GatedEngine, feed: Tensors) -> Tensors:
        return {"stylized": np.zeros((1, 128, 128, 3), np.uint8)}

    GatedEngine.gate.set()
    with pytest.MonkeyPatch.context() as patch, HotSwap(stylizer) as hot_swap:
        patch.setattr(GatedEngine, "_infer_impl", double)
        hot_swap.switch(models[1])
        with pytest.raises(LivestyleError, match="it paints 128x128 for a frame of 64x64"):
            wait_for(hot_swap.hand_over)
    assert GatedEngine.closed == ["second"]


def test_the_same_model_on_another_engine_goes_on_from_the_state(model: Model) -> None:
    with Stylizer(model, device="openvino", precision="f32", threads=1) as stylizer:
        frame = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
        stylizer.stylize(frame)
        expected = stylizer._engine.state if stylizer._engine else {}
        hand_over(stylizer, model)
        assert stylizer._engine is not None
        found = stylizer._engine.state
        assert expected.keys() == found.keys()
        for name, array in found.items():
            np.testing.assert_array_equal(array, expected[name])
