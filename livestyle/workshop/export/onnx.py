"""Exports a trained network as the ONNX graph that every engine reads, and reads it back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size
from livestyle.model.card import Model, resolve_shapes
from livestyle.model.frame_style import STYLE_INPUTS, FrameStyle
from livestyle.workshop.export.adain import adain_from_live, adain_to_live, new_adain
from livestyle.workshop.export.layers import from_live, to_live
from livestyle.workshop.export.live_transformer import live_graph
from livestyle.workshop.export.steadiness import state_shapes
from livestyle.workshop.export.write_onnx import write_onnx
from livestyle.workshop.networks.adain import AdaIN
from livestyle.workshop.networks.styled import LiveNetwork, StyledTransformer
from livestyle.workshop.networks.transformer import Architecture, Transformer

INPUTS = ("frame", *STYLE_INPUTS)
"""The inputs of the graph, in their order; the state tensors follow."""

EXAMPLE = (128, 160)
"""Height and width the graph is traced with; both sides of the exported graph are free."""

ADAIN = {"network": "adain", "encoder": "VGG-19 to relu4_1", "decoder": "mirrored"}
"""The architecture of Huang's network in a card. A transformer's has the fields of its Architecture."""


def export_onnx(net: LiveNetwork, path: Path) -> None:
    """Write the live graph of `net` with free height and width (multiples of its stride)."""
    live = live_graph(net)
    multiple = live.size_multiple
    height, width = (torch.export.Dim(f"{n}_{multiple}", min=4, max=1024) for n in ("h", "w"))
    sides = {"H": height, "W": width}
    shapes = state_shapes(net.style_length)
    write_onnx(
        live,
        example_inputs(net),
        path,
        [*INPUTS, *(f"state_{name}" for name in shapes)],
        ["stylized", *(f"next_{name}" for name in shapes)],
        (
            {1: multiple * height, 2: multiple * width},
            *({} for _ in INPUTS[1:]),
            *(_free_sides(shape, sides, multiple) for shape in shapes.values()),
        ),
    )


def example_inputs(net: LiveNetwork) -> tuple[Tensor, ...]:
    """The inputs that the graph is traced with: a black frame, an untrained style, no past."""
    size = Size(EXAMPLE[1], EXAMPLE[0])
    shapes = resolve_shapes(state_shapes(net.style_length), size)
    frame = torch.zeros(1, *EXAMPLE, 3, dtype=torch.uint8)
    style = FrameStyle.still(net.new_styles(1)[0].detach().numpy()).tensors(STYLE_INPUTS)
    look = map(torch.from_numpy, style.values())
    return frame, *look, *(torch.zeros(shape) for shape in shapes.values())


def _free_sides(shape: Sequence[int | str], sides: Mapping[str, Any], multiple: int) -> dict[int, Any]:
    """Which axes of a state tensor follow the frame's sides, and how."""
    free = {}
    for axis, length in enumerate(shape):
        if isinstance(length, str):
            side, _, divisor = length.partition("/")
            factor = multiple // int(divisor or 1)
            free[axis] = factor * sides[side] if factor > 1 else sides[side]
    return free


def restore(model: Model) -> StyledTransformer:
    """The network and the styles of a model on disk, read from its own ONNX: there is no second copy.

    LivestyleError for a model that enlarges pictures, it has no styles, and for Huang's, whose styles
    are not trained.
    """
    net = None if model.card.architecture == ADAIN else load_network(model)
    if not isinstance(net, Transformer):
        raise LivestyleError(
            f"{model.card.name} learns no styles, any picture is one; livestyle live --style-image PICTURE"
        )
    styled = StyledTransformer(net, model.styles.names)
    with torch.no_grad():
        styled.styles.copy_(torch.from_numpy(model.styles.vectors))
    return styled.eval()


def architecture_of(net: LiveNetwork) -> dict[str, Any]:
    """What a card says of a network, so that `load_network` can make it again."""
    return dict(ADAIN) if isinstance(net, AdaIN) else net.arch.to_dict()


def load_network(model: Model) -> LiveNetwork:
    """The network of a model that paints, with the weights of its float graph."""
    model.card.check_paints()
    path, said = model.graph("float"), model.card.architecture
    if said == ADAIN:
        return _load_adain(path)
    fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in said.items()}
    return load_net(path, Architecture(**fields))


def load_net(path: Path, arch: Architecture) -> Transformer:
    """The network whose weights lie in `path`, as `export_onnx` wrote them."""
    net = Transformer(arch)
    net.load_state_dict(from_live(_weights(path, to_live(net.state_dict(), arch)), arch))
    return net.eval()


def _load_adain(path: Path) -> AdaIN:
    net = new_adain()
    net.load_state_dict(adain_from_live(_weights(path, adain_to_live(net.state_dict()))))
    return net.eval()


def _weights(path: Path, names: Iterable[str]) -> dict[str, Tensor]:
    """The named weights of a graph, float32. LivestyleError where it lacks one."""
    graph = onnx.load(str(path)).graph
    arrays = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    missing = [name for name in names if name not in arrays]
    if missing:
        raise LivestyleError(f"{path} lacks the weights {missing[:3]}; it holds another architecture")
    return {name: torch.from_numpy(arrays[name].astype(np.float32)) for name in names}
