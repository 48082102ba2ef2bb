"""What a style loss is, which there are, and weighted sums of them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from torch import Tensor

from livestyle.core.errors import LivestyleError
from livestyle.workshop.losses.gram import GramLoss
from livestyle.workshop.losses.mmd import GaussianMMD, LinearMMD, PolynomialMMD
from livestyle.workshop.losses.moments import MomentsLoss

Target = tuple[Tensor, ...]
"""What a loss keeps of a painting in one layer: tensors whose first axis counts paintings."""


class StyleLoss(Protocol):
    """Distance of a picture's features from a painting's, in one layer.

    0 = the same statistics, 1 = as far as a picture without features: one weight serves every
    painting, layer and loss.
    """

    parts: int
    """How many tensors a target has."""
    random: bool
    """Whether the loss is estimated from a new draw each time."""

    def target(self, features: Tensor) -> Target:
        """features [1, C, H, W] of a painting, seen once; keeps no graph under torch.no_grad."""
        ...

    def loss(self, features: Tensor, target: Target) -> Tensor:
        """features [B, C, H, W], targets of B paintings, to [B]; or one of the two is alone."""
        ...


class WeightedSum:
    """Several losses at once (Li 2017: fusion)."""

    def __init__(self, terms: Sequence[tuple[float, StyleLoss]]) -> None:
        self.terms = tuple(terms)
        self.parts = sum(loss.parts for _, loss in self.terms)
        self.random = any(loss.random for _, loss in self.terms)

    def target(self, features: Tensor) -> Target:
        return tuple(tensor for _, loss in self.terms for tensor in loss.target(features))

    def loss(self, features: Tensor, target: Target) -> Tensor:
        losses, start = [], 0
        for weight, loss in self.terms:
            losses.append(weight * loss.loss(features, target[start : start + loss.parts]))
            start += loss.parts
        return torch.stack(losses).sum(0)


STYLE_LOSSES: dict[str, Callable[[], StyleLoss]] = {
    "gram": GramLoss,
    "mmd-linear": LinearMMD,
    "mmd-poly": PolynomialMMD,
    "mmd-gaussian": GaussianMMD,
    "bn-stats": MomentsLoss,
}


def parse_style_loss(text: str) -> StyleLoss:
    """'gram', 'gram+bn-stats' or 'gram=1,bn-stats=0.5'; a weight that isn't said is 1.

    LivestyleError, with the names there are, for anything else.
    """
    terms = []
    for term in re.split(r"[+,]", text):
        name, _, weight = (part.strip() for part in term.partition("="))
        if name not in STYLE_LOSSES:
            raise LivestyleError(
                f"unknown style loss {name!r}; expected {', '.join(STYLE_LOSSES)}, "
                "or a sum such as gram=1,bn-stats=0.5"
            )
        terms.append((_weight(weight or "1", term), STYLE_LOSSES[name]()))
    return terms[0][1] if len(terms) == 1 and terms[0][0] == 1 else WeightedSum(terms)


def _weight(text: str, term: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        weight = math.nan
    if not 0 < weight < math.inf:
        raise LivestyleError(f"bad weight in style loss {term.strip()!r}; expected a number above 0")
    return weight


def join(targets: Sequence[Target]) -> Target:
    """The targets of several paintings as one."""
    return tuple(torch.cat(tensors) for tensors in zip(*targets, strict=True))


def pick(target: Target, index: Tensor) -> Target:
    """Of joined targets those of the paintings `index`, int64 [B]."""
    return tuple(tensor[index] for tensor in target)
