"""Against droplets: spots in which a network hides how strong the rest of a picture is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LIMIT = 5.0
"""Deviations. In a network without droplets a channel reaches four, seldom more; droplets, fifteen."""


def peak_loss(features: Tensor) -> Tensor:
    """What lies beyond LIMIT deviations of its channel, as a share of all: a scalar from 0 to 1.

    features [B, C, H, W]. Instance normalisation makes strength relative; a spike somewhere makes all
    the rest small, and networks of many residual blocks learn to use that. It shows in the picture as a
    coloured drop (Karras 2020, section 2, found them in StyleGAN).
    """
    return F.relu(F.instance_norm(features.float()).abs() - LIMIT).square().mean()


@contextmanager
def watched(norms: Iterable[nn.Module]) -> Iterator[list[Tensor]]:
    """The peak losses of what goes into these layers meanwhile, in the order in which it does."""
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
