"""cuda-bindings and pycuda themselves, on a driver emulated in C: what they call and what they own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runtime.emulated.build import build_driver
from tests.runtime.emulated.held import CHECKS

SCRIPT = Path(__file__).with_name("emulated") / "held.py"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("gcc") is None:
        pytest.skip("there is no gcc to compile the emulated driver with")
    folder = tmp_path_factory.mktemp("emulated")
    build_driver(folder)
    return folder


def held(check: str, layer: str, libraries: Path, *packages: str) -> None:
    """Run one check in a process of its own; what it says is the test's."""
    path = os.pathsep.join((str(ROOT), *packages))
    environment = {
        **os.environ,
        "LD_LIBRARY_PATH": str(libraries),
        "PYTHONPATH": path,
        "LIVESTYLE_CUDA": layer,
    }
    command = [sys.executable, str(SCRIPT), check]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200)
    assert (done.returncode, done.stdout) == (0, "held\n"), done.stderr


@pytest.mark.parametrize("check", [check.__name__ for check in CHECKS])
def test_cuda_bindings(check: str, libraries: Path) -> None:
    held(check, "bindings", libraries)


@pytest.mark.parametrize("check", [check.__name__ for check in CHECKS])
def test_pycuda(check: str, libraries: Path) -> None:
    folder = os.environ.get("LIVESTYLE_TEST_PYCUDA")
    if not folder:
        pytest.skip(
            "pycuda is not compiled; LIVESTYLE_TEST_PYCUDA=FOLDER, see tests/runtime/emulated/build.py"
        )
    held(check, "pycuda", libraries, str(Path(folder) / "site"))
