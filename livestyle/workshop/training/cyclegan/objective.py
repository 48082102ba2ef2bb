"""CycleGAN (Zhu 2017): both directions are trained at once, so that each can undo the other."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from livestyle.core.ending import interrupted
from livestyle.core.errors import LivestyleError
from livestyle.workshop.losses.adversarial import (
    POOL_SIZE,
    PicturePool,
    critic_loss,
    generator_loss,
    reconstruction_loss,
)
from livestyle.workshop.networks.cyclegan import CycleNetworks
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.loop import Draw, Note, Schedule, resume, save
from livestyle.workshop.training.resuming import check_weights

BETAS = (0.5, 0.999)
"""Of Adam, as the code of Zhu 2017 has them."""


@dataclass(frozen=True)
class CycleWeights:
    """cycle: λ of the cycle loss; identity: of the identity loss, times `cycle` (Zhu 2017, section 5.2)."""

    cycle: float = 10.0
    identity: float = 0.5


def generator_terms(
    networks: CycleNetworks, a: Tensor, b: Tensor, weights: CycleWeights
) -> tuple[dict[str, Tensor], Tensor, Tensor]:
    """The generators' terms (Zhu 2017, eq. 3) with 'generators', their weighted sum; b from a; a from b."""
    painted, unpainted = networks.paint(a), networks.unpaint(b)
    adversarial = generator_loss(networks.critic_b(painted)) + generator_loss(networks.critic_a(unpainted))
    back = reconstruction_loss(networks.unpaint(painted), a)
    cycle = back + reconstruction_loss(networks.paint(unpainted), b)
    terms = {"adversarial": adversarial, "cycle": cycle}
    loss = adversarial + weights.cycle * cycle
    if weights.identity > 0:
        same = reconstruction_loss(networks.paint(b), b) + reconstruction_loss(networks.unpaint(a), a)
        terms["identity"] = same
        loss = loss + weights.cycle * weights.identity * same
    return {"generators": loss, **terms}, painted, unpainted


@dataclass
class CycleTraining:
    """Holds all that a training changes: it is saved, and resumed from."""

    networks: CycleNetworks
    generators: torch.optim.Adam
    critics: torch.optim.Adam
    paintings: PicturePool
    photos: PicturePool

    @classmethod
    def new(cls, networks: CycleNetworks, pool: int = POOL_SIZE) -> CycleTraining:
        generators = torch.optim.Adam(networks.generators(), betas=BETAS)
        critics = torch.optim.Adam(networks.critics(), betas=BETAS)
        return cls(networks, generators, critics, PicturePool(pool), PicturePool(pool))

    def state(self) -> dict[str, Any]:
        """As a checkpoint holds it; 'model' and 'back' are the generators."""
        critics = {name: getattr(self.networks, name).state_dict() for name in ("critic_a", "critic_b")}
        return {
            "model": self.networks.ab.state_dict(),
            "back": self.networks.ba.state_dict(),
            **critics,
            "generators": self.generators.state_dict(),
            "critics": self.critics.state_dict(),
            "paintings": self.paintings.pictures,
            "photos": self.photos.pictures,
        }

    def load(self, state: dict[str, Any], place: Place) -> None:
        """Take over what `state` gave."""
        self.networks.ab.load_state_dict(state["model"])
        self.networks.ba.load_state_dict(state["back"])
        for name in ("critic_a", "critic_b"):
            getattr(self.networks, name).load_state_dict(state[name])
        self.generators.load_state_dict(state["generators"])
        self.critics.load_state_dict(state["critics"])
        self.paintings.pictures = [place.images(p) for p in state["paintings"]]
        self.photos.pictures = [place.images(p) for p in state["photos"]]


def fit_cycle(
    training: CycleTraining,
    draw_a: Draw,
    draw_b: Draw,
    weights: CycleWeights,
    schedule: Schedule,
    place: Place,
    checkpoint: Path | None = None,
    meta: dict[str, Any] | None = None,
) -> Iterator[Note]:
    """Train in place and yield a Note after each step: first the generators, then the critics.

    As in `fit`, each step draws from a generator seeded with (seed, step), so a run that was killed and
    resumed sees what an unbroken one sees. LivestyleError when a loss is no number.
    """
    networks = training.networks
    start = resume(checkpoint, lambda state: training.load(state, place), meta)
    for step in range(start, schedule.steps):
        for group in (*training.generators.param_groups, *training.critics.param_groups):
            group["lr"] = schedule.rate * schedule.factor(step)
        rng = np.random.default_rng((schedule.seed, step))
        a, b = place.images(draw_a(rng)), place.images(draw_b(rng))
        _require_gradients(networks, critics=False)
        with place.autocast():
            terms, painted, unpainted = generator_terms(networks, a, b, weights)
        _descend(training.generators, terms["generators"], step)
        _require_gradients(networks, critics=True)
        paintings = place.images(training.paintings.swap(painted, rng))
        photos = place.images(training.photos.swap(unpainted, rng))
        with place.autocast():
            of_b = critic_loss(networks.critic_b(b), networks.critic_b(paintings))
            terms["critics"] = of_b + critic_loss(networks.critic_a(a), networks.critic_a(photos))
        _descend(training.critics, terms["critics"], step)
        if schedule.saves(step + 1):
            check_weights(list(networks.parameters()), step + 1)
        stopping = interrupted()
        if checkpoint and (schedule.saves(step + 1) or stopping):
            save(checkpoint, {**training.state(), "step": step + 1, "meta": meta or {}})
        yield Note(step + 1, {name: term.item() for name, term in terms.items()})
        if stopping:
            return


def _require_gradients(networks: CycleNetworks, critics: bool) -> None:
    """The critics' weights need none while the generators learn."""
    for parameter in networks.critics():
        parameter.requires_grad_(critics)


def _descend(optimizer: torch.optim.Adam, loss: Tensor, step: int) -> None:
    if not math.isfinite(loss.item()):
        raise LivestyleError(f"the loss is {loss.item()} at step {step + 1}; lower --rate or the weights")
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
