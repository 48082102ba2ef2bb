"""livestyle doctor on machines with an NVIDIA GPU, which this need not be one of."""

from __future__ import annotations

from pathlib import Path

import pytest

from livestyle.doctor import nvidia
from livestyle.doctor.finding import Finding, State
from livestyle.runtime.gpu.driver import CudaError, Gpu

README = Path(__file__).parents[2] / "README.md"
RTX = Gpu(0, "NVIDIA GeForce RTX 4070", (8, 9), 12 * 2**30, "580.95.05", "13.0")
H200 = Gpu(1, "NVIDIA H200", (9, 0), 141 * 2**30, "", "12.8")
OLD = Gpu(0, "NVIDIA GeForce GTX 1080", (6, 1), 8 * 2**30, "535.1", "12.2")


def look(
    monkeypatch: pytest.MonkeyPatch, gpus: list[Gpu], *packages: str, nvcc: str | None = None
) -> dict[str, Finding]:
    monkeypatch.setattr(nvidia, "gpus", lambda: gpus)
    monkeypatch.setattr("livestyle.doctor.nvidia.shutil.which", lambda name: nvcc)
    monkeypatch.setattr(nvidia, "installed", lambda name: name in packages)
    return {finding.name: finding for finding in nvidia.nvidia("NVIDIA")}


def test_each_gpu_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    found = look(monkeypatch, [RTX, H200])
    assert found["cuda:0"].found == (
        "NVIDIA GeForce RTX 4070, compute capability 8.9, 12 GiB, driver 580.95.05, CUDA 13.0"
    )
    assert found["cuda:1"].found == "NVIDIA H200, compute capability 9.0, 141 GiB, CUDA 12.8"


@pytest.mark.parametrize(
    ("gpu", "extra", "what"),
    [(RTX, "rtx", "'.[rtx]'"), (H200, "tensorrt", "'.[tensorrt]'"), (OLD, "train", "'.[cuda,train]'")],
)
def test_the_line_that_installs_the_best_engine_is_that_of_the_readme(
    monkeypatch: pytest.MonkeyPatch, gpu: Gpu, extra: str, what: str
) -> None:
    found = look(monkeypatch, [gpu])
    assert found["access"].fix == "pip install '.[cuda]'"
    assert found["engine"].fix == f"pip install {what}"
    assert what in README.read_text("utf-8")
    found = look(monkeypatch, [gpu], "pycuda", nvidia.LIBRARIES[extra])
    assert all(finding.state is State.OK and not finding.fix for finding in found.values())


def test_with_a_cuda_toolkit_pycuda_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    nvcc = "/usr/local/cuda/bin/nvcc"
    offered = look(monkeypatch, [RTX], "cuda.bindings", nvcc=nvcc)["pycuda"]
    assert (offered.state, offered.fix) == (State.ABSENT, "pip install '.[pycuda]'")
    assert nvcc in offered.found
    assert "pycuda" not in look(monkeypatch, [RTX], "pycuda", nvcc=nvcc)
    assert "pycuda" not in look(monkeypatch, [RTX], "cuda.bindings")


def test_without_a_driver_it_says_so_and_nothing_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> list[Gpu]:
        raise CudaError("there is no NVIDIA driver here")

    monkeypatch.setattr(nvidia, "gpus", none)
    assert list(nvidia.nvidia("NVIDIA")) == [
        Finding("NVIDIA", "GPU", State.ABSENT, "there is no NVIDIA driver here")
    ]


def test_what_is_installed() -> None:
    assert nvidia.installed("numpy")
    assert not nvidia.installed("livestyle_nowhere.bindings")
