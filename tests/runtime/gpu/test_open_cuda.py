"""Which package reaches the driver: what is asked for, what is installed, what is said where neither is."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import cast

import pytest

from livestyle.runtime.gpu.cuda_bindings import Driver
from livestyle.runtime.gpu.driver import CudaError
from livestyle.runtime.gpu.open_cuda import open_cuda
from tests.runtime.gpu.fake_drivers import GPU, FakeBindings, FakePycuda

MODULE = "livestyle.runtime.gpu.open_cuda"


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> None:
    """A GPU, and both packages."""
    package, driver = ModuleType("pycuda"), FakePycuda()
    package.__dict__.update(driver=driver, VERSION_TEXT="2026.1")
    monkeypatch.setitem(sys.modules, "pycuda", package)
    monkeypatch.setitem(sys.modules, "pycuda.driver", cast("ModuleType", driver))
    monkeypatch.setattr(f"{MODULE}.find_gpu", lambda index: GPU)
    monkeypatch.setattr(f"{MODULE}.find_driver", lambda: Driver(FakeBindings()))


@pytest.mark.parametrize(
    ("asked", "layer"), [("", "pycuda 2026.1"), ("pycuda", "pycuda"), ("bindings", "cuda-b")]
)
def test_the_layer_is_chosen_and_named(
    asked: str, layer: str, both: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVESTYLE_CUDA", asked)
    assert open_cuda().layer.startswith(layer)


def test_a_layer_that_is_asked_for_is_never_replaced(both: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVESTYLE_CUDA", "cupy")
    with pytest.raises(CudaError, match="LIVESTYLE_CUDA is 'cupy'; expected pycuda or bindings"):
        open_cuda()
    monkeypatch.setenv("LIVESTYLE_CUDA", "pycuda")
    monkeypatch.setitem(sys.modules, "pycuda.driver", None)
    with pytest.raises(CudaError, match=r"pycuda can't be loaded .*'\.\[pycuda\]'"):
        open_cuda()
    monkeypatch.setenv("LIVESTYLE_CUDA", "bindings")
    monkeypatch.setattr(f"{MODULE}.find_driver", lambda: None)
    with pytest.raises(CudaError, match=r"cuda-bindings can't be loaded; pip install '\.\[cuda\]'"):
        open_cuda()


def test_without_either_package_the_remedy_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{MODULE}.find_gpu", lambda index: GPU)
    for name in ("pycuda", "pycuda.driver", "cuda", "cuda.bindings"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(CudaError, match=r"neither pycuda nor cuda-bindings .*pip install '\.\[cuda\]'"):
        open_cuda()
