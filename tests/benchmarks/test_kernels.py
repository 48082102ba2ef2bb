"""What the engines of TensorRT for RTX are made of, as they say themselves; how they fuse is not asserted."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import onnx
import pytest

from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.runtime.tensorrt.builder import Flavour, log
from livestyle.runtime.tensorrt.onnx_nodes import CONVOLUTIONS

pytest.importorskip("tensorrt_rtx", reason="tensorrt-rtx is not made for this system")

import kernels


def test_every_convolution_is_found_and_in_half_precision(model: Model) -> None:
    whole = type(log(Flavour.RTX)).log
    found = kernels.kernels(model, Size(64, 64))
    assert type(log(Flavour.RTX)).log is whole
    nodes = onnx.load(str(model.graph("float"))).graph.node
    convolve = [kernel for kernel in found if kernel.has(*CONVOLUTIONS)]
    assert len(convolve) >= sum(node.op_type in CONVOLUTIONS for node in nodes)
    assert all("Half" in kernel.reads for kernel in convolve)
    assert any(kernel.has(kernels.NORM) for kernel in found)
    counts = kernels.summary(found)
    assert counts["kernels"] == len(found)
    assert counts["convolutions"] == len(convolve)


def test_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "kernels.json"
    small = ["--models", "cin-lite", "--sizes", "66x70", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", ["kernels.py", *small])
    kernels.main()
    found = json.loads(out.read_text())
    assert found["tensorrt"].startswith("TensorRT for RTX 1")
    assert list(found["cin-lite"]) == ["72x72"]
