"""What a StrictCuda does in its streams: pieces of work, and copies that the host has not waited for."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from livestyle.runtime.gpu.cuda import Bytes
from tests.runtime.gpu.happens import Moment, Range

POISON = 0xCC


def at(address: int, shape: tuple[int, ...], dtype: Any = np.uint8) -> Any:
    """The memory at an address; nothing is copied."""
    memory = (ctypes.c_uint8 * (math.prod(shape) * np.dtype(dtype).itemsize)).from_address(address)
    return np.frombuffer(memory, dtype).reshape(shape)


@dataclass
class Op:
    """A piece of work: `run` says False while it has to wait."""

    run: Callable[[], object]
    reads: list[Range] = field(default_factory=list)
    writes: list[Range] = field(default_factory=list)


@dataclass(eq=False)
class Transfer:
    """A copy that the host has not waited for: its side of it belongs to the device until then."""

    host: Bytes
    moment: Moment
    taken: Bytes
    """Of an upload what it was given; of a download what has come."""
