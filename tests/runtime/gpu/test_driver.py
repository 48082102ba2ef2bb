"""What is asked of NVIDIA's driver, against libraries that stand in for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from livestyle.runtime.gpu import driver
from livestyle.runtime.gpu.driver import CudaError, Gpu, NoGpuError, find_gpu, gpus, plugged_in


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


@pytest.mark.parametrize("libcuda", [None, FakeLibcuda(broken="cuInit"), FakeLibcuda(count=0)])
@pytest.mark.parametrize("here", [True, False])
def test_that_no_gpu_is_here_is_told_from_one_that_fails(
    monkeypatch: pytest.MonkeyPatch, libcuda: Any, here: bool
) -> None:
    stand_in(monkeypatch, libcuda)
    monkeypatch.setattr(driver, "plugged_in", lambda: here)
    with pytest.raises(CudaError) as caught:
        find_gpu(0)
    assert isinstance(caught.value, NoGpuError) is not here


@pytest.mark.parametrize(
    ("vendor", "kind", "found"),
    [("0x10de", "0x030000", True), ("0x10de", "0x040300", False), ("0x8086", "0x030000", False)],
)
def test_a_graphics_card_is_seen_on_the_bus(tmp_path: Path, vendor: str, kind: str, found: bool) -> None:
    card = tmp_path / "0000:01:00.0"
    card.mkdir()
    (card / "vendor").write_text(f"{vendor}\n")
    (card / "class").write_text(f"{kind}\n")
    (tmp_path / "nothing to read").mkdir()
    assert plugged_in(tmp_path) is found
    assert not plugged_in(tmp_path / "no such bus")


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
