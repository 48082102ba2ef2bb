"""VGG-19 features (Simonyan 2014), which all perceptual losses here compare."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, TypeAlias, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livestyle.core.errors import LivestyleError

CONVOLUTIONS = {1: 2, 2: 2, 3: 4, 4: 4, 5: 4}
"""Convolutions in each of the five stages; a pooling stands between two stages."""

Border: TypeAlias = Literal["zeros", "reflect"]

CAFFE_MEAN_BGR = (103.939, 116.779, 123.68)
"""Mean colour of ImageNet, of 255, that Caffe's weights expect to be subtracted."""


def layer_names(last: str) -> list[str]:
    """All convolution names, 'conv1_1' first, up to the one that feeds `last` ('relu4_1')."""
    names = [f"conv{s}_{i}" for s, count in CONVOLUTIONS.items() for i in range(1, count + 1)]
    target = last.replace("relu", "conv")
    if target not in names:
        raise LivestyleError(f"VGG-19 has no layer {last!r}; expected relu1_1 … relu5_4")
    return names[: names.index(target) + 1]


class VGG19(nn.Module):
    """Frozen VGG-19 up to one layer. Average pooling by default (Gatys 2016, section 2)."""

    mean: Tensor
    std: Tensor

    def __init__(self, last: str = "relu4_1", pooling: str = "avg", border: Border = "zeros") -> None:
        """pooling: avg or max. border: what lies around a picture (Huang 2017 has reflect)."""
        super().__init__()
        self.names = layer_names(last)
        self.pool = nn.MaxPool2d(2) if pooling == "max" else nn.AvgPool2d(2)
        channels = 3
        for name in self.names:
            outputs = min(64 * 2 ** (int(name[4]) - 1), 512)
            self.add_module(name, nn.Conv2d(channels, outputs, 3, padding=1, padding_mode=border))
            channels = outputs
        self.register_buffer("mean", torch.zeros(1, 3, 1, 1))
        self.register_buffer("std", torch.ones(1, 3, 1, 1))
        self.requires_grad_(False).eval()

    def forward(self, x: Tensor, layers: Iterable[str]) -> dict[str, Tensor]:
        """x [B, 3, H, W] RGB in [0, 1]; returns {'relu3_1': [B, 256, H/4, W/4], …} for `layers`.

        Stops after the deepest layer asked for. Type follows autocast.
        """
        wanted = set(layers)
        found: dict[str, Tensor] = {}
        x = (x - self.mean) / self.std
        stage = "1"
        for name in self.names:
            if name[4] != stage:
                stage = name[4]
                x = self.pool(x)
            x = F.relu(self.get_submodule(name)(x))
            relu = name.replace("conv", "relu")
            if relu in wanted:
                found[relu] = x
            if len(found) == len(wanted):
                return found
        raise LivestyleError(f"VGG-19 was cut at {self.names[-1]}; asked for {sorted(wanted - set(found))}")


def load_vgg19(
    path: Path | None = None, last: str = "relu4_1", pooling: str = "avg", border: Border = "zeros"
) -> VGG19:
    """VGG-19 with torchvision's ImageNet weights, or Caffe's from a safetensors file.

    The file holds, for each convolution, either `NAME.weight` (float) or `NAME.codes` + `NAME.table`
    (8-bit, weight = table[codes]), and `NAME.bias`; OIHW, input BGR 0-255 minus the Caffe mean.
    Raises LivestyleError where the file is missing or lacks a layer.
    """
    vgg = VGG19(last, pooling, border)
    state = _torchvision_state(vgg) if path is None else _file_state(vgg, path)
    vgg.load_state_dict(state)
    return vgg


def _file_state(vgg: VGG19, path: Path) -> dict[str, Tensor]:
    from safetensors import safe_open

    if not path.is_file():
        raise LivestyleError(f"VGG weights not found: {path}; give a .safetensors file with --vgg PATH")
    state: dict[str, Tensor] = {}
    with safe_open(str(path), framework="pt") as file:
        keys = set(file.keys())
        for name in vgg.names:
            if f"{name}.codes" in keys:
                weight = file.get_tensor(f"{name}.table").float()[file.get_tensor(f"{name}.codes").long()]
            elif f"{name}.weight" in keys:
                weight = file.get_tensor(f"{name}.weight").float()
            else:
                raise LivestyleError(f"{path} has no weights for {name}; expected VGG-19 in safetensors")
            state[f"{name}.weight"] = weight
            state[f"{name}.bias"] = file.get_tensor(f"{name}.bias").float()
    state["conv1_1.weight"] = state["conv1_1.weight"].flip(1)  # BGR weights read RGB
    state["mean"] = torch.tensor(CAFFE_MEAN_BGR[::-1]).view(1, 3, 1, 1) / 255
    state["std"] = torch.full((1, 3, 1, 1), 1 / 255)
    return state


def _torchvision_state(vgg: VGG19) -> dict[str, Tensor]:
    try:
        from torchvision.models import VGG19_Weights, vgg19
    except ImportError as error:
        raise LivestyleError(
            "torchvision is not installed; pip install '.[train]' or give weights with --vgg PATH"
        ) from error
    try:
        layers = vgg19(weights=VGG19_Weights.IMAGENET1K_V1).features
    except OSError as error:
        raise LivestyleError(
            f"torchvision can't fetch the weights of VGG-19: {error}; give a file with --vgg PATH"
        ) from error
    convolutions = [m for m in layers if isinstance(m, nn.Conv2d)]
    state = {}
    for name, conv in zip(vgg.names, convolutions, strict=False):
        state[f"{name}.weight"], state[f"{name}.bias"] = conv.weight.data, cast(Tensor, conv.bias).data
    state["mean"] = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
    state["std"] = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    return state
