"""The best engine has to be built: another one paints until it is there. Nothing here runs TensorRT."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from livestyle.core.config import engines_dir
from livestyle.core.errors import LivestyleError, NoEngineError
from livestyle.model.card import Model
from livestyle.pipeline.grid import GridPipeline
from livestyle.pipeline.lane import PaintedFrame
from livestyle.pipeline.live import LivePipeline
from livestyle.pipeline.look import Look
from livestyle.runtime.tensorrt import plan_cache
from livestyle.stylizer.stylizer import Stylizer
from tests.pipeline.building import BOTH, BUILT, QUICK, SIZE, SlowEngine, SteppedCamera, Workshop
from tests.pipeline.fakes import FakeCamera
from tests.ui.desktop import wait_for


@pytest.fixture
def workshop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Workshop:
    found = Workshop()
    monkeypatch.setenv("LIVESTYLE_CACHE", str(tmp_path))
    monkeypatch.setattr(plan_cache, "library", lambda flavour: found)
    monkeypatch.setattr(plan_cache, "parse", found.parse)
    monkeypatch.setattr(plan_cache, "build", found.build)
    monkeypatch.setattr(plan_cache, "typed_graph", lambda model, precision: b"")
    monkeypatch.setattr(SlowEngine, "step", threading.Semaphore(0), raising=False)
    monkeypatch.setattr(SlowEngine, "began", threading.Event(), raising=False)
    return found


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def stylizer(workshop: Workshop, model: Model, said: list[str]) -> Iterator[Stylizer]:
    with Stylizer(model, precision="f32", report=said.append, registry=BOTH) as stylizer:
        yield stylizer


def pipeline_of(stylizer: Stylizer, camera: FakeCamera | None = None) -> LivePipeline:
    pipeline = LivePipeline(camera or FakeCamera(rate=50), stylizer, Look(stylizer.model.styles, "1"))
    pipeline.hot_swap.improve(stylizer.open_soon(SIZE))
    return pipeline


def paintings(pipeline: LivePipeline) -> Iterator[PaintedFrame]:
    while not pipeline.ended:
        if (painting := pipeline.next(5)) is not None:
            yield painting


def grey(painting: PaintedFrame) -> int:
    return int(painting.painted.pixels[0, 0, 0])


def test_the_first_engine_paints_until_the_best_is_built_and_no_frame_is_dropped(
    stylizer: Stylizer, said: list[str]
) -> None:
    seen: list[PaintedFrame] = []
    camera = SteppedCamera()
    pipeline = pipeline_of(stylizer, camera)
    assert stylizer.info.engine == "quick"
    assert said == ["slow has no engine of cin-lite for 64x64 yet; quick paints until it is built"]
    with pipeline:
        for painting in paintings(pipeline):
            seen.append(painting)
            if len(seen) == 10:
                assert pipeline.hot_swap.preparing == "slow"
                SlowEngine.step.release()
            if len(seen) >= 30 and pipeline.hot_swap.progress == 0.5:
                SlowEngine.step.release()
            if [grey(painting) for painting in seen[-50:]] == [BUILT] * 50:
                camera.end()
            camera.taken.release()
        assert pipeline.news() == ["cin-lite  ·  slow"]
    assert [painting.original.index for painting in seen] == list(range(len(seen)))
    greys = [grey(painting) for painting in seen]
    change = greys.index(BUILT)
    assert change >= 30
    assert greys == [QUICK] * change + [BUILT] * 50
    assert stylizer._engine is not None
    assert {float(array.max()) for array in stylizer._engine.state.values()} == {float(len(seen))}
    assert pipeline.hot_swap.preparing == ""


def test_what_is_built_already_paints_at_once(stylizer: Stylizer, said: list[str]) -> None:
    SlowEngine.step.release(2)
    with Stylizer(stylizer.model, "slow", "f32", registry=BOTH) as first:
        first.open(SIZE)
    assert stylizer.open_soon(SIZE) is None
    assert stylizer.info.engine == "slow"
    assert said == []


def test_where_nothing_opens_at_once_it_is_built_first(workshop: Workshop, model: Model) -> None:
    SlowEngine.step.release(2)
    said: list[str] = []
    with Stylizer(model, "slow", "f32", report=said.append, registry=BOTH) as stylizer:
        assert stylizer.open_soon(SIZE) is None
        assert stylizer.info.engine == "slow"
    assert "building an engine of cin-lite for 64x64" in said[0]


def test_files_and_the_api_build_first(stylizer: Stylizer) -> None:
    SlowEngine.step.release(2)
    assert stylizer.open(SIZE).info.engine == "slow"


def test_the_api_logs_how_far_it_is(
    workshop: Workshop, model: Model, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("livestyle.core.progress.TELL_EVERY_S", 0.0)
    SlowEngine.step.release(2)
    # Some library that earlier tests load raises the root logger's level and leaves it there.
    with (
        caplog.at_level(logging.WARNING, "livestyle"),
        Stylizer(model, "slow", "f32", registry=BOTH) as stylizer,
    ):
        stylizer.open(SIZE)
    assert caplog.messages == [f"the engine is being built: {share}%" for share in (50, 100)]


def test_a_building_that_fails_is_a_notice_and_the_first_paints_on(
    stylizer: Stylizer, workshop: Workshop
) -> None:
    workshop.error = LivestyleError("out of memory")
    news: list[str] = []
    with pipeline_of(stylizer) as pipeline:
        SlowEngine.step.release(2)
        for painting in paintings(pipeline):
            assert grey(painting) == QUICK
            if news := pipeline.news():
                break
        assert grey(next(paintings(pipeline))) == QUICK
        assert pipeline.hot_swap.preparing == ""
    assert len(news) == 1
    assert "slow can't paint here" in news[0]
    assert "out of memory" in news[0]


def test_quitting_while_it_builds_joins_the_thread_and_leaves_no_half_written_plan(
    stylizer: Stylizer,
) -> None:
    threads = threading.active_count()
    with pipeline_of(stylizer) as pipeline:
        assert pipeline.next(5) is not None
        assert SlowEngine.began.wait(60)
        threading.Timer(0.05, SlowEngine.step.release).start()
    wait_for(lambda: threading.active_count() == threads)
    assert not list(engines_dir().glob("*"))
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("engine")]


def test_another_model_paints_soon_too_and_coming_back_builds_on(stylizer: Stylizer, model: Model) -> None:
    with pipeline_of(stylizer) as pipeline:
        assert SlowEngine.began.wait(60)
        SlowEngine.step.release()  # the first building ends here
        pipeline.hot_swap.switch(model)
        wait_for(lambda: pipeline.next(1) and pipeline.news())
        assert stylizer.info.engine == "quick"
        assert pipeline.hot_swap.preparing == "slow"
        pipeline.hot_swap.stay()
        assert pipeline.hot_swap.preparing == "slow"
        SlowEngine.step.release(5)
        wait_for(lambda: pipeline.next(1) and stylizer.info.engine == "slow")


def test_every_film_goes_on_with_what_was_built(stylizer: Stylizer) -> None:
    looks = [Look(stylizer.model.styles, str(number)) for number in (1, 2)]
    better = stylizer.open_soon(SIZE)
    with GridPipeline([FakeCamera(), FakeCamera()], stylizer, looks) as pipeline:
        pipeline.hot_swap.improve(better)

        def both(level: int) -> bool:
            painting = pipeline.next(1)
            return painting is not None and {*painting.painted.pixels[:64].flat} == {level}

        wait_for(lambda: both(QUICK))
        before = float(max(array.max() for array in other_state(pipeline)))
        SlowEngine.step.release(2)
        wait_for(lambda: both(BUILT))
        assert float(max(array.max() for array in other_state(pipeline))) >= before > 0


def other_state(pipeline: GridPipeline) -> list[Any]:
    film = pipeline._others[0]._film
    assert film is not None
    return list(film.state.values())


@pytest.mark.parametrize("error", [LivestyleError("no driver")])
def test_an_engine_that_can_never_run_is_not_waited_for(
    stylizer: Stylizer, monkeypatch: pytest.MonkeyPatch, said: list[str], error: LivestyleError
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(SlowEngine, "ready", property(fail))
    monkeypatch.setattr(SlowEngine, "_open_impl", fail)
    assert stylizer.open_soon(SIZE) is None
    assert said == ["slow can't run: no driver"]
    with (
        pytest.raises(NoEngineError, match="no driver"),
        Stylizer(stylizer.model, "slow", registry=BOTH) as other,
    ):
        other.open_soon(SIZE)
