"""The packages that reach NVIDIA's driver, on host memory: cuda.bindings.driver and pycuda.driver."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from enum import Enum
from types import SimpleNamespace
from typing import Any

from livestyle.runtime.gpu.driver import Gpu

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


class FakePycuda(SimpleNamespace):
    """pycuda.driver: notes the calls that matter; the real one is held against tests/runtime/emulated."""

    class Error(Exception):
        pass

    def __init__(self) -> None:
        self.said: list[str] = []
        context = SimpleNamespace(detach=self.note("detach"), push=self.note("push"))
        super().__init__(
            init=self.note("init"),
            Device=lambda index: SimpleNamespace(retain_primary_context=lambda: context),
            Context=SimpleNamespace(pop=self.note("pop"), synchronize=self.note("synchronize")),
            Stream=lambda flags: SimpleNamespace(
                handle=7, wait_for_event=self.note("wait"), synchronize=self.fail
            ),
            Event=lambda flags: SimpleNamespace(record=self.note("record"), synchronize=self.fail),
            mem_alloc=self.alloc,
        )

    def note(self, what: str) -> Callable[..., None]:
        return lambda *_: self.said.append(what)

    def fail(self) -> None:
        raise self.Error("cuEventSynchronize failed: an illegal memory access was encountered")

    def alloc(self, nbytes: int) -> Any:
        if nbytes > 1000:
            raise self.Error("cuMemAlloc failed: out of memory")

        class Allocation(int):
            free = self.note("free")

        return Allocation(4096)
