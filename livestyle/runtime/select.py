"""Which engine runs: asked for, or the first that works; never a silent second choice."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from livestyle.card import Model
from livestyle.config import Precision
from livestyle.errors import LivestyleError, NoEngineError
from livestyle.runtime.engine import Engine
from livestyle.runtime.onnxruntime import OnnxRuntimeEngine
from livestyle.runtime.openvino import OpenVinoEngine, cpu_capabilities
from livestyle.size import Size

ENGINES: Mapping[str, type[Engine]] = {"openvino": OpenVinoEngine, "onnxruntime": OnnxRuntimeEngine}
"""Every engine by name, in the order in which 'auto' tries them."""

DEVICES: Mapping[str, tuple[str, ...]] = {
    "auto": tuple(ENGINES),
    "cpu": tuple(ENGINES),
    **{name: (name,) for name in ENGINES},
}
"""What --device takes, and the engines it allows."""

Report = Callable[[str], None]


def engines_for(device: str) -> tuple[str, ...]:
    """The engines that `device` allows, best first. LivestyleError for an unknown device."""
    if device not in DEVICES:
        raise LivestyleError(f"unknown device {device!r}; expected one of {', '.join(DEVICES)}")
    return DEVICES[device]


def open_engine(
    model: Model,
    size: Size,
    device: str = "auto",
    precision: Precision = Precision.AUTO,
    threads: int = 0,
    report: Report = lambda _: None,
) -> Engine:
    """An open engine; the caller closes it. threads 0 = as many as the engine likes.

    `report` is told of every engine that was passed over and why. NoEngineError with all causes
    where none works; LivestyleError for an unknown device.
    """
    causes: dict[str, str] = {}
    for name in engines_for(device):
        try:
            chosen = resolve_precision(name, precision, model)
            engine = ENGINES[name](model, size, chosen, threads)
            engine.open()
        except LivestyleError as error:
            causes[name] = str(error)
            report(f"{name} can't run: {error}")
            continue
        return engine
    raise NoEngineError(causes)


def resolve_precision(engine: str, asked: Precision, model: Model) -> Precision:
    """AUTO is bf16 where the CPU computes it, else INT8 where the model has it, else f32."""
    if asked is not Precision.AUTO:
        return asked
    if engine == "openvino" and "BF16" in cpu_capabilities():
        return Precision.BF16
    return Precision.INT8 if "int8" in model.card.graphs else Precision.F32
