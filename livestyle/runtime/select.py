"""Chooses the engine: the one asked for, or the first that works. A second choice is never silent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from importlib import import_module

from livestyle.core.config import SLOTS, Precision
from livestyle.core.errors import LivestyleError, NoEngineError
from livestyle.core.progress import Progress, Report
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.runtime.cores import has_fast_int8, has_slow_bf16, has_slow_int8
from livestyle.runtime.engine import Engine, GpuOptions
from livestyle.runtime.gpu.driver import NoGpuError, find_gpu
from livestyle.runtime.gpu.engine import GpuEngine
from livestyle.runtime.onnxruntime import OnnxRuntimeEngine
from livestyle.runtime.onnxruntime_providers import CoreMlEngine, DirectMlEngine, RocmEngine
from livestyle.runtime.openvino import OpenVinoEngine, cpu_capabilities
from livestyle.runtime.openvino_devices import OpenVinoGpuEngine, OpenVinoNpuEngine
from livestyle.runtime.tensorrt.engine import RtxEngine, TensorRtEngine

torch_engine = import_module("livestyle.workshop.torch_engine")
"""Imported by name, because nothing outside the workshop imports it. Opening its engines loads torch."""

ENGINES: Mapping[str, type[Engine]] = {
    engine.name: engine
    for engine in (
        TensorRtEngine,
        RtxEngine,
        torch_engine.TorchCudaEngine,
        torch_engine.CompiledTorchCudaEngine,
        OpenVinoEngine,
        OnnxRuntimeEngine,
        OpenVinoGpuEngine,
        OpenVinoNpuEngine,
        CoreMlEngine,
        DirectMlEngine,
        RocmEngine,
    )
}
"""Every engine by name, the best first."""

UNMEASURED = ("gpu", "npu", "coreml", "directml", "rocm")
"""Engines that have never run on what they are for."""

BY_NAME_ONLY = {torch_engine.CompiledTorchCudaEngine.name, *UNMEASURED}
"""Engines that are used only if they are asked for: the first takes a minute to start."""


@dataclass(frozen=True)
class Registry:
    """Lists what can be chosen.

    engines: every engine by its name, the best first
    devices: every value of --device with the engines that it allows, the best first; a GPU may also be
             given with its number, 'cuda:1'
    """

    engines: Mapping[str, type[Engine]]
    devices: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, engines: Mapping[str, type[Engine]], by_name_only: Collection[str] = ()) -> Registry:
        """Derive the devices from the engines: auto, cpu, cuda, and each engine by its name."""
        offered = {name: engine for name, engine in engines.items() if name not in by_name_only}
        on_gpu = {name: issubclass(engine, GpuEngine) for name, engine in engines.items()}
        devices = {
            "auto": tuple(offered),
            "cpu": tuple(name for name in offered if not on_gpu[name]),
            "cuda": tuple(name for name in offered if on_gpu[name]),
            **{name: (name,) for name in engines},
        }
        return cls(engines, devices)


SHIPPED = Registry.of(ENGINES, BY_NAME_ONLY)
DEVICES = SHIPPED.devices


def engines_for(device: str, registry: Registry = SHIPPED) -> tuple[str, ...]:
    """The engines that `device` allows, best first. LivestyleError for an unknown device."""
    return _parse(device, registry)[0]


def open_engine(
    model: Model,
    size: Size,
    device: str = "auto",
    precision: Precision = Precision.AUTO,
    threads: int = 0,
    report: Report = lambda _: None,
    slots: int = SLOTS,
    registry: Registry = SHIPPED,
) -> Engine:
    """Open an engine; the caller closes it. threads: 0 = as many as the engine likes.

    `report` gets one line with the engines that were passed over and why, without those that need a GPU
    where there is none, and lines with how far a build is. NoEngineError with all causes if none works;
    LivestyleError for an unknown device.
    """
    return engine_request(model, size, device, precision, threads, report, slots, registry).open()


@dataclass(frozen=True)
class EngineRequest:
    """Asks for an engine: the first of `names` that runs here.

    The other fields are arguments of Engine, but `precision` may be AUTO.
    """

    names: tuple[str, ...]
    model: Model
    size: Size
    precision: Precision
    threads: int
    options: GpuOptions
    registry: Registry = SHIPPED

    def open(self) -> Engine:
        """Open the engine, building it if need be; the caller closes it. NoEngineError if none works."""
        return self._first()[1]

    def open_soon(self) -> OpenedEngine:
        """Opens an already built engine if there is one; returns faster unbuilt ones as `better`."""
        waiting = tuple(name for name in self.names if self._waits(name))
        try:
            name, engine = replace(self, names=tuple(n for n in self.names if n not in waiting))._first()
        except NoEngineError:
            if not waiting:
                raise
            return OpenedEngine(self.open())
        better = tuple(n for n in waiting if self.names.index(n) < self.names.index(name))
        if not better:
            return OpenedEngine(engine)
        self.options.report(
            f"{better[0]} has no engine of {self.model.card.name} for {self.size} yet; "
            f"{engine.name} paints until it is built"
        )
        return OpenedEngine(engine, replace(self, names=better))

    def behind(self, name: str) -> EngineRequest:
        """The same request without that engine and those before it."""
        return replace(self, names=self.names[self.names.index(name) + 1 :] if name in self.names else ())

    def telling(self, progress: Progress, beside: bool = False) -> EngineRequest:
        """The same request; `progress` is called with how far a build is. beside: see GpuOptions."""
        return replace(self, options=replace(self.options, progress=progress, beside=beside))

    def _first(self) -> tuple[str, Engine]:
        causes: dict[str, LivestyleError] = {}
        for name in self.names:
            try:
                engine = self._made(name)
                engine.open()
            except LivestyleError as error:
                causes[name] = error
                continue
            _tell(self.options.report, causes)
            return name, engine
        raise NoEngineError({name: str(error) for name, error in causes.items()})

    def _waits(self, name: str) -> bool:
        """Whether it has to be built."""
        try:
            return not self._made(name).ready
        except LivestyleError:
            return False

    def _made(self, name: str) -> Engine:
        kind = self.registry.engines[name]
        if issubclass(kind, GpuEngine):
            find_gpu(self.options.gpu)
        chosen = resolve_precision(kind, self.precision, self.model)
        return kind(self.model, self.size, chosen, self.threads, self.options)


@dataclass(frozen=True)
class OpenedEngine:
    """Holds an open engine. better: asks for engines that are better once they are built; None if none is."""

    engine: Engine
    better: EngineRequest | None = None

    def close(self) -> None:
        self.engine.close()


def engine_request(
    model: Model,
    size: Size,
    device: str,
    precision: Precision,
    threads: int,
    report: Report,
    slots: int,
    registry: Registry = SHIPPED,
) -> EngineRequest:
    """The request that open_engine opens with these arguments. LivestyleError for an unknown device."""
    names, gpu = _parse(device, registry)
    return EngineRequest(names, model, size, precision, threads, GpuOptions(gpu, slots, report), registry)


def resolve_precision(engine: type[Engine], asked: Precision, model: Model) -> Precision:
    """AUTO is the engine's own; on a CPU INT8 where that is known to be fast, else bf16 where that is, else
    INT8 where it is not known to be slow, else f32. A model may have no INT8.
    """
    if asked is not Precision.AUTO:
        return asked
    if engine.auto is not None:
        return engine.auto
    int8 = "int8" in model.card.graphs
    if int8 and has_fast_int8():
        return Precision.INT8
    if issubclass(engine, OpenVinoEngine) and "BF16" in cpu_capabilities() and not has_slow_bf16():
        return Precision.BF16
    return Precision.INT8 if int8 and not has_slow_int8() else Precision.F32


def _parse(device: str, registry: Registry) -> tuple[tuple[str, ...], int]:
    """The engines that a device such as 'cuda:1' allows, and its number, here 1."""
    name, colon, number = device.partition(":")
    names = registry.devices.get(name, ())
    numbered = all(registry.engines[engine].numbered for engine in names)
    if not names or (colon and not (numbered and number.isdecimal())):
        raise LivestyleError(
            f"unknown device {device!r}; expected one of {', '.join(registry.devices)}; "
            "of several GPUs one by its number, as cuda:1"
        )
    return names, int(number or 0)


def _tell(report: Report, causes: Mapping[str, LivestyleError]) -> None:
    """Report each cause with the engines that it stopped, in one line. That there is no GPU is not
    reported.
    """
    news = {name: str(error) for name, error in causes.items() if not isinstance(error, NoGpuError)}
    stopped = {cause: ", ".join(n for n in news if news[n] == cause) for cause in news.values()}
    if stopped:
        report("; ".join(f"{names} can't run: {cause}" for cause, names in stopped.items()))
