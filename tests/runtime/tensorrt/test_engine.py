"""What the TensorRT engines ask of TensorRT, and what they say without a GPU. Nothing here runs TensorRT."""

from __future__ import annotations

import sys
from collections import deque
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from livestyle.core.config import Precision, engines_dir
from livestyle.core.errors import LivestyleError, NoEngineError
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime.engine import GpuOptions
from livestyle.runtime.gpu.driver import CudaError, Gpu, gpus
from livestyle.runtime.gpu.frame_ring import MIN_SLOTS
from livestyle.runtime.select import DEVICES, open_engine
from livestyle.runtime.tensorrt import engine as tensorrt
from livestyle.runtime.tensorrt.builder import Flavour
from livestyle.runtime.tensorrt.engine import Plan, RtxEngine, TensorRtEngine
from livestyle.runtime.tensorrt.plan_cache import Target
from tests.conftest import picture
from tests.runtime.gpu.strict_cuda import StrictCuda
from tests.runtime.tensorrt.fake_tensorrt import TENSORS, FakeTensorRt

SIZE = Size(64, 64)
STREAM: Any = SimpleNamespace(handle=77)


@pytest.fixture
def trt(monkeypatch: pytest.MonkeyPatch) -> FakeTensorRt:
    found = FakeTensorRt()
    log = SimpleNamespace(errors=deque(), first=lambda: "out of memory")
    monkeypatch.setattr(tensorrt, "library", lambda flavour: found)
    monkeypatch.setattr(tensorrt, "log", lambda flavour: log)
    return found


