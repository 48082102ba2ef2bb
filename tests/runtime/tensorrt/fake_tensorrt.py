"""Stands in for TensorRT: keeps what it is asked for, computes nothing. test_stand_ins.py holds its names."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

from livestyle.model.card import Model

STATE = [f"{way}_{name}" for way in ("state", "next") for name in Model.load("cin-lite").card.state]
TENSORS = ["frame", "style", "strength", "keep_color", "steadiness", "stylized", *STATE]


@dataclass
class FakeTensorRt:
    """Library, runtime and engine in one: keeps what it is asked for, computes nothing."""

    __version__ = "11.2.0"
    num_io_tensors = len(TENSORS)
    device_memory_size_v2 = 1000
    ExecutionContextAllocationStrategy = SimpleNamespace(USER_MANAGED="user")
    works: bool = True
    capturable: bool = True
    contexts: list[FakeContext] = field(default_factory=list)
    given: list[bytes] = field(default_factory=list)
    strategies: list[object] = field(default_factory=list)
    kernels: list[bytes] = field(default_factory=list)
    shared: bool = False

    def Runtime(self, log: object) -> FakeTensorRt:  # noqa: N802  # as TensorRT calls it
        return self

    def deserialize_cuda_engine(self, data: bytes) -> FakeTensorRt | None:
        self.given.append(data)
        return self if data == b"good" else None

    def get_tensor_name(self, index: int) -> str:
        return TENSORS[index]

    def create_runtime_config(self) -> FakeTensorRt:
        return self

    def set_execution_context_allocation_strategy(self, strategy: object) -> None:
        self.strategies.append(strategy)

    def create_runtime_cache(self) -> FakeTensorRt:
        return self

    def set_runtime_cache(self, cache: object) -> None:
        assert cache is self
        self.shared = True

    def deserialize(self, kernels: bytes) -> None:
        self.kernels.append(kernels)

    def serialize(self) -> bytes:
        if not self.works:
            raise RuntimeError("the device is gone")
        return b"compiled"

    def create_execution_context(self, how: object) -> FakeContext:
        if how is not self:  # full TensorRT takes the strategy, that for RTX a configuration with it
            self.strategies.append(how)
        self.contexts.append(FakeContext(self))
        return self.contexts[-1]


@dataclass
class FakeContext:
    trt: FakeTensorRt
    addresses: dict[str, int] = field(default_factory=dict)
    streams: list[int] = field(default_factory=list)
    memory: tuple[int, int] = (0, 0)

    def set_device_memory(self, address: int, nbytes: int) -> None:
        self.memory = address, nbytes

    def is_stream_capturable(self, stream: int) -> bool:
        return self.trt.capturable

    def set_tensor_address(self, name: str, address: int) -> bool:
        self.addresses[name] = address
        return address != 0

    def execute_async_v3(self, stream: int) -> bool:
        self.streams.append(stream)
        return self.trt.works
