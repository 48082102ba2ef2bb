"""A GPU that fails while it paints: every frame is painted all the same, on the next engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from livestyle import Stylizer
from livestyle.core.config import Precision
from livestyle.core.frame import Pixels
from livestyle.core.size import Size, SizeRule
from livestyle.model.card import Model
from livestyle.runtime import select
from livestyle.runtime.film import Tensors
from livestyle.runtime.gpu.driver import CudaError
from livestyle.runtime.select import BY_NAME_ONLY, DEVICES, ENGINES, Registry, open_engine
from livestyle.stylizer.hot_swap import Handover, HotSwap
from tests.conftest import picture
from tests.pipeline.fakes import NotingEngine
from tests.pipeline.test_handover import prepared
from tests.runtime.engines import TorchOnHost
from tests.runtime.gpu.strict_cuda import StrictCuda
from tests.ui.desktop import wait_for

SIZE = Size(100, 72)


class Frail(TorchOnHost):
    """torch-cuda on a GPU that faults when it is told to."""

    name = "torch-cuda"
    faulty = False

    def _execution(self, run: Any, stream: Any, pool: object) -> Any:
        made = super()._execution(run, stream, pool)
        enqueue = made.enqueue

        def frail(stream: Any) -> None:
            if Frail.faulty:
                raise CudaError("cuLaunchKernel failed: CUDA_ERROR_ILLEGAL_ADDRESS")
            enqueue(stream)

        made.enqueue = frail  # type: ignore[method-assign]
        return made


FRAIL = Registry.of({**ENGINES, "torch-cuda": Frail}, BY_NAME_ONLY)


@pytest.fixture(autouse=True)
def frail(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(Frail, "graphs", False)
    monkeypatch.setattr(select, "find_gpu", lambda index: StrictCuda.gpu)
    yield
    Frail.faulty = False


def frames(count: int) -> list[Pixels]:
    return [picture(SIZE, seed) for seed in range(count)]


def expected(model: Model) -> list[Pixels]:
    with Stylizer(model, "cpu", Precision.F32) as stylizer:
        stylizer.steadiness = 0
        return [stylizer.stylize(frame) for frame in frames(6)]


def test_frames_in_flight_are_painted_on_the_next_engine(model: Model) -> None:
    said: list[str] = []
    with Stylizer(model, "auto", Precision.F32, report=said.append, registry=FRAIL) as stylizer:
        stylizer.steadiness = 0
        found = []
        for number, frame in enumerate(frames(6)):
            Frail.faulty = number >= 2
            stylizer.submit(frame)
            while stylizer.in_flight >= stylizer.depth:
                found.append(stylizer.result())
        found += [stylizer.result() for _ in range(stylizer.in_flight)]
        assert stylizer.info.engine.split()[0] in ("OpenVINO", "ONNX")
    for ours, theirs in zip(found, expected(model), strict=True):
        assert np.abs(ours.astype(int) - theirs).max() <= 2
    assert said[-1].startswith("torch-cuda failed (cuLaunchKernel failed: CUDA_ERROR_ILLEGAL_ADDRESS); ")
    assert said[-1].endswith("paints on")


def test_all_that_share_the_engine_go_on(model: Model) -> None:
    with Stylizer(model, "auto", Precision.F32, registry=FRAIL) as main:
        main.open(SIZE)
        both = (main, main.another())
        for stylizer in both:
            stylizer.steadiness = 0
            stylizer.submit(frames(1)[0])
        first = [stylizer.result() for stylizer in both]
        Frail.faulty = True
        for stylizer in both:
            stylizer.submit(frames(2)[1])
        second = [main.result()]
        both[1].reset()
        second.append(both[1].result())  # its film went with the engine
        assert {stylizer.info.engine for stylizer in both} == {main.info.engine}
        assert main._engine is both[1]._engine
    for number, pair in enumerate((first, second)):
        for painted in pair:
            assert np.abs(painted.astype(int) - expected(model)[number]).max() <= 2


@pytest.mark.parametrize("device", ["torch-cuda", "cuda"])
def test_a_gpu_that_was_asked_for_is_not_replaced_by_the_cpu(model: Model, device: str) -> None:
    with Stylizer(model, device, Precision.F32, registry=FRAIL) as stylizer:
        stylizer.open(SIZE)
        Frail.faulty = True
        with pytest.raises(CudaError, match="ILLEGAL_ADDRESS"):
            stylizer.stylize(frames(1)[0])


def test_an_engine_on_the_cpu_has_no_stand_in(model: Model) -> None:
    assert all(name in DEVICES["auto"] for name in DEVICES["cpu"])
    with Stylizer(model, "cpu", Precision.F32) as stylizer:
        assert stylizer.stylize(frames(1)[0]).shape == (72, 100, 3)


class Enlarger(NotingEngine):
    def _infer_impl(self, feed: Tensors) -> Tensors:
        return {"stylized": np.repeat(np.repeat(feed["frame"], 4, 1), 4, 2)}


class FrailEnlarger(Enlarger):
    def _infer_impl(self, feed: Tensors) -> Tensors:
        raise CudaError("cuLaunchKernel failed: CUDA_ERROR_ILLEGAL_ADDRESS")


def test_a_picture_is_enlarged_on_the_next_engine(model: Model) -> None:
    enlarging = Model(model.folder, replace(model.card, scale=4, state={}), model.styles)
    registry, (frame,) = Registry.of({"first": FrailEnlarger, "second": Enlarger}), frames(1)
    FrailEnlarger.name, Enlarger.name = "first", "second"
    with Stylizer(enlarging, "auto", Precision.F32, registry=registry) as stylizer:
        for _ in range(2):
            found = stylizer.stylize(frame)
            np.testing.assert_array_equal(found, np.repeat(np.repeat(frame, 4, 0), 4, 1))


def test_an_engine_that_takes_over_from_a_gpu_that_is_gone_begins_without_a_past(model: Model) -> None:
    with Stylizer(model, "torch-cuda", Precision.F32, registry=FRAIL) as stylizer:
        stylizer.stylize(frames(1)[0])
        film: Any = stylizer._film
        film._slots._error = CudaError("cuEventSynchronize failed: CUDA_ERROR_ILLEGAL_ADDRESS")
        size = SizeRule(model.card.size_multiple).padded(SIZE)
        before = stylizer.adopt(open_engine(model, size, "cpu", Precision.F32))
        assert before is not None
        before.close()
        assert np.abs(stylizer.stylize(frames(1)[0]).astype(int) - expected(model)[0]).max() <= 2


def test_films_for_all_are_made_before_an_engine_is_taken_over(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Stylizer(model, "torch-cuda", Precision.F32, registry=FRAIL) as main:
        main.open(SIZE)
        others = [main.another() for _ in range(2)]
        for stylizer in others:
            stylizer.stylize(frames(1)[0])
        with HotSwap(main) as swap:
            swap.switch(model)
            wait_for(lambda: prepared(swap))
            monkeypatch.setattr(Frail, "_film_impl", lambda _: pytest.fail("made while others wait"))
            assert swap.hand_over() is Handover.ENGINE
            for stylizer in (main, *others):
                stylizer.stylize(frames(1)[0])
        assert main._engine is not None
        assert main._engine.options.beside  # what it timed is off
