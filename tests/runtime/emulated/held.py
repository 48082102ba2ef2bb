"""A CUDA layer held against the emulated driver, in a process of its own: python held.py CHECK.

Which layer is $LIVESTYLE_CUDA's. The library path has the emulated libcuda.so.1; pycuda needs it, and
functions that it lacks may be missing: they are looked for when they are called.
"""

from __future__ import annotations

import ctypes
import inspect
import os
import sys
from collections.abc import Callable
from functools import partial
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np

from livestyle.runtime.gpu.cuda import Cuda, Owner
from livestyle.runtime.gpu.driver import CudaError
from livestyle.runtime.gpu.open_cuda import open_cuda
from tests.runtime.gpu.test_frame_ring import WITH_STATE, WITHOUT, Film, play

CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
SCHEDULES = 40


def driver() -> Any:
    return ctypes.CDLL("libcuda.so.1")


class Launching:
    """Gives Python functions to the streams of a real layer."""

    def __init__(self, _: Cuda) -> None:
        self.whole = SimpleNamespace(closed=False)
        self._library, self._kept = driver(), list[Any]()

    def give(self, stream: Any, work: Callable[[], object], *_: object) -> None:
        self._kept.append(CALLBACK(lambda _: work() and None))
        status = self._library.cuLaunchHostFunc(ctypes.c_void_p(stream.handle), self._kept[-1], None)
        assert status == 0, status


def bytes_and_order() -> None:
    """Sizes are bytes, nothing has happened before one waits, and events order streams."""
    cuda = open_cuda()
    first, second, event = cuda.stream(), cuda.stream(), cuda.event()
    address, there, back = cuda.device(1000), cuda.pinned(1000), cuda.pinned(1000)
    assert (address % 256, there.nbytes, there.shape) == (0, 1000, (1000,))
    for seed in range(SCHEDULES):
        driver().emulated_seed(seed)
        there[:], back[:] = (np.arange(1000) + seed) % 256, 0
        cuda.zero(address, 1000, first)
        cuda.upload(address + 8, there[:500], first)
        cuda.record(event, first)
        cuda.wait(second, event)
        cuda.download(back, address, second)
        assert not back.any()
        second.synchronize()
        assert (back[8:508] == there[:500]).all()
        assert not back[508:].any()
    view: Any = cuda.array(address, (2, 5), np.dtype(np.float32))
    assert view.__cuda_array_interface__["data"] == (address, False)
    cuda.close()


def graphs() -> None:
    """A capture runs nothing, its graph runs often; what doesn't belong in one spoils it and no more."""
    cuda = open_cuda()
    stream, event, address, back = cuda.stream(), cuda.event(), cuda.device(64), cuda.pinned(64)
    launch = cuda.capture(stream, lambda: cuda.download(back, address, stream))
    for value in (1, 2):
        back[:] = value
        cuda.upload(address, back, stream)
        stream.synchronize()
        back[:] = 0
        launch()
        assert not back.any()
        stream.synchronize()
        assert (back == value).all()
    wrongs: list[Callable[[], Any]] = [
        lambda: cuda.record(event, stream),
        stream.synchronize,
        lambda: cuda.device(8),
    ]
    for wrong in wrongs:
        alive = driver().emulated_alive()
        assert _refusal(partial(cuda.capture, stream, wrong)), wrong
        assert driver().emulated_alive() == alive
        launch()
        stream.synchronize()
    cuda.close()


def _refusal(call: Callable[[], object]) -> str:
    """What the CudaError says that a call ends with; empty where there is none."""
    try:
        call()
    except CudaError as error:
        return str(error)
    return ""


