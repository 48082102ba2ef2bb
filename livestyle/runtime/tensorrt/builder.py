"""Builds a TensorRT plan from an ONNX graph, in one way for full TensorRT (10.12, 11) and TensorRT for RTX.

Networks are strongly typed: a tensor is computed in the type that the graph gives it (see `typed`). Full
TensorRT builds for the GPU that is there and needs one. TensorRT for RTX needs none: it compiles the
kernels when a plan is loaded.
"""

from __future__ import annotations

import functools
import importlib
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from livestyle.core.errors import LivestyleError
from livestyle.core.progress import Progress

Shapes: TypeAlias = Mapping[str, tuple[int, ...]]

LEAST_VERSION = (10, 12)
"""The oldest full TensorRT that works: what is used here is strongly typed from this version on."""

LEVELS = range(6)
"""Builder optimisation levels: 0 is built fastest, 5 may run fastest."""


class Flavour(StrEnum):
    """Says which TensorRT, by the name of the extra that installs it: pip install '.[…]'."""

    FULL = "tensorrt"
    RTX = "rtx"

    @property
    def package(self) -> str:
        """The name of its Python package."""
        return "tensorrt" if self is Flavour.FULL else "tensorrt_rtx"

    @property
    def label(self) -> str:
        return "TensorRT" if self is Flavour.FULL else "TensorRT for RTX"


@dataclass(frozen=True)
class BuildOptions:
    """level: builder optimisation level, 0 to 5.

    capability: compute capability of the GPU to build for, such as (8, 9); TensorRT for RTX alone asks
    for it, and without one it builds for all from Ampere on.
    """

    level: int = 3
    capability: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise LivestyleError(f"builder level {self.level} is out of range; expected 0 to {LEVELS[-1]}")


@dataclass(frozen=True)
class Network:
    """Holds a parsed graph of one size, and keeps alive what it was made with."""

    flavour: Flavour
    library: Any
    definition: Any
    """INetworkDefinition"""
    builder: Any
    parser: Any

    def layers(self, kind: str) -> list[Any]:
        """The layers of one type, by TensorRT's name for it: 'CONVOLUTION', 'NORMALIZATION', …"""
        wanted = getattr(self.library.LayerType, kind)
        found = (self.definition.get_layer(i) for i in range(self.definition.num_layers))
        return [layer for layer in found if layer.type == wanted]


def library(flavour: Flavour) -> Any:
    """TensorRT's Python package. LivestyleError, with the remedy, where it can't be loaded or is too old."""
    remedy = f"pip install --upgrade '.[{flavour}]'"
    try:
        found = importlib.import_module(flavour.package)
        version = tuple(int(part) for part in found.__version__.split(".")[:2])
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        raise LivestyleError(f"{flavour.label} can't be loaded ({error}); {remedy}") from error
    if flavour is Flavour.FULL and version < LEAST_VERSION:
        least = ".".join(map(str, LEAST_VERSION))
        raise LivestyleError(f"TensorRT {found.__version__} is too old; expected {least} or later; {remedy}")
    return found


def parse(flavour: Flavour, graph: bytes, shapes: Shapes) -> Network:
    """Read an ONNX graph; `shapes` makes inputs with free sides static.

    LivestyleError that names every node that TensorRT doesn't take, or why it can't run here.
    """
    trt = library(flavour)
    messages = log(flavour)
    messages.errors.clear()
    try:
        builder = trt.Builder(messages)
    except (RuntimeError, TypeError) as error:  # pybind: the factory returned nothing
        cause = messages.first() or str(error)
        raise LivestyleError(
            f"{flavour.label} can't build here ({cause}); is there an NVIDIA GPU?"
        ) from error
    # Required before 11, ignored from there on.
    definition = builder.create_network(1 << int(trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED))
    parser = trt.OnnxParser(definition, messages)
    parser.set_flag(trt.OnnxParserFlag.NATIVE_INSTANCENORM)
    if not parser.parse(graph):
        nodes = [_refusal(parser.get_error(i)) for i in range(parser.num_errors)]
        raise LivestyleError(f"{flavour.label} {trt.__version__} can't take the graph:\n" + "\n".join(nodes))
    for tensor in (definition.get_input(i) for i in range(definition.num_inputs)):
        tensor.shape = shapes.get(tensor.name, tensor.shape)
        if min(tensor.shape, default=1) < 0:
            raise LivestyleError(f"the graph's input {tensor.name!r} has no fixed shape: {tensor.shape}")
    return Network(flavour, trt, definition, builder, parser)


