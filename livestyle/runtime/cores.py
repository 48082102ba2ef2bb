"""How many CPU cores this process may use: of the machine, its affinity, its container; what is slow."""

from __future__ import annotations

import math
import os
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
CGROUPS, OWN_CGROUP = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


def cores() -> int:
    """The number of cores, at least one."""
    return max(1, min(affinity(), quota() or affinity()))


def limit() -> int:
    """Threads for an engine that would use all of the machine's cores by itself; 0 if it may."""
    return cores() if cores() < (os.cpu_count() or 1) else 0


def affinity() -> int:
    """Cores that the scheduler may use for this process."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def has_slow_bf16(cpuinfo: Path = CPUINFO) -> bool:
    """Whether bf16 takes longer than float32: on Intel's without AMX, which a virtual machine may hide.

    1.5 times as long, measured on a Xeon (Emerald Rapids) in one. False where no cpuinfo tells.
    """
    words = _features(cpuinfo)
    return "GenuineIntel" in words and "avx512_bf16" in words and "amx_bf16" not in words


def has_fast_int8(cpuinfo: Path = CPUINFO) -> bool:
    """Whether the processor is one with VNNI, where INT8 takes less time than anything else.

    0.6 to 0.7 of bf16 on EPYCs of Zen 4 and 5, 0.9 on a Xeon with AMX. False where no cpuinfo tells.
    """
    return bool(_features(cpuinfo) & {"avx512_vnni", "avx_vnni"})


def has_slow_int8(cpuinfo: Path = CPUINFO) -> bool:
    """Whether INT8 takes longer than float32: on x86 without VNNI, where a product of bytes is three steps.

    1.03 to 1.12 times as long by the networks for a CPU, 0.94 by `cin`, measured on an EPYC of the first
    generation (Zen 1); others without VNNI are not measured. False where no cpuinfo tells.
    """
    return "sse2" in _features(cpuinfo) and not has_fast_int8(cpuinfo)


def quota(root: Path = CGROUPS, own: Path = OWN_CGROUP) -> int | None:
    """The cores' worth of time that the container grants, rounded up; None if it sets no limit.

    cgroup v2 says it in cpu.max, v1 in two files; every group above this process's counts too.
    """
    shares = [share for folder in _folders(root, own) if (share := _share(folder)) is not None]
    return max(1, math.ceil(min(shares))) if shares else None


def _features(cpuinfo: Path) -> set[str]:
    return {word for line in _lines(cpuinfo) for word in line.split()}


def _folders(root: Path, own: Path) -> list[Path]:
    found = []
    for line in _lines(own):
        _, kinds, path = [*line.split(":", 2), "", ""][:3]
        top = root / "cpu" if "cpu" in kinds.split(",") else root
        folder = top / path.lstrip("/")
        found += [folder, *(parent for parent in folder.parents if top in (parent, *parent.parents))]
    return found


def _share(folder: Path) -> float | None:
    whole = (_lines(folder / "cpu.max") or [""])[0].split()
    parts = whole or [line for name in ("quota", "period") for line in _lines(folder / f"cpu.cfs_{name}_us")]
    try:
        granted, period = (int(part) for part in parts)
    except ValueError:  # 'max', or no such file
        return None
    return granted / period if granted > 0 and period > 0 else None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return []
