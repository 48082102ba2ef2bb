"""Tensors in device memory: their shapes and types, and blocks of them that one copy moves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from livestyle.runtime.gpu.cuda import Bytes, Cuda, Stream

ALIGNMENT = 256
"""Bytes to which every tensor's address is aligned, as TensorRT asks for."""


@dataclass(frozen=True)
class Spec:
    """Says the shape and the type of a tensor."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def nbytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


Specs: TypeAlias = Mapping[str, Spec]
Arrays: TypeAlias = Mapping[str, NDArray[Any]]


class Block:
    """Holds tensors side by side in device memory and, if `pinned`, in pinned memory: one copy moves them
    all.
    """

    def __init__(self, cuda: Cuda, specs: Specs, pinned: bool = True) -> None:
        self._cuda = cuda
        starts, end = {}, 0
        for name, spec in specs.items():
            starts[name] = end
            end += -(-spec.nbytes // ALIGNMENT) * ALIGNMENT
        self.nbytes = max(end, ALIGNMENT)
        self.address = cuda.device(self.nbytes)
        self.addresses = {name: self.address + start for name, start in starts.items()}
        self._bytes = cuda.pinned(self.nbytes) if pinned else np.empty(0, np.uint8)
        self._bytes.fill(0)
        self.host = views(self._bytes, specs, starts) if pinned else {}

    def upload(self, stream: Stream) -> None:
        self._cuda.upload(self.address, self._bytes, stream)

    def download(self, stream: Stream) -> None:
        self._cuda.download(self._bytes, self.address, stream)

    def zero(self, stream: Stream) -> None:
        self._cuda.zero(self.address, self.nbytes, stream)


def views(memory: Bytes, specs: Specs, starts: Mapping[str, int]) -> dict[str, NDArray[Any]]:
    """Each tensor in `memory`, at its start in bytes."""
    return {
        name: memory[starts[name] : starts[name] + spec.nbytes].view(spec.dtype).reshape(spec.shape)
        for name, spec in specs.items()
    }


def as_bytes(array: NDArray[Any]) -> Bytes:
    """The memory of a C-contiguous array; nothing is copied."""
    return array.reshape(-1).view(np.uint8)
