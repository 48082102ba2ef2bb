"""Weights that a file may hold in float16 without a loss, because they were rounded to it before."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from livestyle.errors import LivestyleError


def rounded(weight: Tensor, name: str = "a weight") -> Tensor:
    """float32 to the nearest float16, as float32. LivestyleError beyond float16's range."""
    half = weight.half()
    if not bool(torch.isfinite(half).all()):
        largest = float(weight.abs().max())
        raise LivestyleError(
            f"{name} holds {largest:g}; float16 ends at 65504; train with a lower --rate or other --styles"
        )
    return half.to(weight.dtype)


@torch.no_grad()
def round_convolutions(module: nn.Module) -> None:
    """Round the weights of every convolution in place; biases stay as they are."""
    for name, weight in module.named_parameters():
        if weight.ndim == 4:
            weight.copy_(rounded(weight, name))
