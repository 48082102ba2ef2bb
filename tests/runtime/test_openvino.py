"""OpenVINO's Core and what goes with it."""

from __future__ import annotations

import subprocess
import sys

import pytest

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
