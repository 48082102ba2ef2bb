"""Compile the emulated driver, and pycuda against it: python build.py FOLDER.

FOLDER gets lib/libcuda.so.1 and site/ with pycuda. Takes about a minute, a C++ compiler, the package index,
and of CUDA its headers alone, which are in the package nvidia-cuda-runtime. pycuda looks for a toolkit by
its nvcc, and for CURAND; its own settings file says where the headers are instead.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent

SETTINGS = """
CUDA_ROOT = {root!r}
CUDADRV_LIB_DIR = [{library!r}]
CUDA_ENABLE_CURAND = False
CXXFLAGS = ["-O0", "-g0", "-w"]
"""

PROFILER = """
#include <cuda.h>
typedef enum {CU_OUT_KEY_VALUE_PAIR = 0, CU_OUT_CSV = 1} CUoutput_mode;
extern "C" CUresult cuProfilerInitialize(const char *, const char *, CUoutput_mode);
extern "C" CUresult cuProfilerStart(void);
extern "C" CUresult cuProfilerStop(void);
"""
"""cudaProfiler.h, which the package of headers lacks."""


def build_driver(folder: Path) -> None:
    """The emulated libcuda.so.1, in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    library = folder / "libcuda.so.1"
    flags = ("-shared", "-fPIC", "-O1", "-Wl,-soname,libcuda.so.1")
    subprocess.run(["gcc", *flags, "-o", library, HERE / "driver.c", "-lpthread", "-ldl"], check=True)
    (folder / "libcuda.so").unlink(missing_ok=True)
    (folder / "libcuda.so").symlink_to(library.name)


def build_pycuda(folder: Path) -> None:
    """pycuda from its source distribution, in `folder`/site."""
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--no-deps")
    cuda = folder / "cuda"
    subprocess.run([*pip, "--target", str(cuda), "nvidia-cuda-runtime"], check=True)
    root = next(cuda.glob("nvidia/*/include")).parent
    (root / "include" / "cudaProfiler.h").write_text(PROFILER)
    settings = SETTINGS.format(root=str(root), library=str(folder / "lib"))
    (folder / ".aksetup-defaults.py").write_text(settings)
    source = ("--no-binary", "pycuda", "--target", str(folder / "site"), "pycuda")
    environment = {**os.environ, "HOME": str(folder)}
    subprocess.run([*pip, *source], check=True, env=environment)


def main() -> None:
    folder = Path(sys.argv[1]).resolve()
    build_driver(folder / "lib")
    build_pycuda(folder)


if __name__ == "__main__":
    main()
