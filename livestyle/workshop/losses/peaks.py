"""Prevents droplets: spots by which a network hides how strong the rest of a picture is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LIMIT = 5.0
"""In standard deviations of a channel. Without droplets a channel reaches four, seldom more; droplets reach
fifteen."""


def peak_loss(features: Tensor) -> Tensor:
    """Mean square of what exceeds LIMIT deviations of its channel: a scalar, below 1 as the variance is 1.

    features [B, C, H, W]. Instance normalisation divides by the deviation, so a spike anywhere makes the
    rest of its channel small, and networks of many residual blocks learn to use that. The spike shows in
    the picture as a coloured drop (Karras 2020, section 2, found them in StyleGAN).
    """
    return F.relu(F.instance_norm(features.float()).abs() - LIMIT).square().mean()


@contextmanager
def watched(norms: Iterable[nn.Module]) -> Iterator[list[Tensor]]:
    """Collects the peak losses of the inputs of these layers while the block runs, in their order."""
    found: list[Tensor] = []

    def look(module: nn.Module, inputs: tuple[Any, ...]) -> None:
        if torch.is_grad_enabled():
            found.append(peak_loss(inputs[0]))

    hooks = [norm.register_forward_pre_hook(look) for norm in norms]
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()
