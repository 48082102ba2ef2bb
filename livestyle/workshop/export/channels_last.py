"""Keeps channels last in memory from one convolution to the next, which is the order GPUs prefer.

torch's own instance normalisation and reflection padding give their results with channels first, and every
convolution behind them would reorder its input.
"""

from __future__ import annotations

from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livestyle.workshop.networks.blocks import ReflectConv
from livestyle.workshop.networks.norms import ConditionalInstanceNorm


def keep_channels_last(module: nn.Module) -> None:
    """Change `module` in place; for one picture at a time, and not for training."""
    for part in module.modules():
        if isinstance(part, ConditionalInstanceNorm):
            part.forward = partial(_normalised, part)  # type: ignore[method-assign]
        elif isinstance(part, ReflectConv):
            part.forward = partial(_convolved, part.conv, part.pad)  # type: ignore[method-assign]
        elif isinstance(part, nn.Conv2d) and part.padding_mode == "reflect":
            assert part.padding == (1, 1)
            part.forward = partial(_convolved, part, 1)  # type: ignore[method-assign]


def _normalised(norm: ConditionalInstanceNorm, x: Tensor, style: Tensor) -> Tensor:
    """Normalise one picture as the module does, with the channels last."""
    x, (gamma, beta) = x.float(), (part[:, :, None, None] for part in norm.gamma_beta(style))
    variance, mean = torch.var_mean(x, (2, 3), correction=0, keepdim=True)
    scale = gamma * (variance + norm.eps).rsqrt()
    return torch.addcmul(beta - mean * scale, x, scale)


def _convolved(conv: nn.Conv2d, pad: int, x: Tensor) -> Tensor:
    """Convolve as ReflectConv does, padding a volume whose innermost side are the channels."""
    volume = x.permute(0, 2, 3, 1)[:, None]
    padded = F.pad(volume, (0, 0, pad, pad, pad, pad), mode="reflect")[:, 0].permute(0, 3, 1, 2)
    return F.conv2d(padded, conv.weight, conv.bias, conv.stride)
