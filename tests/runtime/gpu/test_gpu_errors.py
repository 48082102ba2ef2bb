"""What goes wrong on a GPU, without one: the next engine takes over, and what was taken is given back."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch

from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime import select
from livestyle.runtime.engine import GpuOptions
from livestyle.runtime.gpu.driver import CudaError, cuda_errors
from livestyle.runtime.gpu.engine import out_of_memory, signature
from livestyle.runtime.gpu.frame_ring import Slots
from livestyle.runtime.results import Results
from livestyle.runtime.select import BY_NAME_ONLY, DEVICES, ENGINES, Registry, open_engine
from livestyle.workshop.torch_engine import Run, TorchCudaEngine, TorchExecution
from tests.conftest import picture
from tests.runtime.engines import TorchOnHost
from tests.runtime.gpu.strict_cuda import StrictCuda
from tests.runtime.gpu.test_frame_ring import FakeNet, Film

SIZE = Size(64, 64)
NO_MEMORY = "CUDA out of memory. Tried to allocate 2.00 GiB.\nSee the documentation"


def fail(*_: object, **__: object) -> Any:
    raise torch.OutOfMemoryError(NO_MEMORY)


@pytest.mark.parametrize("at", ["_open_cuda", "_load", "_binder", "_execution"])
def test_whatever_torch_raises_the_next_engine_is_opened(
    model: Model, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    class Broken(TorchOnHost):
        name = "torch-cuda"

    monkeypatch.setattr(Broken, at, fail)
    monkeypatch.setattr(select, "find_gpu", lambda index: StrictCuda.gpu)
    registry = Registry.of({**ENGINES, "torch-cuda": Broken}, BY_NAME_ONLY)
    said: list[str] = []
    with open_engine(model, SIZE, report=said.append, registry=registry) as engine:
        assert engine.name in DEVICES["cpu"]
    cause = "OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB."
    assert any(f"torch-cuda failed: {cause}" in line for line in said)


def test_a_build_that_nobody_wants_any_more_is_no_error() -> None:
    with pytest.raises(CancelledError), cuda_errors("TensorRT"):
        raise CancelledError


def test_with_too_little_memory_for_all_slots_two_are_used(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = StrictCuda.device

    def device(cuda: StrictCuda, nbytes: int) -> int:
        if len(cuda.whole.memory) > 14:
            raise CudaError("cuMemAlloc failed: CUDA_ERROR_OUT_OF_MEMORY")
        return whole(cuda, nbytes)

    monkeypatch.setattr(StrictCuda, "device", device)
    said: list[str] = []
    with TorchOnHost(model, SIZE, Precision.F32, options=GpuOptions(0, 4, said.append)) as engine:
        assert engine.film.depth == engine.info.slots == 2
        assert engine.info.engine.endswith(" on host memory")  # which layer it is
        engine.infer(picture(SIZE), FrameStyle.still(model.styles.vectors[0]))
    assert said == ["4 slots don't fit into the GPU's memory; 2 are used"]


@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        ("cuMemAlloc failed: CUDA_ERROR_OUT_OF_MEMORY", True),
        ("cuMemAlloc failed: out of memory", True),
        ("torch failed: OutOfMemoryError: CUDA out of memory.", True),
        ("cuLaunchKernel failed: CUDA_ERROR_ILLEGAL_ADDRESS", False),
    ],
)
def test_too_little_memory_is_known_however_it_is_said(text: str, is_it: bool) -> None:
    assert out_of_memory(CudaError(text)) is is_it


def test_a_model_that_enlarges_takes_a_frame_and_gives_a_larger_one(model: Model) -> None:
    card = replace(model.card, scale=4, style_length=0, state={})
    enlarger = Model(model.folder, card, model.styles)
    of = signature(enlarger, SIZE)
    assert {name: spec.shape for name, spec in of.inputs.items()} == {"frame": (1, 64, 64, 3)}
    assert {name: spec.shape for name, spec in of.outputs.items()} == {"stylized": (1, 256, 256, 3)}
    with pytest.raises(LivestyleError, match="can't enlarge pictures; use --device cpu"):
        TorchCudaEngine(enlarger, SIZE, Precision.F16)._check(torch)


class FakeGraph:
    """torch.cuda.CUDAGraph; runs what was captured."""

    work: Callable[[], None]
    gone = False

    def replay(self) -> None:
        self.work()

    def reset(self) -> None:
        self.gone = True


class FakeTorchCuda:
    """torch.cuda of one stream: `captures` says whether that works."""

    CUDAGraph = FakeGraph

    def __init__(self, captures: bool = True) -> None:
        self.captures, self.current, self.pools = captures, list[object](), list[object]()

    def ExternalStream(self, handle: int, device: str) -> Any:  # noqa: N802  # as torch calls it
        return SimpleNamespace(handle=handle, synchronize=lambda: None)

    @contextlib.contextmanager
    def stream(self, stream: object) -> Iterator[None]:
        self.current.append(stream)
        yield
        self.current.pop()

    @contextlib.contextmanager
    def graph(
        self, graph: FakeGraph, pool: object, stream: object, capture_error_mode: str
    ) -> Iterator[None]:
        self.pools.append(pool)
        yield
        if not self.captures:
            raise torch.AcceleratorError("operation not permitted when stream is capturing\nmore")


@pytest.fixture
def run() -> Run:
    return Run(lambda x: (x + 1,), [torch.zeros(4)], [torch.zeros(4)])


def execution(
    run: Run, monkeypatch: pytest.MonkeyPatch, captures: bool, report: Callable[[str], None]
) -> TorchExecution:
    cuda = FakeTorchCuda(captures)
    for name in ("CUDAGraph", "ExternalStream", "stream", "graph"):
        monkeypatch.setattr(torch.cuda, name, getattr(cuda, name))
    stream: Any = SimpleNamespace(handle=7)
    made = TorchExecution(run, stream, "cuda:0", exact=True)
    made.capture("pool", report)
    assert cuda.pools == ["pool"]
    return made


def test_where_no_graph_can_be_captured_torch_runs_without(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    made = execution(run, monkeypatch, False, said.append)
    assert said == [
        "CUDA graphs are not used: AcceleratorError: operation not permitted when stream is capturing"
    ]
    run.inputs[0].fill_(4)
    made.enqueue(cast("Any", None))
    np.testing.assert_array_equal(run.outputs[0].numpy(), 5)
    made.close()


@pytest.mark.parametrize("error", [torch.OutOfMemoryError, torch.AcceleratorError, RuntimeError, KeyError])
def test_an_error_of_torch_in_a_frame_is_a_cuda_error(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    made = execution(run, monkeypatch, True, pytest.fail)

    def broken() -> None:
        raise error("no")

    made._graph.work = broken
    with pytest.raises(CudaError, match=f"torch failed: {error.__name__}"):
        made.enqueue(cast("Any", None))
    emptied, graph = list[bool](), made._graph
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: emptied.append(graph.gone))
    made.close()
    assert emptied == [True]  # or its memory would be the engine's to the end


def test_tf32_and_benchmarking_are_torch_s_own_again_behind_each_frame(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[bool, bool]] = []
    cudnn: Any = torch.backends.cudnn
    for name, value in (("benchmark", False), ("allow_tf32", True)):
        monkeypatch.setattr(cudnn, name, value)
    made = execution(run, monkeypatch, True, pytest.fail)
    made._graph.work = lambda: seen.append((cudnn.benchmark, cudnn.allow_tf32))
    made.enqueue(cast("Any", None))
    assert seen == [(True, False)]
    assert (cudnn.benchmark, cudnn.allow_tf32) == (False, True)


def test_torch_s_memory_goes_with_the_engine(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    emptied: list[bool] = []
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: emptied.append(True))
    with TorchOnHost(model, SIZE, Precision.F32) as engine:
        assert not emptied
        assert engine._cuda.memory  # type: ignore[attr-defined]  # a StrictCuda
    assert emptied
    assert not engine._cuda.memory  # type: ignore[attr-defined]


def test_a_film_gives_its_memory_back_when_it_is_closed(model: Model) -> None:
    with TorchOnHost(model, SIZE, Precision.F32) as engine:
        memory = engine._cuda.memory  # type: ignore[attr-defined]
        before = len(memory)
        film = engine.open_film()
        assert len(memory) == 2 * before
        film.submit(picture(SIZE), FrameStyle.still(model.styles.vectors[0]))
        kept = film.result()
        del kept
        results = film._results  # type: ignore[attr-defined]
        assert results._free
        film.close()
        assert len(memory) == before
        assert not results._free


def test_a_film_that_is_closed_may_be_closed_again_when_its_engine_is_gone(model: Model) -> None:
    with TorchOnHost(model, SIZE, Precision.F32) as engine:
        film = engine.open_film()
    for call in (film.drop, film.close, film.reset):
        call()
    style = FrameStyle.still(model.styles.vectors[0])
    for asked in (film.result, lambda: film.state, lambda: film.submit(picture(SIZE), style)):
        with pytest.raises(CudaError, match="the film is closed"):
            asked()


def test_a_frame_is_copied_by_who_asks_for_it(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """Because the CUDA thread has the frames of all films to start."""
    threads: list[threading.Thread] = []

    def noting(whole: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            threads.append(threading.current_thread())
            return whole(*args)

        return call

    for kind, name in ((Slots, "fill"), (Results, "copy")):
        monkeypatch.setattr(kind, name, noting(getattr(kind, name)))
    with TorchOnHost(model, SIZE, Precision.F32) as engine:
        engine.infer(picture(SIZE), FrameStyle.still(model.styles.vectors[0]))
    assert threads == [threading.current_thread()] * 2


def test_graphs_of_slots_that_take_turns_share_their_memory(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    pools: list[object] = []

    class Noting(TorchOnHost):
        captures = False  # torch does it, and tells where

        def _execution(self, run: Run, stream: Any, pool: object) -> Any:
            pools.append(pool)
            return super()._execution(run, stream, pool)

    monkeypatch.setattr(torch.cuda, "graph_pool_handle", object)
    with Noting(model, SIZE, Precision.F32, options=GpuOptions(slots=3)) as engine:
        engine.open_film()
    assert len(pools) == 6
    assert len(set(pools[:3])) == len(set(pools[3:])) == 1
    assert pools[0] is not None
    assert pools[0] is not pools[3]


def test_whatever_an_engine_raises_when_it_is_closed_all_is_released(monkeypatch: pytest.MonkeyPatch) -> None:
    cuda = StrictCuda()
    film, closed = Film(cuda, depth=3), list[FakeNet]()

    def close(net: FakeNet) -> None:
        closed.append(net)
        raise RuntimeError("the device is gone")

    def synchronize(stream: object) -> None:
        raise RuntimeError("the device is gone")

    monkeypatch.setattr(FakeNet, "close", close)
    monkeypatch.setattr("tests.runtime.gpu.strict_cuda.StrictStream.synchronize", synchronize)
    film.slots.close()
    assert len(closed) == 3
    assert not cuda.memory
