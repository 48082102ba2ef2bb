"""The CUDA layers against drivers of host memory: what is called, in which order, with which errors."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable
from enum import Enum
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from livestyle.runtime.gpu import cuda
from livestyle.runtime.gpu.cuda import Cuda, Owner, open_cuda
from livestyle.runtime.gpu.cuda_bindings import BoundCuda, Driver
from livestyle.runtime.gpu.cuda_pycuda import PyCuda
from livestyle.runtime.gpu.driver import CudaError, Gpu

GPU = Gpu(0, "NVIDIA H200", (9, 0), 2**37, "580.95.05", "13.0")


class Result(Enum):
    CUDA_SUCCESS = 0
    CUDA_ERROR_OUT_OF_MEMORY = 2


class FakeBindings:
    """cuda.bindings.driver: counts handles, copies at once, notes every call; `broken` fails."""

    CUresult = Result
    CUstreamCaptureMode = SimpleNamespace(CU_STREAM_CAPTURE_MODE_THREAD_LOCAL=1)
    CUstream = staticmethod(int)

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.broken = ""
        self.memory: dict[int, Any] = {}

    def __getattr__(self, name: str) -> Callable[..., tuple[Any, ...]]:
        if not name.startswith("cu"):
            raise AttributeError(name)

        def call(*args: Any) -> tuple[Any, ...]:
            self.calls.append((name, *args))
            if name == self.broken:
                return (Result.CUDA_ERROR_OUT_OF_MEMORY,)
            if name.startswith("cuMemcpy"):
                ctypes.memmove(*args[:3])
            if name in ("cuMemAlloc", "cuMemHostAlloc"):
                memory = ctypes.create_string_buffer(args[0])
                self.memory[ctypes.addressof(memory)] = memory
                return Result.CUDA_SUCCESS, ctypes.addressof(memory)
            return Result.CUDA_SUCCESS, len(self.calls)

        return call

    def names(self) -> list[str]:
        return [name for name, *_ in self.calls]


def test_bytes_go_to_the_device_and_back() -> None:
    bindings = FakeBindings()
    layer: Cuda = BoundCuda(GPU, Driver(bindings))
    stream, address = layer.stream(), layer.device(16)
    there, back = layer.pinned(16), layer.pinned(16)
    there[:], back[:] = np.arange(16), 0
    layer.upload(address, there, stream)
    layer.download(back, address, stream)
    np.testing.assert_array_equal(back, there)
    layer.zero(address, 16, stream)
    assert bindings.calls[-1] == ("cuMemsetD8Async", address, 0, 16, stream.handle)
    view = cast("Any", layer.array(address, (2, 2), np.dtype(np.float32))).__cuda_array_interface__
    assert view == {"shape": (2, 2), "typestr": "<f4", "data": (address, False), "version": 3}


def test_everything_is_released_last_made_first_and_once() -> None:
    bindings = FakeBindings()
    layer = BoundCuda(GPU, Driver(bindings))
    layer.stream()
    layer.event()
    layer.pinned(8)
    layer.device(8)
    made = len(bindings.calls)
    bindings.broken = "cuCtxSynchronize"  # nor does an error stop it
    layer.close()
    layer.close()
    assert bindings.names()[made:] == [
        "cuCtxSynchronize",
        "cuMemFree",
        "cuMemFreeHost",
        "cuEventDestroy",
        "cuStreamDestroy",
        "cuCtxPopCurrent",
        "cuDevicePrimaryCtxRelease",
        "cuCtxSynchronize",
    ]


def test_a_call_that_fails_is_named() -> None:
    bindings = FakeBindings()
    layer = BoundCuda(GPU, Driver(bindings))
    bindings.broken = "cuMemAlloc"
    with pytest.raises(CudaError, match="cuMemAlloc failed: CUDA_ERROR_OUT_OF_MEMORY"):
        layer.device(8)


def test_events_in_a_graph_are_nodes_of_it_and_outside_they_are_not() -> None:
    bindings = FakeBindings()
    layer = BoundCuda(GPU, Driver(bindings))
    stream, event = layer.stream(), layer.event()

    def work() -> None:
        layer.wait(stream, event)
        layer.record(event, stream)

    launch = layer.capture(stream, work)
    work()
    flags = [
        args[-1] for name, *args in bindings.calls if name in ("cuStreamWaitEvent", "cuEventRecordWithFlags")
    ]
    assert flags == [1, 1, 0, 0]
    launch()
    assert bindings.names()[-1] == "cuGraphLaunch"
    assert "cuGraphDestroy" in bindings.names()


def test_a_capture_that_fails_is_ended() -> None:
    bindings = FakeBindings()
    layer = BoundCuda(GPU, Driver(bindings))
    stream = layer.stream()

    def work() -> None:
        raise CudaError("cuLaunchKernel failed: not permitted")

    with pytest.raises(CudaError, match="not permitted"):
        layer.capture(stream, work)
    assert bindings.names()[-1] == "cuStreamEndCapture"
    event = layer.event()
    layer.record(event, stream)
    assert bindings.calls[-1][-1] == 0


class FakePycuda(SimpleNamespace):
    """pycuda.driver: notes the calls that matter."""

    class Error(Exception):
        pass

    def __init__(self) -> None:
        self.said: list[str] = []
        context = SimpleNamespace(detach=self.note("detach"), push=self.note("push"))
        super().__init__(
            init=self.note("init"),
            Device=lambda index: SimpleNamespace(retain_primary_context=lambda: context),
            Context=SimpleNamespace(pop=self.note("pop"), synchronize=self.note("synchronize")),
            Stream=lambda flags: SimpleNamespace(handle=7, wait_for_event=self.note("wait")),
            Event=lambda flags: SimpleNamespace(record=self.note("record"), synchronize=self.note("done")),
            mem_alloc=self.alloc,
        )

    def note(self, what: str) -> Callable[..., None]:
        return lambda *_: self.said.append(what)

    def alloc(self, nbytes: int) -> Any:
        if nbytes > 1000:
            raise self.Error("cuMemAlloc failed: out of memory")

        class Allocation(int):
            free = self.note("free")

        return Allocation(4096)


def test_pycuda_uses_the_primary_context_and_gives_it_back() -> None:
    pycuda = FakePycuda()
    layer: Cuda = PyCuda(GPU, pycuda, None)
    stream, event = layer.stream(), layer.event()
    assert layer.device(10) == 4096
    layer.record(event, stream)
    layer.wait(stream, event)
    with pytest.raises(CudaError, match="cuMemAlloc failed: out of memory"):
        layer.device(2000)
    with pytest.raises(CudaError, match="pip install cuda-bindings"):
        layer.capture(stream, lambda: None)
    layer.close()
    assert pycuda.said == ["init", "push", "record", "wait", "synchronize", "free", "pop", "detach"]


def test_pycuda_captures_through_the_bindings() -> None:
    bindings = FakeBindings()
    layer: Cuda = PyCuda(GPU, FakePycuda(), Driver(bindings))
    stream, event = layer.stream(), layer.event()
    layer.capture(stream, lambda: layer.record(event, stream))()
    assert ("cuEventRecordWithFlags", 1, 7, 1) in bindings.calls
    layer.close()
    assert bindings.names()[-2:] == ["cuGraphExecDestroy", "cuEventDestroy"]


def test_without_either_package_the_remedy_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuda, "find_gpu", lambda index: GPU)
    for name in ("pycuda", "pycuda.driver", "cuda", "cuda.bindings"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(
        CudaError, match=r"neither pycuda nor cuda-bindings .*pip install 'livestyle\[cuda\]'"
    ):
        open_cuda()


def test_the_owner_does_everything_on_one_thread_and_hands_errors_on() -> None:
    owner = Owner()
    assert owner.do(threading.get_ident) == owner.start(threading.get_ident).result() != threading.get_ident()
    with pytest.raises(ZeroDivisionError):
        owner.do(lambda: 1 / 0)
    owner.close()
