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
from livestyle.runtime.select import BY_NAME_ONLY, ENGINES, UNMEASURED
from livestyle.workshop.torch_engine import Run, TorchCudaEngine
from tests.runtime.gpu.strict_cuda import StrictCuda


class HostRun:
    """A Run that a StrictStream runs when it likes."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._reads, self._writes = (
            [(t.data_ptr(), t.nbytes) for t in ts] for ts in (run.inputs, run.outputs)
        )

    def enqueue(self, stream: Stream) -> None:
        stream.cuda.give(stream, self._run, self._reads, self._writes)  # type: ignore[attr-defined]

    def capturable(self, stream: Stream) -> bool:
        return True

    def close(self) -> None:
        pass


class TorchOnHost(TorchCudaEngine):
    """The torch engine with its slots, on the CPU and host memory: everything of it but CUDA."""

    name = "torch-on-host"
    captures = True

    def _open_cuda(self) -> StrictCuda:
        assert threading.current_thread().name.startswith("cuda")
        return StrictCuda()

    def _check(self, torch: object) -> None:
        pass

    @property
    def _device(self) -> str:
        return "cpu"

    def _execution(self, run: Run, stream: Stream, pool: object) -> Execution:
        return HostRun(run)


class WithoutGraphs(TorchCudaEngine):
    """The torch engine as it runs where nothing can be captured."""

    name = "torch-cuda-eager"
    graphs = False


def runs(kind: type[Engine]) -> bool:
    """Whether an engine can be opened here."""
    try:
        if issubclass(kind, GpuEngine):
            find_gpu(0)
        with kind(Model.load("cin-lite"), Size(64, 64), kind.auto or Precision.F32):
            return True
    except LivestyleError:
        return False


def precisions(name: str) -> tuple[Precision, ...]:
    """In which an engine of KINDS is held to its promises, the finest first."""
    int8 = (Precision.INT8,) if "int8" in Model.load("cin-lite").card.graphs else ()
    if name == "openvino":
        bf16 = (Precision.BF16,) if "BF16" in cpu_capabilities() else ()
        return (Precision.F32, *bf16, *int8)
    if name == "onnxruntime":
        return (Precision.F32, *int8)
    if name == "npu":
        return (Precision.F16,)
    only_f32 = (TorchOnHost.name, "coreml", "directml", "rocm")
    return (Precision.F32,) if name in only_f32 else (Precision.F32, Precision.F16)


_CANDIDATES: list[type[Engine]] = [
    kind for name, kind in ENGINES.items() if name not in BY_NAME_ONLY or name in UNMEASURED
]
_CANDIDATES.append(WithoutGraphs)
KINDS: Mapping[str, type[Engine]] = {
    **{kind.name: kind for kind in _CANDIDATES if runs(kind)},
    TorchOnHost.name: TorchOnHost,
}
"""Every engine that can be opened here, but those that take a minute to do so."""

IN_F32 = [kind for name, kind in KINDS.items() if Precision.F32 in precisions(name)]
WORKING = [(name, precision) for name in KINDS for precision in precisions(name)]
