"""OpenVINO on a CPU: the engine that runs where nothing special is installed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar

from livestyle.core.config import Precision, have_home
from livestyle.core.errors import LivestyleError
from livestyle.core.packages import NO_MEMORY, out_of_memory
from livestyle.core.size import Size
from livestyle.model.card import resolve_shapes
from livestyle.runtime.cores import affinity, cores
from livestyle.runtime.engine import Engine, EngineInfo
from livestyle.runtime.film import Tensors
from livestyle.runtime.openvino_cache import cached
from livestyle.runtime.openvino_pixels import lighten


@cache
def core() -> Any:
    """The process's openvino.Core; LivestyleError where OpenVINO is not installed or does not load.

    One for good: a Core gives the thread that makes it a stack for signals, which goes with the Core, and the
    next signal that Python hears there, such as Ctrl+C, would be a segmentation fault.
    """
    have_home()
    try:
        import openvino
    except ImportError as error:
        raise LivestyleError(f"OpenVINO can't be loaded ({error}); pip install openvino") from error
    return openvino.Core()


def cpu_capabilities() -> frozenset[str]:
    """What the CPU computes natively, as OpenVINO names it: 'FP32', 'BF16', 'INT8', …"""
    return frozenset(core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"))


class OpenVinoEngine(Engine):
    """Compiled for one size; the compiled model is cached, so that the second start is fast."""

    name = "openvino"

    hints: ClassVar[Mapping[Precision, str]] = {
        Precision.F32: "f32",
        Precision.BF16: "bf16",
        Precision.INT8: "f32",
    }
    """What the layers that are not quantised run in; INT8 itself is in the graph (Q/DQ)."""

    def _open_impl(self) -> None:
        self._target = self._find()
        self._compiled = self.compiled(self.size, self.precision)
        # Two that take turns: what one leaves behind is what the other reads, and nothing is copied.
        self._requests = [self._compiled.create_infer_request() for _ in range(2)]
        self._device = str(core().get_property(self._target, "FULL_DEVICE_NAME")).strip()

    def _find(self) -> str:
        """The device, as OpenVINO names it. LivestyleError where it isn't here or lacks the precision."""
        if self.precision is Precision.F16:
            raise LivestyleError("OpenVINO has no f16 on a CPU; use --precision bf16, int8 or f32")
        if self.precision is Precision.BF16 and "BF16" not in cpu_capabilities():
            raise LivestyleError("this CPU has no bf16; use --precision int8 or f32")
        return "CPU"

    def _prepare(self, graph: Any) -> dict[str, str]:
        """Change an openvino.Model of fixed shapes as suits the device; returns settings for it."""
        lighten(graph)
        threads = self.threads or (cores() if cores() < affinity() else 0)
        return {"INFERENCE_NUM_THREADS": str(threads)} if threads else {}

    def compiled(self, size: Size, precision: Precision, changed: Callable[[Any], Any] | None = None) -> Any:
        """The model's graph, an openvino.CompiledModel for a size, as `changed` makes it of itself.

        LivestyleError where OpenVINO can't, MemoryError where that is why. Only once the engine was opened.
        """
        path = self.model.graph("int8" if self.precision is Precision.INT8 else "float")
        target = self._target
        where = "" if target == "CPU" else f"-{target}"
        ov = core()
        try:
            graph = ov.read_model(path)
            if changed is not None:
                graph = changed(graph)
            shapes = {
                "frame": (1, size.height, size.width, 3),
                **{f"state_{n}": s for n, s in resolve_shapes(self.model.card.state, size).items()},
            }
            graph.reshape(shapes)
            settings = {
                "INFERENCE_PRECISION_HINT": self.hints[precision],
                "PERFORMANCE_HINT": "LATENCY",
                **self._prepare(graph),
            }
            with cached(f"{self.model.card.name}-{size}-{precision}{where}") as kept:
                return ov.compile_model(graph, target, {**settings, **kept})
        except (RuntimeError, ValueError) as error:  # a message in no UTF-8
            if out_of_memory(error):
                raise MemoryError(NO_MEMORY) from error
            raise LivestyleError(
                f"OpenVINO can't compile {path} for {size} on {target}: {reason(error)}"
            ) from error

    def _close_impl(self) -> None:
        del self._requests, self._compiled

    @property
    def info(self) -> EngineInfo:
        return EngineInfo(f"OpenVINO {_version()}", self._device, self.precision, self._threads_used())

    def _threads_used(self) -> int:
        return int(self._compiled.get_property("INFERENCE_NUM_THREADS"))

    def _infer_impl(self, feed: Tensors) -> Tensors:
        self._requests.reverse()
        found = self._requests[0].infer(feed, share_inputs=True, share_outputs=True)
        outputs: Tensors = {name: found[name] for name in self._outputs}
        return {**outputs, "stylized": outputs["stylized"].copy()}


def reason(error: Exception) -> str:
    """The line that says what happened, of the many in which OpenVINO says where."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__


def _version() -> str:
    import openvino

    return str(openvino.__version__).split("-")[0]
