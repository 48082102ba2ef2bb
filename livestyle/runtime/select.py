"""Which engine runs: asked for, or the first that works; never a silent second choice."""

from __future__ import annotations

from collections.abc import Mapping

from livestyle.card import Model
from livestyle.config import SLOTS, Precision
from livestyle.errors import LivestyleError, NoEngineError
from livestyle.runtime.driver import find_gpu
from livestyle.runtime.engine import Engine, GpuOptions, Report
from livestyle.runtime.gpu import GpuEngine
from livestyle.runtime.onnxruntime import OnnxRuntimeEngine
from livestyle.runtime.openvino import OpenVinoEngine, cpu_capabilities
from livestyle.runtime.tensorrt import RtxEngine, TensorRtEngine
from livestyle.runtime.torch_cuda import CompiledTorchCudaEngine, TorchCudaEngine
from livestyle.size import Size

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

    `report` is told of the engines that were passed over and why. NoEngineError with all causes
    where none works; LivestyleError for an unknown device.
    """
    names, gpu = _parse(device)
    options = GpuOptions(gpu, slots, report)
    causes: dict[str, str] = {}
    for name in names:
        try:
            if issubclass(ENGINES[name], GpuEngine):
                find_gpu(gpu)
            chosen = resolve_precision(name, precision, model)
            engine = ENGINES[name](model, size, chosen, threads, options)
            engine.open()
        except LivestyleError as error:
            causes[name] = str(error)
            continue
        _tell(report, causes)
        return engine
    raise NoEngineError(causes)


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


def _tell(report: Report, causes: Mapping[str, str]) -> None:
    """One line for each cause, with all the engines that it stopped."""
    for cause in dict.fromkeys(causes.values()):
        names = ", ".join(name for name in causes if causes[name] == cause)
        report(f"{names} can't run: {cause}")
