"""Chooses the device that trains, and its precision."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from livestyle.core.errors import LivestyleError


@dataclass(frozen=True)
class Place:
    """A device and the type of its convolutions; weights and losses are float32 everywhere."""

    device: torch.device
    bf16: bool

    @classmethod
    def choose(cls, name: str) -> Place:
        """'auto' takes CUDA where there is one. LivestyleError for 'cuda' without CUDA."""
        if name not in ("auto", "cpu", "cuda"):
            raise LivestyleError(f"unknown device {name!r}; expected auto, cpu or cuda")
        has_cuda = torch.cuda.is_available()
        if name == "cuda" and not has_cuda:
            raise LivestyleError(
                "torch sees no CUDA device; check nvidia-smi and torch.version.cuda, or use --device cpu"
            )
        if has_cuda and name != "cpu":
            return cls(torch.device("cuda"), torch.cuda.is_bf16_supported())
        return cls(torch.device("cpu"), torch.ops.mkldnn._is_mkldnn_bf16_supported())

    def autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16)

    def module(self, module: nn.Module) -> None:
        """Move in place, weights channels-last."""
        module.to(self.device)
        for parameter in module.parameters():
            if parameter.ndim == 4:
                parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)

    def images(self, images: Tensor) -> Tensor:
        """[B, 3, H, W], moved, channels-last."""
        return images.to(self.device, memory_format=torch.channels_last)

    def __str__(self) -> str:
        name = torch.cuda.get_device_name() if self.device.type == "cuda" else "CPU"
        return f"{name}, {'bf16' if self.bf16 else 'f32'}, {torch.get_num_threads()} threads"
