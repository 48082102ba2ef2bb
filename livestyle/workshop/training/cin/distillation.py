"""Distillation: a network learns the pictures of one that paints these styles already."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from livestyle.core.errors import LivestyleError
from livestyle.workshop.networks.styled import StyledTransformer
from livestyle.workshop.training.perceptual import generator_from


@dataclass
class TeacherObjective:
    """Mean absolute difference of two paintings of a photo (Hinton 2015, distillation). No VGG is asked.

    Both are painted on the same canvas, a new one for each photo, where both networks have one: so the
    student's strokes learn to hang where the teacher's do. It is a start for a training with the perceptual
    losses.
    """

    model: StyledTransformer
    teacher: StyledTransformer

    def __post_init__(self) -> None:
        """LivestyleError where the teacher lacks one of the styles, by name."""
        strange = [name for name in self.model.names if name not in self.teacher.names]
        if strange:
            raise LivestyleError(
                f"the teacher has no style {strange[0]!r}; it has {', '.join(self.teacher.names)}; "
                "name the paintings so by --notes"
            )
        self.rows = torch.tensor([self.teacher.names.index(name) for name in self.model.names])
        self.teacher.eval().requires_grad_(False)

    def __call__(self, photo: Tensor, rng: np.random.Generator, progress: float) -> dict[str, Tensor]:
        """A random style for each photo [B, 3, S, S] in [0, 1]; 'loss' is a scalar."""
        index = torch.from_numpy(rng.integers(len(self.rows), size=len(photo)))
        canvas = self.teacher.net.draw_canvas(photo, generator_from(rng))
        with torch.no_grad():
            wanted = self.teacher(photo, self.rows[index].to(photo.device), canvas)
        return {"loss": (self.model(photo, index.to(photo.device), canvas) - wanted).abs().mean()}
