"""From a trained network to the ONNX graph that every engine reads, and back."""

from __future__ import annotations

import copy
import warnings
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper

from livestyle.errors import LivestyleError
from livestyle.export.graph import LiveGraph, swap_colors
from livestyle.networks.transformer import Architecture, Transformer

OPSET = 20
EXAMPLE = (128, 160)
"""Height and width the graph is traced with; both sides of the exported graph are free."""


def export_onnx(net: Transformer, path: Path) -> None:
    """Write the live graph of `net` with free height and width (multiples of its stride)."""
    live = LiveGraph(copy.deepcopy(net).float().cpu().eval())
    live.net.load_state_dict(swap_colors(live.net.state_dict()))
    multiple = net.arch.stride
    height, width = (multiple * torch.export.Dim(f"{n}_{multiple}", min=4, max=1024) for n in ("h", "w"))
    inputs = (
        torch.zeros(1, *EXAMPLE, 3, dtype=torch.uint8),
        net.new_styles(1),
        torch.ones(1),
        torch.zeros(1),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            live,
            inputs,
            str(path),
            input_names=["frame", "style", "strength", "keep_color"],
            output_names=["stylized"],
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
            dynamic_shapes=({1: height, 2: width}, {}, {}, {}),
        )


def load_from_onnx(path: Path, arch: Architecture) -> Transformer:
    """The network whose weights lie in `path`, as `export_onnx` wrote them: no second copy is kept."""
    graph = onnx.load(str(path)).graph
    arrays = {i.name.removeprefix("net."): numpy_helper.to_array(i) for i in graph.initializer}
    net = Transformer(arch)
    names = net.state_dict().keys()
    missing = [name for name in names if name not in arrays]
    if missing:
        raise LivestyleError(f"{path} lacks the weights {missing[:3]}; it was not exported from this architecture")
    state = {name: torch.from_numpy(arrays[name].copy()) for name in names}
    net.load_state_dict(swap_colors(state))
    return net.eval()
