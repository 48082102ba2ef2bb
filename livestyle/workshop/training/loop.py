"""The training loop of all methods: draw photos, compute the loss, step, note, save."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from livestyle.core.ending import interrupted
from livestyle.core.errors import LivestyleError
from livestyle.core.output_file import replacing
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.resuming import check_same, check_weights

CHECKPOINT = "checkpoint.pt"
"""The file in the work folder from which a training is resumed."""

Objective = Callable[[Tensor, np.random.Generator, float], dict[str, Tensor]]
"""Photos, a generator for what is drawn, and how far the training is (0 to 1), to named terms."""

Draw = Callable[[np.random.Generator], Tensor]


@dataclass(frozen=True)
class Schedule:
    """How long and how fast. The rate is held, then falls linearly to zero over `decay` of the steps.

    warm: steps in which the rate grows to what it is. Adam's first steps move each weight by the whole
    rate; in a convolution of 9x9 over 32 channels that saturates a sigmoid for good.
    """

    steps: int
    rate: float = 2e-3
    decay: float = 0.4
    clip: float = 1.0
    seed: int = 0
    save_every: int = 250
    warm: int = 0

    def saves(self, done: int) -> bool:
        """Whether a checkpoint is written after so many steps."""
        return done % self.save_every == 0 or done == self.steps

    def factor(self, step: int) -> float:
        """The share of `rate` at a step (from 0)."""
        grown = (step + 1) / self.warm if self.warm else 1.0
        left = (self.steps - step) / (self.steps * self.decay) if self.decay else 1.0
        return min(1.0, grown, left)


@dataclass(frozen=True)
class Note:
    """What one step gave: its number (from 1) and its terms as plain numbers."""

    step: int
    terms: dict[str, float]


def fit(
    model: nn.Module,
    groups: list[dict[str, Any]],
    draw: Draw,
    objective: Objective,
    schedule: Schedule,
    place: Place,
    checkpoint: Path | None = None,
    meta: dict[str, Any] | None = None,
    kept: dict[str, Tensor] | None = None,
) -> Iterator[Note]:
    """Train `model` in place and yield a Note after each step; the caller may look at any time.

    groups: Adam's parameter groups; 'scale' in a group multiplies the rate. Each step draws from a
    generator seeded with (seed, step), so a run that was killed and resumed from `checkpoint` sees
    what an unbroken one sees. `meta` is kept in the checkpoint, and so are the tensors
    `kept`, which change in place (see `StyleLoss`). One that is interrupted inside
    `ending.uninterrupted` saves after its step, and that step is its last. LivestyleError when the loss
    is no number, or when the training diverges or goes on with other styles than it began with.
    """
    optimizer = torch.optim.Adam([{"lr": schedule.rate, **g} for g in groups])
    trained = [p for g in groups for p in g["params"]]

    def load(state: dict[str, Any]) -> None:
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        for name, tensor in (kept or {}).items():
            tensor.copy_(state.get("kept", {}).get(name, tensor))

    start = resume(checkpoint, load, meta)
    for step in range(start, schedule.steps):
        for group in optimizer.param_groups:
            group["lr"] = schedule.rate * group.get("scale", 1.0) * schedule.factor(step)
        rng = np.random.default_rng((schedule.seed, step))
        photo = place.images(draw(rng))
        with place.autocast():
            terms = objective(photo, rng, step / schedule.steps)
        if not math.isfinite(terms["loss"].item()):
            raise LivestyleError(
                f"the loss is {terms['loss'].item()} at step {step + 1}; lower --rate or the weights"
            )
        optimizer.zero_grad(set_to_none=True)
        terms["loss"].backward()
        nn.utils.clip_grad_norm_(trained, schedule.clip)
        optimizer.step()
        if schedule.saves(step + 1):
            check_weights(trained, step + 1)
        stopping = interrupted()
        if checkpoint and (schedule.saves(step + 1) or stopping):
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step + 1}
            save(checkpoint, {**state, "kept": kept or {}, "meta": meta or {}})
        yield Note(step + 1, {name: term.item() for name, term in terms.items()})
        if stopping:
            return


def save(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint whole or not at all, so that a killed run never leaves half of one."""
    try:
        with replacing(path) as part:
            torch.save(state, part)
    except RuntimeError as error:  # torch's writer drops the system's own words
        raise LivestyleError(f"cannot write {path}: {error}; is the disk full?") from error


def resume(
    checkpoint: Path | None, load: Callable[[dict[str, Any]], None], meta: dict[str, Any] | None = None
) -> int:
    """The step to go on with, once `load` has taken over what is saved; 0 where nothing is.

    LivestyleError where it is something else, or began with other styles or networks than `meta` has.
    """
    if checkpoint is None or not checkpoint.exists():
        return 0
    try:
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)
        check_same(state.get("meta") or {}, meta or {})
        load(state)
        return int(state["step"])
    except (OSError, KeyError, RuntimeError, ValueError, EOFError, UnpicklingError, LivestyleError) as error:
        what = (str(error) or "it is empty").splitlines()[0]
        raise LivestyleError(
            f"cannot go on from {checkpoint}: {what}; "
            "resume with the original options, or start a new training"
        ) from error


def method_of(work: Path) -> str:
    """What kind of training lies in a folder: the 'method' of its meta or of its record, or 'cin'.

    LivestyleError where none lies there.
    """
    path = work / CHECKPOINT
    try:
        meta = torch.load(path, map_location="cpu", weights_only=True)["meta"]
        return str(meta.get("method") or meta.get("training", {}).get("method", "cin"))
    except (OSError, KeyError, RuntimeError, EOFError, UnpicklingError) as error:
        raise LivestyleError(f"{path} holds no training of livestyle: {error}") from error
