"""What the stand-ins of other tests stand in for: the libraries themselves have it, under these names."""

from __future__ import annotations

import inspect

import pytest
import torch

from livestyle.runtime.tensorrt.builder import Flavour, library

RTX = {
    "ICudaEngine": ("create_runtime_config", "create_execution_context", "device_memory_size_v2"),
    "IRuntimeConfig": (
        "set_execution_context_allocation_strategy",
        "create_runtime_cache",
        "set_runtime_cache",
    ),
    "IRuntimeCache": ("serialize", "deserialize"),
    "IExecutionContext": (
        *("set_device_memory", "set_tensor_address", "execute_async_v3"),
        "is_stream_capturable",
    ),
    "ExecutionContextAllocationStrategy": ("USER_MANAGED",),
    "BuilderFlag": ("REQUIRE_USER_ALLOCATION", "TF32"),
}


@pytest.mark.parametrize("kind", RTX)
def test_tensorrt_for_rtx(kind: str) -> None:
    pytest.importorskip("tensorrt_rtx", reason="tensorrt-rtx is not made for this system")
    found = getattr(library(Flavour.RTX), kind)
    assert [name for name in RTX[kind] if not hasattr(found, name)] == []


def test_torch() -> None:
    graph = list(inspect.signature(torch.cuda.graph.__init__).parameters)
    assert graph[1:5] == ["cuda_graph", "pool", "stream", "capture_error_mode"]
    stream = list(inspect.signature(torch.cuda.ExternalStream.__new__).parameters)
    assert stream[1:3] == ["stream_ptr", "device"]
    flags = inspect.signature(torch.backends.cudnn.flags).parameters
    assert {"enabled", "benchmark", "allow_tf32"} <= set(flags)
    assert callable(torch.cuda.graph_pool_handle)
    assert {"replay", "reset"} <= set(dir(torch.cuda.CUDAGraph))
