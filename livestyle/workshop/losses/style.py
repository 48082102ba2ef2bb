"""Style losses: their interface, which there are, and weighted sums of them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import torch
from torch import Tensor

from livestyle.core.errors import LivestyleError
from livestyle.workshop.losses.gram import GramLoss
from livestyle.workshop.losses.mmd import GaussianMMD, LinearMMD, PolynomialMMD
from livestyle.workshop.losses.moments import MomentsLoss
from livestyle.workshop.losses.sliced import SlicedWassersteinLoss
from livestyle.workshop.losses.windows import WindowLoss

Features = Mapping[str, Tensor]
"""What VGG sees, by layer: [B, C, H, W] each."""

StyleTarget = tuple[Tensor, ...]
"""What a loss keeps of a painting in one layer: tensors whose first axis counts paintings."""


class StyleLoss(Protocol):
    """Distance of pictures from the paintings that it has learned.

    0 = the same statistics, 1 = as far as a picture without features: one weight serves every
    painting and loss.
    """

    random: bool
    """Whether the same picture may get another loss the next time."""

    @property
    def kept(self) -> dict[str, Tensor]:
        """Tensors that change in place as the loss is used, by name; a checkpoint keeps them."""
        ...

    def forget(self) -> None:
        """Forget all paintings."""
        ...

    def learn(self, features: Features) -> None:
        """One more painting, [1, C, H, W] in every layer. Keeps no graph under torch.no_grad."""
        ...

    def __call__(self, features: Features, index: Tensor) -> Tensor:
        """features of B pictures, or of one; index int64 [B], to which painting each is held. Returns [B]."""
        ...


class LayerLoss(Protocol):
    """A style loss in one layer, without memory."""

    parts: int
    """How many tensors a target has."""
    random: bool

    def target(self, features: Tensor) -> StyleTarget:
        """features [1, C, H, W] of a painting."""
        ...

    def loss(self, features: Tensor, target: StyleTarget) -> Tensor:
        """features [B, C, H, W], targets of B paintings, to [B]; or one of the two is alone."""
        ...


class LayerMean:
    """The mean of a layer loss over all layers (Gatys 2016, eq. 5)."""

    def __init__(self, loss: LayerLoss) -> None:
        self.layer_loss = loss
        self.random = loss.random
        self.kept: dict[str, Tensor] = {}
        self.forget()

    def forget(self) -> None:
        self._learned: list[dict[str, StyleTarget]] = []
        self._joined: dict[str, StyleTarget] | None = None

    def learn(self, features: Features) -> None:
        self._learned.append({layer: self.layer_loss.target(f) for layer, f in features.items()})
        self._joined = None

    @property
    def targets(self) -> dict[str, StyleTarget]:
        """The targets of all paintings, by layer."""
        if self._joined is None:
            layers = self._learned[0] if self._learned else {}
            self._joined = {layer: join([t[layer] for t in self._learned]) for layer in layers}
        return self._joined

    def __call__(self, features: Features, index: Tensor) -> Tensor:
        losses = [self.layer_loss.loss(features[k], pick(t, index)) for k, t in self.targets.items()]
        return torch.stack(losses).mean(0)


class WeightedSum:
    """Several losses at once (Li 2017: fusion)."""

    def __init__(self, terms: Sequence[tuple[float, StyleLoss]]) -> None:
        self.terms = tuple(terms)
        self.random = any(loss.random for _, loss in self.terms)

    @property
    def kept(self) -> dict[str, Tensor]:
        return {f"{n}.{k}": t for n, (_, loss) in enumerate(self.terms) for k, t in loss.kept.items()}

    def forget(self) -> None:
        for _, loss in self.terms:
            loss.forget()

    def learn(self, features: Features) -> None:
        for _, loss in self.terms:
            loss.learn(features)

    def __call__(self, features: Features, index: Tensor) -> Tensor:
        return torch.stack([weight * loss(features, index) for weight, loss in self.terms]).sum(0)


LAYER_LOSSES: dict[str, Callable[[], LayerLoss]] = {
    "gram": GramLoss,
    "mmd-linear": LinearMMD,
    "mmd-poly": PolynomialMMD,
    "mmd-gaussian": GaussianMMD,
    "bn-stats": MomentsLoss,
    "sliced": SlicedWassersteinLoss,
}

WINDOWS = "windows"

STYLE_LOSSES = (*LAYER_LOSSES, WINDOWS)


def new_style_loss(name: str) -> StyleLoss:
    """One of STYLE_LOSSES."""
    return WindowLoss() if name == WINDOWS else LayerMean(LAYER_LOSSES[name]())


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
        terms.append((_weight(weight or "1", term), new_style_loss(name)))
    return terms[0][1] if len(terms) == 1 and terms[0][0] == 1 else WeightedSum(terms)


def _weight(text: str, term: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        weight = math.nan
    if not 0 < weight < math.inf:
        raise LivestyleError(f"bad weight in style loss {term.strip()!r}; expected a number above 0")
    return weight


def join(targets: Sequence[StyleTarget]) -> StyleTarget:
    """The targets of several paintings as one."""
    return tuple(torch.cat(tensors) for tensors in zip(*targets, strict=True))


def pick(target: StyleTarget, index: Tensor) -> StyleTarget:
    """Of joined targets those of the paintings `index`, int64 [B]."""
    return tuple(tensor[index] for tensor in target)
