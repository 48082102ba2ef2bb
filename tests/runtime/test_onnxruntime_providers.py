"""CoreML, DirectML and ROCm: what ONNX Runtime is asked for, and that it never goes on on the CPU unsaid."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnxruntime
import pytest

from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError, NoEngineError
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime import onnxruntime_providers
from livestyle.runtime.engine import GpuOptions
from livestyle.runtime.onnxruntime_providers import CPU, ProviderEngine, left_to_cpu
from livestyle.runtime.select import ENGINES, open_engine
from tests.conftest import picture

SIZE = Size(96, 64)
PROVIDERS = {
    "coreml": "CoreMLExecutionProvider",
    "directml": "DmlExecutionProvider",
    "rocm": "MIGraphXExecutionProvider",
}


class Asked:
    """ONNX Runtime of a machine with these providers. Sessions run on the CPU; what was asked is kept."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *providers: str) -> None:
        self.loads = True
        self.options: Any = None
        self.providers: list[tuple[str, dict[str, str]]] = []
        self.fallback: list[bool] = []
        session_of = onnxruntime.InferenceSession

        def session(path: str, options: Any, providers: list[Any], enable_fallback: int = 1) -> Any:
            opened = session_of(path, onnxruntime.SessionOptions(), providers=[CPU])
            if providers != [CPU]:
                self.options, self.providers, self.fallback = options, providers, [bool(enable_fallback)]
                names = [providers[0][0], CPU] if self.loads else [CPU]
                monkeypatch.setattr(opened, "get_providers", lambda: names)
                monkeypatch.setattr(opened, "disable_fallback", lambda: self.fallback.append(False))
            return opened

        monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [*providers, CPU])
        monkeypatch.setattr(onnxruntime, "InferenceSession", session)
        monkeypatch.setattr(onnxruntime_providers, "left_to_cpu", lambda *_: Counter({"Pad": 3, "Cast": 2}))


@pytest.mark.parametrize(
    ("device", "settings", "strict"),
    [
        ("coreml", {"ModelFormat": "MLProgram", "MLComputeUnits": "ALL"}, False),
        ("directml", {"device_id": "0"}, True),
        ("directml:2", {"device_id": "2"}, True),
        ("rocm:1", {"device_id": "1"}, True),
    ],
)
def test_the_provider_is_asked_for_alone(
    model: Model, monkeypatch: pytest.MonkeyPatch, device: str, settings: dict[str, str], strict: bool
) -> None:
    asked = Asked(monkeypatch, *PROVIDERS.values())
    told: list[str] = []
    with open_engine(model, SIZE, device, report=told.append) as engine:
        assert engine.precision is Precision.F32
        assert engine.infer(picture(SIZE), FrameStyle.still(model.styles.vectors[0])).any()
        where = engine.info.device
    name = device.partition(":")[0]
    assert asked.providers == [(PROVIDERS[name], settings)]
    assert asked.fallback == [False, False]
    flag = "session.disable_cpu_ep_fallback"
    if strict:
        assert asked.options.get_session_config_entry(flag) == "1"
        assert told == []
    else:
        with pytest.raises(RuntimeError):
            asked.options.get_session_config_entry(flag)
        assert told == ["coreml leaves to the CPU: 2 Cast, 3 Pad"]
        assert where == "CoreML (5 operators on the CPU)"
    assert asked.options.enable_mem_pattern is (name != "directml")


@pytest.mark.parametrize("device", PROVIDERS)
def test_a_provider_that_is_not_here_is_never_replaced(model: Model, device: str) -> None:
    said = rf"has no {PROVIDERS[device]}, only .*{CPU}; .*pip install"
    with pytest.raises(NoEngineError, match=said):
        open_engine(model, SIZE, device)


def test_a_provider_that_does_not_load_is_never_replaced(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    Asked(monkeypatch, *PROVIDERS.values()).loads = False
    with pytest.raises(NoEngineError, match=r"MIGraphXExecutionProvider does not load; .*install ROCm"):
        open_engine(model, SIZE, "rocm")


def test_rocm_itself_is_used_where_there_is_no_migraphx(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(monkeypatch, "ROCMExecutionProvider")
    open_engine(model, SIZE, "rocm").close()
    assert asked.providers == [("ROCMExecutionProvider", {"device_id": "0"})]


@pytest.mark.parametrize("device", PROVIDERS)
def test_other_precisions_are_refused(model: Model, device: str) -> None:
    with pytest.raises(NoEngineError, match=f"{device} takes no int8; use --precision f32"):
        open_engine(model, SIZE, device, Precision.INT8)


class Idle(ProviderEngine):
    """A provider that is really here and takes nothing of a graph."""

    name = "idle"
    title = "Azure"
    providers = ("AzureExecutionProvider",)

    def _settings(self) -> dict[str, str]:
        return {}


def test_onnxruntime_itself_refuses_what_would_be_left_to_the_cpu(model: Model) -> None:
    with (
        pytest.raises(LivestyleError, match=r"Azure can't run all of .*disabled by the user.*--device cpu"),
        Idle(model, SIZE, Precision.F32),
    ):
        pass


def test_a_provider_that_takes_nothing_is_no_engine(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Idle, "whole", False)
    with (
        pytest.raises(LivestyleError, match="AzureExecutionProvider takes no operator of this graph"),
        Idle(model, SIZE, Precision.F32),
    ):
        pass


def test_what_is_left_is_counted_by_kind() -> None:
    def part(provider: str, *kinds: str) -> SimpleNamespace:
        return SimpleNamespace(
            ep_name=provider, get_nodes=lambda: [SimpleNamespace(op_type=kind) for kind in kinds]
        )

    parts = [part("CoreMLExecutionProvider", "Conv", "Relu"), part(CPU, "Cast"), part(CPU, "Pad", "Cast")]
    session = SimpleNamespace(get_provider_graph_assignment_info=lambda: parts)
    assert left_to_cpu(session, "CoreMLExecutionProvider") == {"Cast": 2, "Pad": 1}
    with pytest.raises(LivestyleError, match=r"expected 1\.24 or newer"):
        left_to_cpu(SimpleNamespace(), "CoreMLExecutionProvider")


def test_fixed_shapes_leave_no_arithmetic_of_shapes(model: Model) -> None:
    """ONNX Runtime does it on the CPU, which a provider that must take all would be refused for."""
    engine = Idle(model, SIZE, Precision.F32, options=GpuOptions())
    path = str(model.graph("float"))
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
    for name, length in engine._lengths(onnxruntime, path).items():
        options.add_free_dimension_override_by_name(name, length)
    session = onnxruntime.InferenceSession(path, options, providers=[CPU])
    parts = session.get_provider_graph_assignment_info()
    kinds = {node.op_type for part in parts for node in part.get_nodes()}
    assert "Conv" in kinds
    assert not {"Shape", "Range", "ConstantOfShape"} & kinds


def test_on_one_provider_fixed_shapes_change_no_pixel(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    style = FrameStyle.still(model.styles.vectors[0])
    with ENGINES["onnxruntime"](model, SIZE, Precision.F32, 1) as engine:
        expected = engine.infer(picture(SIZE), style)
    Asked(monkeypatch, *PROVIDERS.values())
    with open_engine(model, SIZE, "rocm", threads=1) as engine:
        np.testing.assert_array_equal(engine.infer(picture(SIZE), style), expected)
