"""Which engine is chosen, and what is said where none works."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError, NoEngineError
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime import openvino, select
from livestyle.runtime.gpu.driver import CudaError, Gpu, NoGpuError
from livestyle.runtime.gpu.engine import GpuEngine
from livestyle.runtime.openvino import OpenVinoEngine
from livestyle.runtime.select import (
    BY_NAME_ONLY,
    DEVICES,
    ENGINES,
    UNMEASURED,
    Registry,
    open_engine,
    resolve_precision,
)
from tests.conftest import picture
from tests.runtime.engines import TorchOnHost

SIZE = Size(64, 64)
GPU = Gpu(0, "NVIDIA H200", (9, 0), 2**37, "580.95.05", "13.0")
ON_GPU = [name for name, kind in ENGINES.items() if issubclass(kind, GpuEngine)]


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if there were none, on any machine."""

    def none(index: int) -> Gpu:
        raise NoGpuError("there is no NVIDIA driver here; install it")

    monkeypatch.setattr(select, "find_gpu", none)


@pytest.fixture
def one_gpu(monkeypatch: pytest.MonkeyPatch) -> Registry:
    """As if there were one, and as if torch ran on it."""
    monkeypatch.setattr(select, "find_gpu", lambda index: GPU)
    return Registry.of({**ENGINES, "torch-cuda": TorchOnHost}, BY_NAME_ONLY)


class Broken(OpenVinoEngine):
    def _open_impl(self) -> None:
        raise LivestyleError("its driver is gone; install it again")


NO_OPENVINO = Registry.of({**ENGINES, "openvino": Broken}, BY_NAME_ONLY)


@pytest.mark.parametrize(
    "device", [name for name in DEVICES if not {*DEVICES[name]} <= {*ON_GPU, *UNMEASURED}]
)
def test_every_device_of_a_cpu_opens(model: Model, device: str) -> None:
    with open_engine(model, SIZE, device, Precision.F32) as engine:
        assert engine.name in DEVICES[device]
        assert engine.info.precision is Precision.F32


def test_openvino_comes_first(model: Model) -> None:
    passed_over: list[str] = []
    with open_engine(model, SIZE, report=passed_over.append) as engine:
        assert engine.name == "openvino"
        assert engine.precision is not Precision.AUTO
    assert passed_over == []


