"""OpenVINO's Core and what goes with it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from livestyle import Stylizer
from livestyle.core.packages import NO_MEMORY
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.runtime import openvino

SIGNALLED = """
import gc, os, signal, sys
from livestyle.runtime.openvino import core, cpu_capabilities
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
for _ in range(4):
    assert "FP32" in cpu_capabilities()
    made = core().get_property("CPU", "FULL_DEVICE_NAME")
    gc.collect()
assert core() is core()
os.kill(os.getpid(), signal.SIGTERM)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_signal_is_heard_after_openvino_was_used() -> None:
    assert subprocess.run([sys.executable, "-c", SIGNALLED], check=False).returncode == 7


class Full:
    """A Core on a machine without memory."""

    def get_property(self, *_: str) -> list[str]:
        return ["FP32", "BF16"]

    def read_model(self, _: object) -> None:
        raise RuntimeError("Check 'false' failed at somewhere.cpp:1:\ncan't alloc")


def test_too_little_memory_is_called_so_and_no_other_engine_is_tried(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openvino, "core", Full)
    with pytest.raises(MemoryError, match=NO_MEMORY):
        Stylizer(model, device="cpu").open(Size(64, 64))
