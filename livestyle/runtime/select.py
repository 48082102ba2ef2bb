"""Which engine runs: asked for, or the first that works; never a silent second choice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from importlib import import_module

from livestyle.core.config import SLOTS, Precision
from livestyle.core.errors import LivestyleError, NoEngineError
from livestyle.core.progress import Progress, Report
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.runtime.engine import Engine, GpuOptions
from livestyle.runtime.gpu.driver import NoGpuError, find_gpu
from livestyle.runtime.gpu.engine import GpuEngine
from livestyle.runtime.onnxruntime import OnnxRuntimeEngine
from livestyle.runtime.openvino import OpenVinoEngine, cpu_capabilities
from livestyle.runtime.tensorrt.engine import RtxEngine, TensorRtEngine

torch_engine = import_module("livestyle.workshop.torch_engine")
"""By name: nothing outside the workshop imports it. It loads torch when an engine of it is opened."""

ENGINES: Mapping[str, type[Engine]] = {
    engine.name: engine
    for engine in (
        TensorRtEngine,
        RtxEngine,
        torch_engine.TorchCudaEngine,
        torch_engine.CompiledTorchCudaEngine,
        OpenVinoEngine,
        OnnxRuntimeEngine,
    )
}
"""Every engine by name, the best first."""

BY_NAME_ONLY = {torch_engine.CompiledTorchCudaEngine.name}
"""It starts in a minute; who wants that asks for it."""


@dataclass(frozen=True)
class Registry:
    """What there is to choose from.

    engines: by name, the best first
    devices: what --device takes, and the engines it allows, best first; on a GPU also with its number,
             'cuda:1'
    """

    engines: Mapping[str, type[Engine]]
    devices: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, engines: Mapping[str, type[Engine]], by_name_only: Collection[str] = ()) -> Registry:
        """Devices from the engines: auto, cpu, cuda, and each by its name."""
        offered = {name: engine for name, engine in engines.items() if name not in by_name_only}
        on_gpu = {name: issubclass(engine, GpuEngine) for name, engine in engines.items()}
        devices = {
            "auto": tuple(offered),
            "cpu": tuple(name for name in engines if not on_gpu[name]),
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
    """An open engine; the caller closes it. threads 0 = as many as the engine likes.

    `report` is told in one line of the engines that were passed over and why, but not of those that
    want a GPU where there is none, and how far one is that is built.
    NoEngineError with all causes where none works; LivestyleError for an unknown device.
    """
    return engine_request(model, size, device, precision, threads, report, slots, registry).open()


@dataclass(frozen=True)
class EngineRequest:
    """An engine that is wanted: the first of `names` that runs here.

    The rest as Engine takes it, but `precision` may be AUTO.
    """

    names: tuple[str, ...]
    model: Model
    size: Size
    precision: Precision
    threads: int
    options: GpuOptions
    registry: Registry = SHIPPED

    def open(self) -> Engine:
        """It, open, built where it has to be; the caller closes it. NoEngineError where none works."""
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
        """The same without that engine and those before it."""
        return replace(self, names=self.names[self.names.index(name) + 1 :] if name in self.names else ())

    def telling(self, progress: Progress, beside: bool = False) -> EngineRequest:
        """The same; `progress` is told how far it is. beside: another engine paints meanwhile."""
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
    """An open engine. better: what may take its place once it is built; None where nothing is better."""

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
    """What open_engine opens with these arguments. LivestyleError for an unknown device."""
    names, gpu = _parse(device, registry)
    return EngineRequest(names, model, size, precision, threads, GpuOptions(gpu, slots, report), registry)


def resolve_precision(engine: type[Engine], asked: Precision, model: Model) -> Precision:
    """AUTO is f16 on a GPU; bf16 where the CPU computes it, else INT8 where the model has it, else f32."""
    if asked is not Precision.AUTO:
        return asked
    if issubclass(engine, GpuEngine):
        return Precision.F16
    if issubclass(engine, OpenVinoEngine) and "BF16" in cpu_capabilities():
        return Precision.BF16
    return Precision.INT8 if "int8" in model.card.graphs else Precision.F32


def _parse(device: str, registry: Registry) -> tuple[tuple[str, ...], int]:
    """'cuda:1' to the engines that it allows, and 1."""
    name, colon, number = device.partition(":")
    names = registry.devices.get(name, ())
    numbered = all(issubclass(registry.engines[engine], GpuEngine) for engine in names)
    if not names or (colon and not (numbered and number.isdecimal())):
        raise LivestyleError(
            f"unknown device {device!r}; expected one of {', '.join(registry.devices)}; "
            "of several GPUs one by its number, as cuda:1"
        )
    return names, int(number or 0)


def _tell(report: Report, causes: Mapping[str, LivestyleError]) -> None:
    """One line: each cause with all the engines that it stopped. That there is no GPU is no news."""
    news = {name: str(error) for name, error in causes.items() if not isinstance(error, NoGpuError)}
    stopped = {cause: ", ".join(n for n in news if news[n] == cause) for cause in news.values()}
    if stopped:
        report("; ".join(f"{names} can't run: {cause}" for cause, names in stopped.items()))
