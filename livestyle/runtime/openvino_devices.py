"""OpenVINO on Intel's graphics and NPUs. None of this has run on one: it is used only if it is asked for."""

from __future__ import annotations

from typing import Any

from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.runtime.openvino import OpenVinoEngine, core

GUIDE = "docs.openvino.ai, 'Configurations for Intel hardware'"


class OpenVinoDeviceEngine(OpenVinoEngine):
    """Compiled for one size on a device beside the CPU, of which OpenVINO may know several.

    Shapes are fixed, as an NPU needs them. The graph keeps its casts where they are: that pixels move as
    bytes pays on a CPU, and a device may lack those operators. The device runs the whole graph or none:
    nothing of OpenVINO that would choose another (AUTO, HETERO, MULTI) is asked.
    """

    numbered = True
    auto = Precision.F16

    kind: str
    """OpenVINO's name of the device: 'GPU', of several 'GPU.0', 'GPU.1'."""

    title: str
    remedy: str

    def _find(self) -> str:
        if self.precision not in self.hints:
            known = ", ".join(self.hints)
            raise LivestyleError(f"{self.title} takes no {self.precision}; use --precision {known}")
        devices = [str(name) for name in core().available_devices]
        mine = [name for name in devices if name.partition(".")[0] == self.kind]
        if not mine:
            raise LivestyleError(
                f"OpenVINO finds no {self.title} here, only {', '.join(devices) or 'nothing'}; {self.remedy}"
            )
        if self.options.gpu >= len(mine):
            raise LivestyleError(
                f"there is no {self.name}:{self.options.gpu}; OpenVINO finds {', '.join(mine)} here, "
                f"counted from {self.name}:0"
            )
        return mine[self.options.gpu]

    def _prepare(self, graph: Any) -> dict[str, str]:
        return {}

    def _threads_used(self) -> int:
        return 1  # the one that waits for the device


class OpenVinoGpuEngine(OpenVinoDeviceEngine):
    """Intel's graphics, in a processor or on a card."""

    name = "gpu"
    kind = "GPU"
    title = "Intel GPU"
    remedy = (
        "install its compute driver (Debian and Ubuntu: apt install intel-opencl-icd, and be in the group "
        f"render; Windows: Intel's graphics driver): {GUIDE}"
    )
    hints = {Precision.F32: "f32", Precision.F16: "f16", Precision.INT8: "f16"}  # noqa: RUF012


class OpenVinoNpuEngine(OpenVinoDeviceEngine):
    """The NPU of an Intel Core Ultra; it computes in half precision."""

    name = "npu"
    kind = "NPU"
    title = "Intel NPU"
    remedy = (
        f"install its driver (Linux: intel/linux-npu-driver on GitHub; Windows: Intel's NPU driver): {GUIDE}"
    )
    hints = {Precision.F16: "f16", Precision.INT8: "f16"}  # noqa: RUF012
