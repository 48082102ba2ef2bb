"""A real Ray cluster of several nodes on this machine, as small as it gets."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Self

import pytest

from livestyle.core.closing import Closing


class SmallCluster(Closing):
    """Its head has no CPUs: tasks run on the nodes that are added. They import what this process can."""

    def __init__(self) -> None:
        self._patch = pytest.MonkeyPatch()
        root = str(Path.cwd())
        self._patch.setenv("PYTHONPATH", os.pathsep.join([root, os.environ.get("PYTHONPATH", "")]))
        for name, value in (("USAGE_STATS_ENABLED", "0"), ("DISABLE_IMPORT_WARNING", "1")):
            self._patch.setenv(f"RAY_{name}", value)
        from ray.cluster_utils import Cluster

        self._cluster: Any = Cluster(
            initialize_head=True,
            head_node_args={"num_cpus": 0, "object_store_memory": 100 << 20, "include_dashboard": False},
        )
        self.address: str = self._cluster.address

    def add_node(self, cpus: int) -> Any:
        return self._cluster.add_node(num_cpus=cpus, object_store_memory=100 << 20)

    def kill(self, node: Any) -> None:
        """As if it had lost its power."""
        self._cluster.remove_node(node, allow_graceful=False)

    def close(self) -> None:
        self._cluster.shutdown()
        self._patch.undo()

    def __enter__(self) -> Self:
        return self
