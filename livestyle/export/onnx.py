"""From a trained network to the ONNX graph that every engine reads, and back."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import numpy_helper

from livestyle.card import Model
from livestyle.errors import LivestyleError
from livestyle.export.graph import LiveGraph, swap_colors
from livestyle.networks.styled import StyledTransformer
from livestyle.networks.transformer import Architecture, Transformer

OPSET = 20
EXAMPLE = (128, 160)
"""Height and width the graph is traced with; both sides of the exported graph are free."""


def export_onnx(net: Transformer, path: Path) -> None:
    """Write the live graph of `net` with free height and width (multiples of its stride)."""
    live = LiveGraph(Transformer(net.arch)).eval()
    live.net.load_state_dict(swap_colors(net.state_dict()))
    multiple = net.arch.stride
    height, width = (multiple * torch.export.Dim(f"{n}_{multiple}", min=4, max=1024) for n in ("h", "w"))
    example = torch.zeros(1, *EXAMPLE, 3, dtype=torch.uint8)
    with _quiet():
        torch.onnx.export(
            live,
            (example, net.new_styles(1), torch.ones(1), torch.zeros(1)),
            str(path),
            input_names=["frame", "style", "strength", "keep_color"],
            output_names=["stylized"],
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
            dynamic_shapes=({1: height, 2: width}, {}, {}, {}),
        )
    model = onnx.load(str(path))
    _forget_origins(model)
    onnx.save(model, str(path))


def restore(model: Model) -> StyledTransformer:
    """The network and the styles of a model on disk, read from its own ONNX: there is no second copy."""
    fields: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in model.card.architecture.items()
    }
    net = load_net(model.graph("float"), Architecture(**fields))
    styled = StyledTransformer(net, model.styles.names)
    with torch.no_grad():
        styled.styles.copy_(torch.from_numpy(model.styles.vectors))
    return styled.eval()


def load_net(path: Path, arch: Architecture) -> Transformer:
    """The network whose weights lie in `path`, as `export_onnx` wrote them."""
    graph = onnx.load(str(path)).graph
    arrays = {i.name.removeprefix("net."): numpy_helper.to_array(i) for i in graph.initializer}
    net = Transformer(arch)
    missing = [name for name in net.state_dict() if name not in arrays]
    if missing:
        raise LivestyleError(f"{path} lacks the weights {missing[:3]}; it holds another architecture")
    state = {name: torch.from_numpy(arrays[name].copy()) for name in net.state_dict()}
    net.load_state_dict(swap_colors(state))
    return net.eval()


def _forget_origins(model: onnx.ModelProto) -> None:
    """Take out the exporter's notes: source lines and paths of the machine it ran on."""
    graph = model.graph
    for item in (
        model,
        graph,
        *graph.node,
        *graph.initializer,
        *graph.input,
        *graph.output,
        *graph.value_info,
    ):
        del item.metadata_props[:]
        item.doc_string = ""


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The exporter prints and warns of its own affairs; errors still raise."""
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)
