"""What the layers on both packages have in common: what was made is released again, last made first."""

from __future__ import annotations

import contextlib
import copy
from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np

from livestyle.runtime.gpu.driver import Gpu


class CudaLayer(ABC):
    """Part of a Cuda. A subclass pushes how to free each thing that it makes onto `_release`."""

    def __init__(self, gpu: Gpu) -> None:
        self.gpu = gpu
        self._release, self._whole = contextlib.ExitStack(), True

    @abstractmethod
    def _synchronize(self) -> None:
        """Wait for the device. Never raises."""

    def part(self) -> Self:
        """See Cuda.part: the same context, with a stack of its own."""
        part = copy.copy(self)
        part._release, part._whole = contextlib.ExitStack(), False
        self._release.callback(part.close)
        return part

    def array(self, address: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> object:
        return DeviceArray(address, shape, dtype)

    def close(self) -> None:
        """See Cuda.close. Errors were raised where they were met; here all that can be freed is."""
        with self._release.pop_all():
            if self._whole:
                self._synchronize()


class DeviceArray:
    """Device memory that others may look at (CUDA array interface, version 3)."""

    def __init__(self, address: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self.__cuda_array_interface__ = {
            "shape": shape,
            "typestr": dtype.str,
            "data": (address, False),
            "version": 3,
        }