@pytest.fixture
def ordered(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A GPU of host memory, and plans out of a hat: the first is worn out, those built again are good."""
    orders: list[Any] = []

    def obtain(order: object, gpu: Gpu, *, again: bool = False, **told: object) -> bytes:
        orders.append((order, again))
        return b"good" if again or len(orders) > 1 else b"worn out"

    monkeypatch.setattr(tensorrt, "obtain", obtain)
    monkeypatch.setattr(tensorrt, "find_gpu", lambda index: StrictCuda.gpu)
    monkeypatch.setattr(TensorRtEngine, "_open_cuda", lambda self: StrictCuda())
    return orders


@pytest.fixture
def no_gpu() -> None:
    try:
        gpus()
    except CudaError:
        return
    pytest.skip("this machine has an NVIDIA GPU")


def test_every_tensor_is_bound_and_the_stream_is_the_slot_s(trt: FakeTensorRt) -> None:
    addresses = {name: 256 * (i + 1) for i, name in enumerate(TENSORS)}
    bound = Plan(Flavour.FULL, b"good").bind(addresses, 4096)
    bound.enqueue(STREAM)
    (context,) = trt.contexts
    assert context.addresses == addresses
    assert context.streams == [77]


def test_other_tensors_than_the_engine_s_are_refused(trt: FakeTensorRt) -> None:
    plan = Plan(Flavour.FULL, b"good")
    with pytest.raises(LivestyleError, match=r"the engine has the tensors \['frame'"):
        plan.bind({"frame": 256}, 4096)
    assert trt.contexts == []


def test_what_fails_is_named_with_tensorrt_s_reason(trt: FakeTensorRt) -> None:
    with pytest.raises(LivestyleError, match="can't load the engine: out of memory"):
        Plan(Flavour.FULL, b"bad")
    plan = Plan(Flavour.FULL, b"good")
    with pytest.raises(CudaError, match="set_tensor_address of 'frame' failed: out of memory"):
        plan.bind(dict.fromkeys(TENSORS, 0), 4096)
    trt.works = False
    with pytest.raises(CudaError, match="execute_async_v3 failed: out of memory"):
        plan.bind(dict.fromkeys(TENSORS, 256), 4096).enqueue(STREAM)


@pytest.mark.parametrize("kind", [TensorRtEngine, RtxEngine])
def test_an_engine_has_a_context_a_slot_and_frees_all(
    kind: type[TensorRtEngine], model: Model, trt: FakeTensorRt, ordered: list[Any]
) -> None:
    ordered.append(None)  # so that the first plan is good
    with kind(model, SIZE, Precision.F16) as engine:
        assert "11.2.0" in engine.info.engine
        assert len(trt.contexts) == max(MIN_SLOTS, engine.options.slots)
        assert all(set(context.addresses) == set(TENSORS) for context in trt.contexts)
        assert len({context.addresses["frame"] for context in trt.contexts}) == len(trt.contexts)
        assert set(trt.strategies) == {"user"}
        (memory,) = {context.memory for context in trt.contexts}  # one for all: they take turns
        assert memory[1] == 1000
        painted = engine.infer(picture(SIZE), FrameStyle.still(model.styles.vectors[0]))
        assert painted.shape == (64, 64, 3)
    (order, again) = ordered[1]
    assert (order.flavour, order.size, order.target) == (kind.flavour, SIZE, Target.of(StrictCuda.gpu))
    assert not again
    assert "_plan" not in vars(engine)


def test_a_plan_that_does_not_load_is_built_again(
    model: Model, trt: FakeTensorRt, ordered: list[Any]
) -> None:
    with TensorRtEngine(model, SIZE, Precision.F16):
        assert trt.given == [b"worn out", b"good"]
    assert [again for _, again in ordered] == [False, True]


def test_what_tensorrt_for_rtx_compiles_is_there_at_the_next_start(
    model: Model, trt: FakeTensorRt, ordered: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVESTYLE_CACHE", str(tmp_path))
    engines_dir().mkdir()
    ordered.append(None)
    for expected in ([], [b"compiled"]):
        with RtxEngine(model, SIZE, Precision.F16):
            assert (trt.kernels, trt.shared) == (expected, True)
    (kept,) = engines_dir().iterdir()
    assert kept.suffix == ".kernels"


def test_what_can_t_be_captured_is_run_instead(model: Model, trt: FakeTensorRt, ordered: list[Any]) -> None:
    ordered.append(None)
    trt.capturable, said = False, list[str]()
    with RtxEngine(model, SIZE, Precision.F16, 0, GpuOptions(report=said.append)) as engine:
        engine.infer(picture(SIZE), FrameStyle.still(model.styles.vectors[0]))
        assert trt.contexts[0].streams
    assert said == ["CUDA graphs are not used: the engine can't be captured"]


@pytest.mark.parametrize("kind", [TensorRtEngine, RtxEngine])
def test_an_error_in_flight_is_raised_and_the_engine_closes(
    kind: type[TensorRtEngine], model: Model, trt: FakeTensorRt, ordered: list[Any]
) -> None:
    with kind(model, SIZE, Precision.F16) as engine:
        trt.works = False
        slot = engine.film._slots._ring[0]  # type: ignore[attr-defined]
        slot.run = lambda: slot.execution.enqueue(slot.stream)  # as where graphs fail
        with pytest.raises(CudaError, match="execute_async_v3 failed"):
            engine.infer(picture(SIZE), FrameStyle.still(model.styles.vectors[0]))
    assert "_plan" not in vars(engine)


def test_whatever_a_build_raises_the_next_engine_is_opened(
    model: Model, trt: FakeTensorRt, ordered: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tensorrt, "obtain", lambda *_, **__: [][0])
    monkeypatch.setattr("livestyle.runtime.select.find_gpu", lambda index: StrictCuda.gpu)
    said: list[str] = []
    with open_engine(model, SIZE, report=said.append) as engine:
        assert engine.name in DEVICES["cpu"]
    assert "tensorrt can't run: TensorRT 11.2.0 failed: IndexError: list index out of range" in said[0]


def test_it_is_ready_once_its_plan_is_built_and_tells_how_far_that_is(
    model: Model, trt: FakeTensorRt, ordered: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    shares: list[float] = []
    engine = RtxEngine(model, SIZE, Precision.F16, 0, GpuOptions(progress=shares.append, beside=True))
    assert engine._find()[0].beside
    for built in (False, True):
        monkeypatch.setattr(tensorrt, "is_built", lambda order, built=built: built)
        assert engine.ready is built
    engine._progress(0.25)
    assert shares == [0.25]
    assert ordered == []


@pytest.mark.usefixtures("no_gpu")
def test_without_a_gpu_the_app_runs_and_says_nothing_of_one(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVESTYLE_CACHE", str(tmp_path))
    said: list[str] = []
    with open_engine(model, SIZE, report=said.append) as engine:
        assert engine.name in DEVICES["cpu"]
    assert said == []
    for name in ("tensorrt", "rtx"):
        with pytest.raises(NoEngineError, match=f"{name}: there is no NVIDIA driver"):
            open_engine(model, SIZE, name)
    assert not engines_dir().exists()


@pytest.mark.usefixtures("no_gpu")
def test_tensorrt_for_rtx_itself_says_that_there_is_no_gpu() -> None:
    pytest.importorskip("tensorrt_rtx", reason="tensorrt-rtx is not made for this system")
    with pytest.raises(LivestyleError, match=r"TensorRT for RTX can't (load the engine|run here): .+"):
        Plan(Flavour.RTX, b"nothing of the kind")


def test_with_a_gpu_and_no_tensorrt_the_remedy_is_named(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livestyle.runtime.select.find_gpu", lambda index: StrictCuda.gpu)
    for package in ("tensorrt", "tensorrt_rtx"):
        monkeypatch.setitem(sys.modules, package, None)
    for name in ("tensorrt", "rtx"):
        with pytest.raises(NoEngineError, match=rf"pip install --upgrade '\.\[{name}\]'"):
            open_engine(model, SIZE, name)


def test_a_chip_that_tensorrt_for_rtx_does_not_know(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("tensorrt_rtx", reason="tensorrt-rtx is not made for this system")
    monkeypatch.setenv("LIVESTYLE_CACHE", str(tmp_path))
    h200 = Gpu(0, "NVIDIA H200", (9, 0), 2**37, "580.95.05", "13.0")
    monkeypatch.setattr(tensorrt, "find_gpu", lambda index: h200)
    with pytest.raises(LivestyleError, match=r"doesn't know SM90, only .*\.\[tensorrt\]"):
        RtxEngine(model, SIZE, Precision.F16).open()
    assert not engines_dir().exists()
