"""Which engine runs: asked for, or the first that works; never a silent second choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from livestyle.core.config import SLOTS, Precision
from livestyle.core.errors import LivestyleError, NoEngineError
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.runtime.engine import Engine, GpuOptions, Report
from livestyle.runtime.gpu.driver import NoGpuError, find_gpu
from livestyle.runtime.gpu.engine import GpuEngine
from livestyle.runtime.onnxruntime import OnnxRuntimeEngine
from livestyle.runtime.openvino import OpenVinoEngine, cpu_capabilities
from livestyle.runtime.tensorrt.builder import Progress
from livestyle.runtime.tensorrt.engine import RtxEngine, TensorRtEngine
from livestyle.workshop.torch_engine import CompiledTorchCudaEngine, TorchCudaEngine

ENGINES: Mapping[str, type[Engine]] = {
    engine.name: engine
    for engine in (
        TensorRtEngine,
        RtxEngine,
        TorchCudaEngine,
        CompiledTorchCudaEngine,
        OpenVinoEngine,
        OnnxRuntimeEngine,
    )
}
"""Every engine by name, the best first."""

BY_NAME_ONLY = {CompiledTorchCudaEngine.name}
"""It starts in a minute; who wants that asks for it."""

DEVICES: Mapping[str, tuple[str, ...]] = {
    "auto": tuple(name for name in ENGINES if name not in BY_NAME_ONLY),
    "cpu": tuple(name for name, engine in ENGINES.items() if not issubclass(engine, GpuEngine)),
    "cuda": tuple(
        name for name, engine in ENGINES.items() if issubclass(engine, GpuEngine) and name not in BY_NAME_ONLY
    ),
    **{name: (name,) for name in ENGINES},
}
"""What --device takes, and the engines it allows, best first; on a GPU also with its number, 'cuda:1'."""


def engines_for(device: str) -> tuple[str, ...]:
    """The engines that `device` allows, best first. LivestyleError for an unknown device."""
    return _parse(device)[0]


def open_engine(
    model: Model,
    size: Size,
    device: str = "auto",
    precision: Precision = Precision.AUTO,
    threads: int = 0,
    report: Report = lambda _: None,
    slots: int = SLOTS,
) -> Engine:
    """An open engine; the caller closes it. threads 0 = as many as the engine likes.

    `report` is told in one line of the engines that were passed over and why, but not of those that
    want a GPU where there is none, and how far one is that is built.
    NoEngineError with all causes where none works; LivestyleError for an unknown device.
    """
    return wish(model, size, device, precision, threads, report, slots).open()


@dataclass(frozen=True)
class Wish:
    """An engine that is wanted: the first of `names` that runs here.

    The rest as Engine takes it, but `precision` may be AUTO.
    """

    names: tuple[str, ...]
    model: Model
    size: Size
    precision: Precision
    threads: int
    options: GpuOptions

    def open(self) -> Engine:
        """It, open, built where it has to be; the caller closes it. NoEngineError where none works."""
        return self._first()[1]

    def open_soon(self) -> Opening:
        """As `open`, but what has to be built waits, where there is another that needn't be."""
        waiting = tuple(name for name in self.names if self._waits(name))
        try:
            name, engine = replace(self, names=tuple(n for n in self.names if n not in waiting))._first()
        except NoEngineError:
            if not waiting:
                raise
            return Opening(self.open())
        better = tuple(n for n in waiting if self.names.index(n) < self.names.index(name))
        if not better:
            return Opening(engine)
        self.options.report(
            f"{better[0]} has no engine of {self.model.card.name} for {self.size} yet; "
            f"{engine.name} paints until it is built"
        )
        return Opening(engine, replace(self, names=better))

    def telling(self, progress: Progress) -> Wish:
        """The same; `progress` is told how far it is."""
        return replace(self, options=replace(self.options, progress=progress))

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
        if issubclass(ENGINES[name], GpuEngine):
            find_gpu(self.options.gpu)
        chosen = resolve_precision(name, self.precision, self.model)
        return ENGINES[name](self.model, self.size, chosen, self.threads, self.options)


@dataclass(frozen=True)
class Opening:
    """An open engine. better: what may take its place once it is built; None where nothing is better."""

    engine: Engine
    better: Wish | None = None

    def close(self) -> None:
        self.engine.close()


def wish(
    model: Model,
    size: Size,
    device: str,
    precision: Precision,
    threads: int,
    report: Report,
    slots: int,
) -> Wish:
    """What open_engine opens with these arguments. LivestyleError for an unknown device."""
    names, gpu = _parse(device)
    return Wish(names, model, size, precision, threads, GpuOptions(gpu, slots, report))


def resolve_precision(engine: str, asked: Precision, model: Model) -> Precision:
    """AUTO is f16 on a GPU; bf16 where the CPU computes it, else INT8 where the model has it, else f32."""
    if asked is not Precision.AUTO:
        return asked
    if issubclass(ENGINES[engine], GpuEngine):
        return Precision.F16
    if engine == "openvino" and "BF16" in cpu_capabilities():
        return Precision.BF16
    return Precision.INT8 if "int8" in model.card.graphs else Precision.F32


def _parse(device: str) -> tuple[tuple[str, ...], int]:
    """'cuda:1' to the engines that it allows, and 1."""
    name, colon, number = device.partition(":")
    names = DEVICES.get(name, ())
    numbered = all(issubclass(ENGINES[engine], GpuEngine) for engine in names)
    if not names or (colon and not (numbered and number.isdecimal())):
        raise LivestyleError(
            f"unknown device {device!r}; expected one of {', '.join(DEVICES)}; "
            "of several GPUs one by its number, as cuda:1"
        )
    return names, int(number or 0)


def _tell(report: Report, causes: Mapping[str, LivestyleError]) -> None:
    """One line: each cause with all the engines that it stopped. That there is no GPU is no news."""
    news = {name: str(error) for name, error in causes.items() if not isinstance(error, NoGpuError)}
    stopped = {cause: ", ".join(n for n in news if news[n] == cause) for cause in news.values()}
    if stopped:
        report("; ".join(f"{names} can't run: {cause}" for cause, names in stopped.items()))