def ownership() -> None:
    """A part takes what it made along; the whole leaves nothing, on the driver or on this thread."""
    library, cuda = driver(), open_cuda()
    address = cuda.device(8)
    alive = library.emulated_alive()
    for _ in range(2):
        part = cuda.part()
        stream = part.stream()
        part.event(), part.pinned(8), part.device(8)
        part.capture(stream, partial(part.zero, address, 8, stream))
        part.close()
        assert library.emulated_alive() == alive
    cuda.part().stream()
    cuda.close()
    cuda.close()
    assert (library.emulated_alive(), library.emulated_contexts(), library.emulated_depth()) == (0, 0, 0)


def errors() -> None:
    """Whatever call fails is a CudaError that begins with its name."""
    cuda, library = open_cuda(), driver()
    stream, event, address, host = cuda.stream(), cuda.event(), cuda.device(8), cuda.pinned(8)
    calls: dict[str, Callable[[], object]] = {
        "cuStreamCreate": cuda.stream,
        "cuEventCreate": cuda.event,
        "cuEventRecord": lambda: cuda.record(event, stream),
        "cuStreamWaitEvent": lambda: cuda.wait(stream, event),
        "cuMemAlloc": lambda: cuda.device(8),
        "cuMemHostAlloc": lambda: cuda.pinned(8),
        "cuMemcpyHtoDAsync": lambda: cuda.upload(address, host, stream),
        "cuMemcpyDtoHAsync": lambda: cuda.download(host, address, stream),
        "cuMemsetD8Async": lambda: cuda.zero(address, 8, stream),
        "cuStreamSynchronize": stream.synchronize,
        "cuEventSynchronize": event.synchronize,
        "cuStreamBeginCapture": lambda: cuda.capture(stream, lambda: None),
        "cuGraphInstantiate": lambda: cuda.capture(stream, lambda: None),
    }
    for name, call in calls.items():
        library.emulated_fail(name.encode())
        assert _refusal(call).startswith(name[:10]), name
        library.emulated_fail(b"")
    for broken in ("cuCtxSynchronize", "cuMemFree", "cuStreamDestroy"):
        library.emulated_fail(broken.encode())
    cuda.close()
    assert library.emulated_depth() == 0


def frames() -> None:
    """Frames in flight through the real layer, on random schedules, with graphs."""
    cuda = open_cuda()
    for seed in range(SCHEDULES):
        random = Random(seed)
        driver().emulated_seed(seed)
        film = Film(cuda, (WITH_STATE, WITHOUT)[seed % 2], 1 + seed % 4, launching=Launching)
        names = ("result", "reset", "drop", "carry")
        actions = [
            ("submit", n % 10, random.randrange(99)) if random.random() < 0.6 else (random.choice(names),)
            for n in range(60)
        ]
        play(film, actions)
        assert film.said == []
        film.submit(1, 1)
        film.slots.close()
    cuda.close()
    assert driver().emulated_alive() == 0


def left_open() -> None:
    """A program ends without closing anything, in an owner's thread and in its own."""
    owner = Owner()
    owner.do(lambda: open_cuda().stream())
    globals()["kept"] = owner, owner.do(open_cuda), open_cuda()


def signatures() -> None:
    """The layer has what the protocol asks for, argument by argument."""
    cuda = open_cuda()
    for name, wanted in inspect.getmembers(Cuda, inspect.isfunction):
        if not name.startswith("_"):
            found = inspect.signature(getattr(type(cuda), name))
            assert list(found.parameters) == list(inspect.signature(wanted).parameters), name
    assert cuda.gpu.name == "Emulated GPU"
    assert isinstance(cuda.stream().handle, int)
    assert cuda.layer.startswith(
        {"pycuda": "pycuda 2", "bindings": "cuda-bindings 1"}[os.environ["LIVESTYLE_CUDA"]]
    )
    cuda.close()


CHECKS = (bytes_and_order, graphs, ownership, errors, frames, left_open, signatures)

if __name__ == "__main__":
    sys.setdlopenflags(os.RTLD_LAZY)
    {check.__name__: check for check in CHECKS}[sys.argv[1]]()
    print("held")  # noqa: T201
