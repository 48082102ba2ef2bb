"""Gatys 2016: optimise the pixels themselves. The reference that every fast network is measured by."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

PixelObjective = Callable[[Tensor], Tensor]


def optimize_pixels(start: Tensor, objective: PixelObjective, iterations: int) -> Iterator[float]:
    """Minimise `objective` over the pixels of `start` [1, 3, H, W], in place, by L-BFGS.

    Yields the objective before the first and after every iteration. Pixels may leave [0, 1].
    """
    # torch's L-BFGS fails on images that are not contiguous.
    pixels = start.detach().contiguous().requires_grad_(True)
    optimizer = torch.optim.LBFGS(
        [pixels], lr=1.0, max_iter=1, history_size=20, line_search_fn="strong_wolfe"
    )

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = objective(pixels)
        loss.backward()
        return loss

    with torch.no_grad():
        yield objective(pixels).item()
    for _ in range(iterations):
        optimizer.step(closure)
        with torch.no_grad():
            start.copy_(pixels)
            yield objective(pixels).item()