def build(
    network: Network, options: BuildOptions, timing: bytes = b"", progress: Progress = lambda _: None
) -> tuple[bytes, bytes]:
    """The plan and, on full TensorRT, the timing cache after it; `timing` is the one before.

    Takes seconds to minutes and lets other threads run. What `progress` raises ends it and is raised
    here, KeyboardInterrupt too. LivestyleError where TensorRT fails.
    """
    trt, messages = network.library, log(network.flavour)
    messages.errors.clear()
    config = network.builder.create_builder_config()
    config.builder_optimization_level = options.level
    config.clear_flag(trt.BuilderFlag.TF32)
    config.progress_monitor = monitor = _monitor(trt, progress)
    if network.flavour is Flavour.FULL:
        # TensorRT makes an empty cache of a damaged one.
        config.set_timing_cache(config.create_timing_cache(timing), ignore_mismatch=False)
    else:
        _for_graphs(trt, config)
        if options.capability is not None:
            config.num_compute_capabilities = 1
            config.set_compute_capability(_capability(trt, options.capability), 0)
    plan = network.builder.build_serialized_network(network.definition, config)
    if monitor.error is not None:
        raise monitor.error
    if plan is None:
        cause = messages.first() or "it gives no reason"
        raise LivestyleError(f"{network.flavour.label} {trt.__version__} can't build the engine: {cause}")
    progress(1.0)
    found = config.get_timing_cache() if network.flavour is Flavour.FULL else None
    return bytes(plan), bytes(found.serialize()) if found is not None else b""


def _for_graphs(trt: Any, config: Any) -> None:
    """Forbid TensorRT for RTX to allocate while it runs, which can't be captured in a CUDA graph."""
    flag = getattr(trt.BuilderFlag, "REQUIRE_USER_ALLOCATION", None)
    if flag is not None:
        config.set_flag(flag)


def _refusal(error: Any) -> str:
    return f"  node {error.node_name()!r} ({error.node_operator()}): {error.desc()}"


def _capability(trt: Any, capability: tuple[int, int]) -> Any:
    name = "SM{}{}".format(*capability)
    if not hasattr(trt.ComputeCapability, name):
        known = ", ".join(n for n in trt.ComputeCapability.__members__ if n.startswith("SM"))
        raise LivestyleError(
            f"TensorRT for RTX {trt.__version__} doesn't know {name}, only {known}; pip install '.[tensorrt]'"
        )
    return getattr(trt.ComputeCapability, name)


@functools.cache
def log(flavour: Flavour) -> Any:
    """TensorRT's log, of which it wants one per process; it prints nothing and keeps the last errors."""
    return _log(library(flavour))


def _log(trt: Any) -> Any:
    class Log(trt.ILogger):  # type: ignore[misc]  # TensorRT has no types
        def __init__(self) -> None:
            super().__init__()
            self.errors: deque[str] = deque(maxlen=20)

        def log(self, severity: Any, message: str) -> None:
            if severity <= trt.ILogger.Severity.ERROR:
                self.errors.append(message)

        def first(self) -> str:
            """The first error since they were cleared; later ones are often its consequences."""
            return self.errors[0].strip() if self.errors else ""

    return Log()


class Phases:
    """Computes how far TensorRT is from nested phases, each with a number of steps."""

    def __init__(self) -> None:
        self._phases: dict[str, tuple[str | None, int]] = {}
        self._done: dict[str, int] = {}
        self._share = 0.0

    def begin(self, name: str, parent: str | None, steps: int) -> None:
        self._phases[name] = parent if parent in self._phases else None, max(1, steps)
        self._done[name] = 0

    def step(self, name: str) -> float:
        """Count one more step of a phase; returns the share of the whole, which never falls."""
        self._done[name] += 1
        share, at = 0.0, name
        while True:
            parent, steps = self._phases[at]
            share = min(1.0, (self._done[at] + share) / steps)
            if parent is None:
                break
            at = parent
        self._share = max(self._share, share)
        return self._share


def _monitor(trt: Any, progress: Progress) -> Any:
    class Monitor(trt.IProgressMonitor):  # type: ignore[misc]  # TensorRT has no types
        """Keeps an exception and ends the build, because an exception must not leave a call from C++."""

        def __init__(self) -> None:
            super().__init__()
            self.error: BaseException | None = None
            self.phases = Phases()

        def phase_start(self, name: str, parent: str | None, steps: int) -> None:
            self.phases.begin(name, parent, steps)

        def step_complete(self, name: str, step: int) -> bool:
            try:
                progress(self.phases.step(name))
            except BaseException as error:
                self.error = error
            return self.error is None

        def phase_finish(self, name: str) -> None:
            """Nothing to do: a phase that ended early is counted with the next step of its parent."""

    return Monitor()
