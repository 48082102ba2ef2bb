"""Which package reaches the driver: pycuda or cuda-bindings, as asked for or as installed."""

from __future__ import annotations

import os

from livestyle.runtime.gpu.cuda import Cuda
from livestyle.runtime.gpu.cuda_bindings import BoundCuda, find_driver
from livestyle.runtime.gpu.cuda_pycuda import PyCuda
from livestyle.runtime.gpu.driver import CudaError, find_gpu

LAYERS = ("pycuda", "bindings")
"""What $LIVESTYLE_CUDA may ask for; without it the first that is installed."""


def open_cuda(index: int = 0) -> Cuda:
    """Open the primary context of GPU `index`; it is current in this thread until it is closed.

    $LIVESTYLE_CUDA names the package; without it pycuda is used, else cuda-bindings. CudaError, with the
    remedy, if there is no such GPU or driver, or that package is missing.
    """
    gpu, asked = find_gpu(index), os.environ.get("LIVESTYLE_CUDA", "")
    if asked and asked not in LAYERS:
        raise CudaError(f"LIVESTYLE_CUDA is {asked!r}; expected {' or '.join(LAYERS)}, or nothing")
    bindings = find_driver()
    if asked != "bindings":
        try:
            import pycuda.driver as pycuda
        except ImportError as error:
            if asked or bindings is None:
                raise CudaError(_missing(asked, error)) from error
        else:
            return PyCuda(gpu, pycuda, bindings)
    if bindings is None:
        raise CudaError("cuda-bindings can't be loaded; pip install '.[cuda]'")
    return BoundCuda(gpu, bindings)


def _missing(asked: str, error: ImportError) -> str:
    if asked:
        return f"pycuda can't be loaded ({error}); pip install '.[pycuda]' where nvcc is on the PATH"
    return f"neither pycuda nor cuda-bindings can be loaded ({error}); pip install '.[cuda]'"
