"""The engines that can be held to their promises on this machine, and in which precisions."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.runtime.engine import Engine
from livestyle.runtime.gpu.cuda import Stream
from livestyle.runtime.gpu.driver import find_gpu
from livestyle.runtime.gpu.engine import GpuEngine
from livestyle.runtime.gpu.frame_ring import Execution
from livestyle.runtime.openvino import cpu_capabilities
from livestyle.runtime.select import ENGINES
from livestyle.workshop.torch_engine import Run, TorchCudaEngine
from tests.runtime.gpu.fake_cuda import FakeCuda


class HostRun:
    """A Run that a FakeStream runs when it likes."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def enqueue(self, stream: Stream) -> None:
        stream.cuda.give(stream, self._run)  # type: ignore[attr-defined]  # a FakeStream

    def close(self) -> None:
        pass


class TorchOnHost(TorchCudaEngine):
    """The torch engine with its slots, on the CPU and host memory: everything of it but CUDA."""

    name = "torch-on-host"
    captures = True

    def _open_cuda(self) -> FakeCuda:
        assert threading.current_thread().name.startswith("cuda")
        return FakeCuda()

    def _check(self, torch: object) -> None:
        pass

    @property
    def _device(self) -> str:
        return "cpu"

    def _execution(self, run: Run, stream: Stream) -> Execution:
        return HostRun(run)


def runs(kind: type[Engine]) -> bool:
    """Whether an engine on a GPU can be opened here; those on a CPU can."""
    if not issubclass(kind, GpuEngine):
        return True
    try:
        find_gpu(0)
        with kind(Model.load("cin-lite"), Size(64, 64), Precision.F16):
            return True
    except LivestyleError:
        return False


KINDS: Mapping[str, type[Engine]] = {
    **{name: kind for name, kind in ENGINES.items() if runs(kind)},
    TorchOnHost.name: TorchOnHost,
}
"""Every engine that can be opened here."""

_INT8 = "int8" in Model.load("cin-lite").card.graphs
_PRECISIONS: Mapping[str, tuple[Precision, ...]] = {
    "openvino": (
        Precision.F32,
        *((Precision.BF16,) if "BF16" in cpu_capabilities() else ()),
        *((Precision.INT8,) if _INT8 else ()),
    ),
    "onnxruntime": (Precision.F32, *((Precision.INT8,) if _INT8 else ())),
    TorchOnHost.name: (Precision.F32,),
}
WORKING = [(name, p) for name in KINDS for p in _PRECISIONS.get(name, (Precision.F32, Precision.F16))]
