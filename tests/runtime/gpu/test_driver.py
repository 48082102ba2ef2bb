"""What is asked of NVIDIA's driver, against libraries that stand in for it."""

from __future__ import annotations

from typing import Any

import pytest

from livestyle.runtime.gpu import driver
from livestyle.runtime.gpu.driver import CudaError, Gpu, find_gpu, gpus


class FakeLibcuda:
    """Two GPUs. `broken` is the call that fails."""

    names = (b"NVIDIA H200", b"NVIDIA GeForce RTX 4070")
    attributes = ({75: 9, 76: 0}, {75: 8, 76: 9})

    def __init__(self, broken: str = "", count: int = 2) -> None:
        self.broken, self.count = broken, count

    def __getattribute__(self, name: str) -> Any:
        if name == object.__getattribute__(self, "broken"):
            return lambda *args: 100
        return object.__getattribute__(self, name)

    def cuInit(self, flags: int) -> int:  # noqa: N802
        return 0

    def cuDriverGetVersion(self, out: Any) -> int:  # noqa: N802
        out._obj.value = 13010
        return 0

    def cuDeviceGetCount(self, out: Any) -> int:  # noqa: N802
        out._obj.value = self.count
        return 0

    def cuDeviceGet(self, out: Any, index: int) -> int:  # noqa: N802
        out._obj.value = index
        return 0

    def cuDeviceGetName(self, out: Any, length: int, device: int) -> int:  # noqa: N802
        out.value = self.names[device]
        return 0

    def cuDeviceTotalMem_v2(self, out: Any, device: int) -> int:  # noqa: N802
        out._obj.value = 2**37 + device
        return 0

    def cuDeviceGetAttribute(self, out: Any, which: int, device: int) -> int:  # noqa: N802
        out._obj.value = self.attributes[device][which]
        return 0

    def cuGetErrorName(self, status: int, out: Any) -> int:  # noqa: N802
        out._obj.value = b"CUDA_ERROR_NO_DEVICE"
        return 0


class FakeNvml:
    def nvmlInit_v2(self) -> int:  # noqa: N802
        return 0

    def nvmlSystemGetDriverVersion(self, out: Any, length: int) -> int:  # noqa: N802
        out.value = b"580.95.05"
        return 0

    def nvmlShutdown(self) -> int:  # noqa: N802
        return 0


def stand_in(monkeypatch: pytest.MonkeyPatch, libcuda: Any, nvml: Any = None) -> None:
    libraries = {driver.LIBCUDA: libcuda, driver.NVML: nvml}
    monkeypatch.setattr(driver, "_load", libraries.__getitem__)


def test_every_gpu_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, FakeLibcuda(), FakeNvml())
    assert gpus() == [
        Gpu(0, "NVIDIA H200", (9, 0), 2**37, "580.95.05", "13.1"),
        Gpu(1, "NVIDIA GeForce RTX 4070", (8, 9), 2**37 + 1, "580.95.05", "13.1"),
    ]
    assert find_gpu(1).name == "NVIDIA GeForce RTX 4070"


def test_without_nvml_the_drivers_version_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, FakeLibcuda())
    assert gpus()[0].driver == ""


def test_without_a_driver_the_remedy_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, None)
    with pytest.raises(CudaError, match=r"no NVIDIA driver here .*install.*--device cpu"):
        find_gpu(0)


def test_a_number_that_is_not_there_lists_those_that_are(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, FakeLibcuda())
    with pytest.raises(CudaError, match="no GPU cuda:2; cuda:0 is NVIDIA H200, cuda:1 is NVIDIA GeForce"):
        find_gpu(2)


@pytest.mark.parametrize("call", ["cuInit", "cuDeviceGetCount", "cuDeviceGetName"])
def test_a_call_that_fails_is_named(monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    stand_in(monkeypatch, FakeLibcuda(broken=call))
    with pytest.raises(CudaError, match=f"{call} failed: CUDA_ERROR_NO_DEVICE; `nvidia-smi` tells"):
        gpus()


def test_a_library_that_does_not_exist_does_not_load() -> None:
    assert driver._load("libnowhere.so.7") is None
