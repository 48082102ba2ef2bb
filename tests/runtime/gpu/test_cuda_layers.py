"""The CUDA layers against drivers of host memory: what is called, in which order, with which errors."""

from __future__ import annotations

import threading
from typing import Any, cast

import numpy as np
import pytest

from livestyle.runtime.gpu.cuda import Cuda, Owner
from livestyle.runtime.gpu.cuda_bindings import BoundCuda, Driver
from livestyle.runtime.gpu.cuda_pycuda import PyCuda
from livestyle.runtime.gpu.driver import CudaError
from tests.runtime.gpu.fake_drivers import GPU, FakeBindings, FakePycuda


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


@pytest.mark.parametrize("error", [ValueError, KeyError])
def test_a_result_that_the_package_does_not_know_is_an_error_like_any_other(error: type[Exception]) -> None:
    class Newer(FakeBindings):
        def cuMemAlloc(self, nbytes: int) -> tuple[Any, ...]:  # noqa: N802
            raise error(9999)  # as cuda-bindings does it, by its version

    layer = BoundCuda(GPU, Driver(Newer()))
    with pytest.raises(CudaError, match="cuMemAlloc failed: 9999"):
        layer.device(8)


def test_who_waits_for_an_event_sleeps() -> None:
    bindings = FakeBindings()
    BoundCuda(GPU, Driver(bindings)).event()
    assert ("cuEventCreate", 3) in bindings.calls


def test_work_is_recorded_once_and_launched_often() -> None:
    bindings = FakeBindings()
    layer = BoundCuda(GPU, Driver(bindings))
    stream = layer.stream()
    launch = layer.capture(stream, lambda: layer.zero(0, 8, stream))
    assert bindings.names()[-5:] == [
        "cuStreamBeginCapture",
        "cuMemsetD8Async",
        "cuStreamEndCapture",
        "cuGraphInstantiate",
        "cuGraphDestroy",
    ]
    launch()
    launch()
    assert bindings.names()[-2:] == ["cuGraphLaunch", "cuGraphLaunch"]


def test_a_part_is_released_by_itself() -> None:
    bindings = FakeBindings()
    layer = BoundCuda(GPU, Driver(bindings))
    part = layer.part()
    stream = part.stream()
    part.capture(stream, lambda: None)
    part.pinned(8)
    made = len(bindings.calls)
    part.close()
    part.close()
    assert bindings.names()[made:] == ["cuMemFreeHost", "cuGraphExecDestroy", "cuStreamDestroy"]
    layer.close()
    assert bindings.names()[made + 3 :] == [
        "cuCtxSynchronize",
        "cuCtxPopCurrent",
        "cuDevicePrimaryCtxRelease",
    ]


def test_a_capture_that_fails_is_ended() -> None:
    bindings = FakeBindings()
    layer = BoundCuda(GPU, Driver(bindings))
    stream = layer.stream()

    def work() -> None:
        raise CudaError("cuLaunchKernel failed: not permitted")

    with pytest.raises(CudaError, match="not permitted"):
        layer.capture(stream, work)
    assert bindings.names()[-2:] == ["cuStreamEndCapture", "cuGraphDestroy"]  # what was recorded by then


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
    assert pycuda.said == ["init", "push", "record", "wait", "synchronize", "free", "detach"]


def test_what_pycuda_raises_while_one_waits_is_a_cuda_error() -> None:
    layer: Cuda = PyCuda(GPU, FakePycuda(), None)
    for waited in (layer.stream(), layer.event()):
        with pytest.raises(CudaError, match="illegal memory access"):
            waited.synchronize()


def test_pycuda_captures_through_the_bindings() -> None:
    bindings = FakeBindings()
    layer: Cuda = PyCuda(GPU, FakePycuda(), Driver(bindings))
    stream = layer.stream()
    layer.capture(stream, lambda: None)()
    assert ("cuGraphLaunch", 4, 7) in bindings.calls or bindings.names()[-1] == "cuGraphLaunch"
    layer.close()
    assert bindings.names()[-1] == "cuGraphExecDestroy"


def test_a_thread_that_ends_leaves_nothing_on_pycuda_s_stack() -> None:
    pycuda = FakePycuda()
    kept: list[Cuda] = []
    thread = threading.Thread(target=lambda: kept.append(PyCuda(GPU, pycuda, None)))
    thread.start()
    thread.join()
    assert pycuda.said == ["init", "push", "detach"]


def test_the_owner_does_everything_on_one_thread_and_hands_errors_on() -> None:
    owner = Owner()
    assert owner.do(threading.get_ident) == owner.start(threading.get_ident).result() != threading.get_ident()
    with pytest.raises(ZeroDivisionError):
        owner.do(lambda: 1 / 0)
    owner.close()
