"""Only the cores that a process may use are counted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from livestyle.core.config import Precision
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.runtime import cores
from livestyle.runtime.select import open_engine


@pytest.mark.parametrize(
    ("files", "own", "expected"),
    [
        ({"cpu.max": "max 100000"}, "0::/", None),
        ({"cpu.max": "150000 100000"}, "0::/", 2),
        ({"cpu.max": "50000 100000"}, "0::/", 1),
        ({"a/cpu.max": "300000 100000", "a/b/cpu.max": "max 100000"}, "0::/a/b", 3),
        ({"cpu/x/cpu.cfs_quota_us": "200000", "cpu/x/cpu.cfs_period_us": "100000"}, "4:cpu,cpuacct:/x", 2),
        ({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, "4:cpu,cpuacct:/x", None),
        ({"cpu.max": "nonsense"}, "0::/", None),
        ({}, "", None),
    ],
)
def test_a_containers_quota(tmp_path: Path, files: dict[str, str], own: str, expected: int | None) -> None:
    for name, text in files.items():
        path = tmp_path / "cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    (tmp_path / "own").write_text(own + "\n")
    assert cores.quota(tmp_path / "cgroup", tmp_path / "own") == expected


def test_without_cgroups_there_is_no_quota(tmp_path: Path) -> None:
    assert cores.quota(tmp_path / "nothing", tmp_path / "nothing") is None


COUNT = """
from livestyle.model.card import Model
from livestyle.core.config import Precision
from livestyle.runtime.select import open_engine
from livestyle.core.size import Size
for device in ("onnxruntime", "openvino"):
    with open_engine(Model.load("cin-lite"), Size(64, 64), device, Precision.F32) as engine:
        print(engine.info.threads)
"""


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity here")
def test_an_engine_keeps_to_the_affinity() -> None:
    one = {min(os.sched_getaffinity(0))}
    done = subprocess.run(
        [sys.executable, "-c", COUNT],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, one),
    )
    assert done.stdout.split() == ["1", "1"]


@pytest.mark.parametrize("device", ["onnxruntime", "openvino"])
def test_an_engine_keeps_to_the_quota(model: Model, monkeypatch: pytest.MonkeyPatch, device: str) -> None:
    monkeypatch.setattr(cores, "quota", lambda: 1)
    with open_engine(model, Size(64, 64), device, Precision.F32) as engine:
        assert engine.info.threads == 1


@pytest.mark.parametrize(
    ("text", "slow"),
    [
        ("vendor_id : GenuineIntel\nflags : fpu avx512_bf16 avx512_vnni", True),
        ("vendor_id : GenuineIntel\nflags : fpu avx512_bf16 amx_bf16 amx_tile", False),
        ("vendor_id : AuthenticAMD\nflags : fpu avx512_bf16", False),
        ("", False),
    ],
)
def test_bf16_is_slow_on_intel_without_amx(text: str, slow: bool, tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text(text, "utf-8")
    assert cores.has_slow_bf16(tmp_path / "cpuinfo") is slow
    assert not cores.has_slow_bf16(tmp_path / "none")


@pytest.mark.parametrize(
    ("flags", "slow"),
    [
        ("flags : fpu sse2 avx2 fma", True),
        ("flags : fpu sse2 avx2 avx512f avx512bw", True),
        ("flags : fpu sse2 avx2 avx512f avx512_vnni", False),
        ("flags : fpu sse2 avx2 avx_vnni", False),
        ("Features : fp asimd asimddp", False),
        ("", False),
    ],
)
def test_int8_is_slow_on_x86_without_vnni(flags: str, slow: bool, tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text(flags, "utf-8")
    assert cores.has_slow_int8(tmp_path / "cpuinfo") is slow
    assert cores.has_fast_int8(tmp_path / "cpuinfo") is ("vnni" in flags)
    for unknown in (cores.has_slow_int8, cores.has_fast_int8):
        assert not unknown(tmp_path / "none")
