"""Optimises the pixels themselves (Gatys 2016), the reference that every fast network is compared with."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from livestyle.core.errors import LivestyleError
from livestyle.workshop.optimize.choices import Optimizer
from livestyle.workshop.training.loop import Note

PixelObjective = Callable[[Tensor], dict[str, Tensor]]
"""A picture [1, 3, H, W] to named terms, each a scalar; 'loss' is what is minimised."""

ADAM_RATE = 0.02

REMEMBERED = 3
"""Pictures whose loss and gradient are kept, because L-BFGS asks for them again."""

MAX_EVALUATIONS = 25
"""Of the objective, in one line search."""

FIRST_STEP = 0.01
"""How far L-BFGS first moves a pixel, on average; torch's own step, 1 over all pixels, is below rounding."""


def optimize_pixels(
    start: Tensor,
    objective: PixelObjective,
    iterations: int,
    optimizer: Optimizer = Optimizer.LBFGS,
    rate: float = ADAM_RATE,
) -> Iterator[Note]:
    """Minimise the objective over the pixels of `start` [1, 3, H, W], in place.

    Yields a Note before the first iteration, numbered 0, and after every one; `start` holds the
    picture that the note tells of. Pixels may leave [0, 1]. Ends early where no better picture
    is found twice in a row. rate: Adam's. LivestyleError when the loss is no number.
    """
    # torch's L-BFGS fails on images and gradients that are not contiguous.
    pixels = start.detach().clone(memory_format=torch.contiguous_format).requires_grad_(True)
    seen = _Evaluations(objective)
    stepper = _stepper(pixels, optimizer, rate)
    yield _note(0, seen(pixels))
    stuck = False
    for step in range(1, iterations + 1):
        stepper.step(lambda: seen.scaled_loss(pixels))
        stepper.param_groups[0]["lr"] = rate if optimizer is Optimizer.ADAM else 1.0
        note = _note(step, seen(pixels))
        if torch.equal(pixels.detach(), start):
            if stuck:
                return
            # The remembered curvature led nowhere: try once more with the gradient alone.
            stuck, stepper = True, _stepper(pixels, optimizer, rate)
        else:
            stuck = False
        start.copy_(pixels.detach())
        yield note


def _stepper(pixels: Tensor, optimizer: Optimizer, rate: float) -> torch.optim.Optimizer:
    if optimizer is Optimizer.ADAM:
        return torch.optim.Adam([pixels], lr=rate)
    # Without max_eval a step of one iteration has one evaluation, and no line search.
    return torch.optim.LBFGS(
        [pixels], lr=FIRST_STEP * pixels.numel(), max_iter=1, max_eval=MAX_EVALUATIONS, history_size=20,
        line_search_fn="strong_wolfe", tolerance_grad=0, tolerance_change=0,
    )  # fmt: skip


class _Evaluations:
    """Computes the objective and its gradient, once for each of the last pictures.

    At the start of each step torch's L-BFGS asks again for the picture with which the last step ended; half
    of the time would be spent on what is known already. Its tolerances suit sums over pixels, but these
    losses are means. So loss and gradient are scaled such that the gradient of a pixel starts at 1.
    """

    def __init__(self, objective: PixelObjective) -> None:
        self._objective = objective
        self._known: list[tuple[Tensor, dict[str, Tensor], Tensor]] = []
        self._scale: float | None = None

    def scaled_loss(self, pixels: Tensor) -> float:
        loss = self(pixels)["loss"].item()
        return loss * (self._scale or 1.0)

    def __call__(self, pixels: Tensor) -> dict[str, Tensor]:
        """The terms; the gradient of 'loss', scaled, is left in pixels.grad."""
        for point, terms, gradient in reversed(self._known):
            if torch.equal(point, pixels.detach()):
                pixels.grad = gradient
                return terms
        with torch.enable_grad():
            terms = self._objective(pixels)
            gradient = torch.autograd.grad(terms["loss"], pixels)[0].contiguous()
        self._scale = self._scale or 1 / (gradient.abs().mean().item() or 1.0)
        gradient *= self._scale
        terms = {name: term.detach() for name, term in terms.items()}
        self._known = [*self._known[1 - REMEMBERED :], (pixels.detach().clone(), terms, gradient)]
        pixels.grad = gradient
        return terms


def _note(step: int, terms: dict[str, Tensor]) -> Note:
    note = Note(step, {name: term.item() for name, term in terms.items()})
    if not math.isfinite(note.terms["loss"]):
        raise LivestyleError(
            f"the loss is {note.terms['loss']} at iteration {step}; lower the weights, or try adam"
        )
    return note
