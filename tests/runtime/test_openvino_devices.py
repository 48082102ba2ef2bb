"""Intel's graphics and NPUs: what OpenVINO is asked for, on a Core that calls the CPU by their names."""

from __future__ import annotations

from typing import Any

import numpy as np
import openvino
import pytest

from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError, NoEngineError
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime import openvino_parts
from livestyle.runtime.select import UNMEASURED, engines_for, open_engine
from livestyle.stylizer import engine_user
from livestyle.stylizer.stylizer import Stylizer
from tests.conftest import picture

SIZE = Size(96, 64)


class Intel:
    """An openvino.Core of a machine with such devices. What is compiled for them runs on the CPU."""

    devices = ("CPU", "GPU.0", "GPU.1", "NPU")

    def __init__(self) -> None:
        self._core = openvino.Core()
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def available_devices(self) -> tuple[str, ...]:
        return self.devices

    def get_property(self, device: str, name: str) -> Any:
        return f"Intel {device}" if device != "CPU" else self._core.get_property("CPU", name)

    def read_model(self, path: object) -> Any:
        return self._core.read_model(path)

    def compile_model(self, graph: Any, device: str, settings: dict[str, str]) -> Any:
        assert all(port.get_partial_shape().is_static for port in (*graph.inputs, *graph.outputs))
        self.asked.append((device, settings))
        return self._core.compile_model(graph, "HETERO:CPU", {"INFERENCE_PRECISION_HINT": "f32"})


@pytest.fixture
def intel(monkeypatch: pytest.MonkeyPatch) -> Intel:
    core = Intel()
    monkeypatch.setattr(openvino, "Core", lambda: core)
    return core


@pytest.mark.parametrize(
    ("device", "precision", "target", "hint"),
    [
        ("gpu", Precision.AUTO, "GPU.0", "f16"),
        ("gpu:1", Precision.F32, "GPU.1", "f32"),
        ("npu", Precision.AUTO, "NPU", "f16"),
    ],
)
def test_it_is_compiled_for_the_device_alone(
    model: Model, intel: Intel, device: str, precision: Precision, target: str, hint: str
) -> None:
    style = FrameStyle.still(model.styles.vectors[0])
    with open_engine(model, SIZE, "openvino", Precision.F32) as cpu:
        expected = cpu.infer(picture(SIZE), style).astype(int)
    with open_engine(model, SIZE, device, precision) as engine:
        painted = engine.infer(picture(SIZE), style).astype(int)
        assert str(engine.info).startswith(f"Intel {target} · OpenVINO")
    asked, settings = intel.asked[-1]
    assert asked == target
    assert {k: v for k, v in settings.items() if k != "CACHE_DIR"} == {
        "INFERENCE_PRECISION_HINT": hint,
        "PERFORMANCE_HINT": "LATENCY",
    }
    assert target in settings["CACHE_DIR"]
    assert np.abs(painted - expected).max() <= 2


@pytest.mark.parametrize(("device", "hint"), [("gpu", "f32"), ("npu", "f16")])
def test_parts_of_a_large_picture_are_painted_there_too(
    model: Model, intel: Intel, monkeypatch: pytest.MonkeyPatch, device: str, hint: str
) -> None:
    monkeypatch.setattr(engine_user, "WHOLE_PIXELS", 100)
    for name, side in (("MARGIN_PX", 32), ("KEPT_PX", 64), ("PART_PX", 128), ("SCALED_SIDE_PX", 96)):
        monkeypatch.setattr(openvino_parts, name, side)
    with Stylizer(model, device) as stylizer:
        stylizer.steadiness = 0.0
        stylizer.stylize(picture(SIZE))
    assert {device for device, _ in intel.asked} == {{"gpu": "GPU.0", "npu": "NPU"}[device]}
    assert hint in [settings["INFERENCE_PRECISION_HINT"] for _, settings in intel.asked]


@pytest.mark.parametrize(
    ("device", "devices", "said"),
    [
        ("gpu", ("CPU", "NPU"), "finds no Intel GPU here, only CPU, NPU; install .*intel-opencl-icd"),
        ("npu", ("CPU", "GPU"), "finds no Intel NPU here, only CPU, GPU; install its driver"),
        ("gpu:1", ("CPU", "GPU"), "there is no gpu:1; OpenVINO finds GPU here, counted from gpu:0"),
    ],
)
def test_a_device_that_is_not_here_is_never_replaced(
    model: Model, intel: Intel, monkeypatch: pytest.MonkeyPatch, device: str, devices: tuple[str], said: str
) -> None:
    monkeypatch.setattr(intel, "devices", devices)
    with pytest.raises(NoEngineError, match=said):
        open_engine(model, SIZE, device)
    assert not intel.asked


def test_a_device_that_takes_no_such_graph_is_never_replaced(
    model: Model, intel: Intel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise RuntimeError("from plugin.cpp:1\nPad is not supported")

    monkeypatch.setattr(intel, "compile_model", refused)
    with pytest.raises(NoEngineError, match="for 96x64 on NPU: Pad is not supported"):
        open_engine(model, SIZE, "npu")


def test_what_a_device_does_not_compute_is_refused(model: Model, intel: Intel) -> None:
    with pytest.raises(LivestyleError, match="Intel GPU takes no bf16; use --precision f32, f16, int8"):
        open_engine(model, SIZE, "gpu", Precision.BF16)
    with pytest.raises(LivestyleError, match="Intel NPU takes no f32; use --precision f16, int8"):
        open_engine(model, SIZE, "npu", Precision.F32)


@pytest.mark.parametrize("device", ["auto", "cpu", "cuda"])
def test_nothing_unmeasured_is_chosen_unasked(device: str) -> None:
    assert not {*UNMEASURED} & {*engines_for(device)}
