"""Where a folder is painted: here, in so many processes, or on a cluster."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from livestyle.core.errors import LivestyleError
from livestyle.offline.library.tasks import OpenStylizer
from livestyle.offline.scheduler.one_process import OneProcess
from livestyle.offline.scheduler.processes import Processes
from livestyle.offline.scheduler.ray_cluster import RayCluster
from livestyle.offline.scheduler.scheduler import Scheduler, WatchTasks
from livestyle.runtime.cores import cores
from livestyle.stylizer.stylizer import Stylizer

AUTO = "auto"

CORES_A_JOB = 2
"""What one film keeps busy: the network one, decoding and encoding another (benchmarks/library.py)."""

BYTES_A_JOB = 1 << 30
"""Of a 1080p film; one in 4K takes twice as much."""

MEMORY_LIMITS = (
    Path("/proc/meminfo"),
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory.current"),
)


@dataclass(frozen=True)
class Places:
    """jobs: processes of this machine, or places of the cluster; None = as many as cores and memory allow.

    cluster: 'auto' or 'ray://HOST:PORT'; '' = none
    """

    jobs: int | None = 1
    cluster: str = ""

    @property
    def several(self) -> bool:
        return self.jobs != 1 or bool(self.cluster)

    def open(self, stylizer: Stylizer, like: OpenStylizer, watch: WatchTasks) -> Scheduler[Stylizer]:
        """stylizer: used in this process; like: opens others. LivestyleError where there is no cluster."""
        if self.cluster:
            gpus = 1 if like.device.startswith("cuda") else 0
            limit = None if self.jobs == 1 else self.jobs
            on_node = replace(like, threads=like.threads or CORES_A_JOB)
            return RayCluster(
                on_node, watch, address=self.cluster, cpus=on_node.threads, gpus=gpus, limit=limit
            )
        jobs = self.jobs or auto_jobs(cores(), free_bytes())
        if jobs == 1:
            return OneProcess(lambda: stylizer, watch)
        return Processes(replace(like, threads=like.threads or max(1, cores() // jobs)), watch, count=jobs)


def parse_jobs(text: str) -> int | None:
    """'auto' is None. LivestyleError for what is neither that nor a number from 1."""
    if text == AUTO:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise LivestyleError(f"bad --jobs {text}; expected auto, or a number from 1")
    return int(text)


def auto_jobs(cores_here: int, free: int) -> int:
    """As many as have cores and memory, at least one."""
    return max(1, min(cores_here // CORES_A_JOB, free // BYTES_A_JOB))


def free_bytes(limits: tuple[Path, Path, Path] = MEMORY_LIMITS) -> int:
    """Memory that can be had: of the machine, and within the container's limit."""
    machine, most, used = (_text(path) for path in limits)
    found = [int(line.split()[1]) << 10 for line in machine.splitlines() if line.startswith("MemAvailable:")]
    if most.strip().isdecimal() and used.strip().isdecimal():
        found.append(int(most) - int(used))
    if not found and hasattr(os, "sysconf") and "SC_AVPHYS_PAGES" in os.sysconf_names:
        found.append(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return max(0, min(found, default=BYTES_A_JOB))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError:
        return ""