def test_a_gpu_that_is_here_and_cannot_be_used_is_one_line(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_gpu(index: int) -> Gpu:
        raise CudaError("cuInit failed; look at nvidia-smi")

    monkeypatch.setattr(select, "find_gpu", broken_gpu)
    passed_over: list[str] = []
    with open_engine(
        model, SIZE, precision=Precision.F32, report=passed_over.append, registry=NO_OPENVINO
    ) as engine:
        assert engine.name == "onnxruntime"
    gpu, cpu = (
        f"{', '.join(DEVICES['cuda'])} can't run: cuInit failed; look at nvidia-smi",
        "openvino can't run",
    )
    assert passed_over == [f"{gpu}; {cpu}: its driver is gone; install it again"]


@pytest.mark.parametrize("device", ["cuda", "cuda:0", "cuda:1", *ON_GPU])
def test_a_gpu_that_was_asked_for_is_never_replaced_by_the_cpu(model: Model, device: str) -> None:
    with pytest.raises(NoEngineError, match="there is no NVIDIA driver here; install it"):
        open_engine(model, SIZE, device)


def test_a_gpu_comes_first_and_in_half_precision(model: Model, one_gpu: Registry) -> None:
    with open_engine(model, SIZE, "auto", registry=one_gpu) as engine:
        assert isinstance(engine, TorchOnHost)
        assert engine.precision is Precision.F16


def test_gpu_and_slots_reach_the_engine(model: Model, one_gpu: Registry) -> None:
    with open_engine(model, SIZE, "cuda:3", Precision.F32, slots=3, registry=one_gpu) as engine:
        assert (engine.options.gpu, engine.options.slots) == (3, 3)
        assert engine.film.depth == engine.info.slots == 3


@pytest.mark.parametrize("device", ["cpu:0", "auto:1", "cuda:", "cuda:x", "cuda:-1", ":0", "openvino:1"])
def test_a_number_is_a_gpus(model: Model, device: str) -> None:
    with pytest.raises(
        LivestyleError, match=r"unknown device .* of several GPUs one by its number, as cuda:1"
    ):
        open_engine(model, SIZE, device)


def test_an_engine_that_fails_is_passed_over_aloud(model: Model) -> None:
    passed_over: list[str] = []
    with open_engine(
        model, SIZE, precision=Precision.F32, report=passed_over.append, registry=NO_OPENVINO
    ) as engine:
        assert engine.name == "onnxruntime"
    assert passed_over[-1] == "openvino can't run: its driver is gone; install it again"


def test_an_engine_asked_for_by_name_has_no_stand_in(model: Model) -> None:
    with pytest.raises(NoEngineError, match="its driver is gone"):
        open_engine(model, SIZE, "openvino", registry=NO_OPENVINO)


def test_the_error_lists_every_cause(model: Model) -> None:
    with pytest.raises(NoEngineError) as caught:
        open_engine(model, SIZE, precision=Precision.BF16, registry=NO_OPENVINO)
    assert set(caught.value.causes) == set(DEVICES["auto"])
    assert "its driver is gone" in str(caught.value)
    assert "use --precision f32 or int8" in str(caught.value)


def test_a_damaged_graph_is_an_error_of_every_engine(model: Model, tmp_path: Path, one_gpu: Registry) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(model.folder, folder)
    graph = folder / model.card.graphs["float"]
    graph.write_bytes(graph.read_bytes()[:5000])
    with pytest.raises(NoEngineError) as caught:
        open_engine(Model.load(folder), SIZE, precision=Precision.F32, registry=one_gpu)
    readers = ("torch-cuda", "openvino", "onnxruntime")  # TensorRT asks for its GPU first
    assert all(str(graph) in caught.value.causes[name] for name in readers)


def test_an_unknown_device_lists_the_known_ones(model: Model) -> None:
    with pytest.raises(
        LivestyleError, match=r"unknown device 'tpu'.*auto, cpu, cuda, .*openvino, onnxruntime"
    ):
        open_engine(model, SIZE, "tpu")


def test_bf16_is_refused_where_the_cpu_has_none(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openvino, "cpu_capabilities", lambda: frozenset({"FP32"}))
    with pytest.raises(NoEngineError, match="no bf16"):
        open_engine(model, SIZE, "openvino", Precision.BF16)


@pytest.mark.parametrize(
    ("engine", "capabilities", "graphs", "expected"),
    [
        ("openvino", {"FP32", "BF16"}, {"float", "int8"}, Precision.BF16),
        ("openvino", {"FP32"}, {"float", "int8"}, Precision.INT8),
        ("openvino", {"FP32"}, {"float"}, Precision.F32),
        ("onnxruntime", {"FP32", "BF16"}, {"float", "int8"}, Precision.F32),
        ("torch-cuda", {"FP32", "BF16"}, {"float", "int8"}, Precision.F16),
        ("openvino", {"FP32", "BF16", "slow bf16"}, {"float", "int8"}, Precision.INT8),
        ("openvino", {"FP32", "BF16", "slow bf16"}, {"float"}, Precision.F32),
        ("openvino", {"FP32", "INT8", "slow int8"}, {"float", "int8"}, Precision.F32),
        ("openvino", {"FP32", "BF16", "slow int8"}, {"float", "int8"}, Precision.BF16),
        ("openvino", {"FP32", "BF16", "fast int8"}, {"float", "int8"}, Precision.INT8),
        ("openvino", {"FP32", "BF16", "fast int8"}, {"float"}, Precision.BF16),
        ("onnxruntime", {"FP32", "BF16", "fast int8"}, {"float", "int8"}, Precision.F32),
        ("gpu", {"FP32", "BF16"}, {"float", "int8"}, Precision.F16),
        ("npu", {"FP32", "BF16"}, {"float", "int8"}, Precision.F16),
        ("coreml", {"FP32", "BF16"}, {"float", "int8"}, Precision.F32),
    ],
)
def test_auto_precision(
    model: Model,
    monkeypatch: pytest.MonkeyPatch,
    engine: str,
    capabilities: set[str],
    graphs: set[str],
    expected: Precision,
) -> None:
    monkeypatch.setattr(select, "cpu_capabilities", lambda: frozenset(capabilities))
    monkeypatch.setattr(select, "has_slow_bf16", lambda: "slow bf16" in capabilities)
    monkeypatch.setattr(select, "has_fast_int8", lambda: "fast int8" in capabilities)
    monkeypatch.setattr(select, "has_slow_int8", lambda: "slow int8" in capabilities)
    monkeypatch.setitem(model.card.__dict__, "graphs", dict.fromkeys(graphs, "x.onnx"))
    assert resolve_precision(ENGINES[engine], Precision.AUTO, model) is expected
    assert resolve_precision(ENGINES[engine], Precision.F32, model) is Precision.F32


def test_missing_packages_come_with_the_command_that_installs_them(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    monkeypatch.setattr(openvino, "core", openvino.core.__wrapped__)  # not the one that is there already
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(NoEngineError) as caught:
        open_engine(model, SIZE)
    assert "pip install openvino" in caught.value.causes["openvino"]
    assert "pip install '.[onnxruntime]'" in caught.value.causes["onnxruntime"]


def test_a_cache_that_cannot_be_written_is_no_obstacle(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("LIVESTYLE_CACHE", str(tmp_path / "file" / "cache"))
    with open_engine(model, SIZE, "openvino") as engine:
        assert engine.info.engine.startswith("OpenVINO")


def test_a_cache_with_other_bytes_is_not_used(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVESTYLE_CACHE", str(tmp_path))

    def paint() -> Pixels:
        with open_engine(model, SIZE, "openvino", Precision.F32) as engine:
            return engine.infer(picture(SIZE), FrameStyle.still(model.styles.vectors[0]))

    expected = paint()
    blobs = {path: path.read_bytes() for path in tmp_path.rglob("*.blob")}
    assert blobs
    for blob, data in blobs.items():
        blobs[blob] = (
            data[: len(data) // 3] + b"@" * (len(data) // 9) + data[len(data) // 3 + len(data) // 9 :]
        )
        blob.write_bytes(blobs[blob])
    assert np.array_equal(paint(), expected)
    assert all(blob.read_bytes() != damaged for blob, damaged in blobs.items())
    before = {blob: blob.stat().st_mtime_ns for blob in blobs}
    assert np.array_equal(paint(), expected)
    assert {blob: blob.stat().st_mtime_ns for blob in blobs} == before


def test_what_openvino_says_is_one_line() -> None:
    told = RuntimeError("Exception from core.cpp:117:\nCheck 'ptr' failed\nFailed to allocate 8 bytes\n\n")
    assert openvino.reason(told) == "Failed to allocate 8 bytes"
    assert openvino.reason(RuntimeError()) == "RuntimeError"


def test_a_damaged_cache_is_compiled_again(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVESTYLE_CACHE", str(tmp_path))
    open_engine(model, SIZE, "openvino").close()
    blobs = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert blobs
    for blob in blobs:
        blob.write_bytes(blob.read_bytes()[: blob.stat().st_size // 2])
    with open_engine(model, SIZE, "openvino") as engine:
        assert engine.infer(picture(SIZE), FrameStyle.still(model.styles.vectors[0])).any()
