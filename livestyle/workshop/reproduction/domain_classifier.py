"""Photo or painting? A small classifier of patches, to see where translated pictures belong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from livestyle.workshop.networks.cyclegan import PatchCritic
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.loop import Draw, Note, Schedule, fit

CHANNELS = 24
SCHEDULE = Schedule(steps=400, rate=1e-3)


class DomainClassifier:
    """Says with which probability pictures are of set b. It is trained apart from any generator, so no
    generator has learned to deceive it; pictures that it is asked about should be held out.
    """

    def __init__(self, place: Place, seed: int = 0) -> None:
        torch.manual_seed(seed)
        self._place = place
        self._critic = PatchCritic(CHANNELS)
        place.module(self._critic)

    def train(self, draw_a: Draw, draw_b: Draw, schedule: Schedule = SCHEDULE) -> Iterator[Note]:
        """Tell pictures of the two sets apart, step by step; each draw is [B, 3, H, W] in [0, 1]."""

        def draw(rng: np.random.Generator) -> Tensor:
            return torch.cat([draw_a(rng), draw_b(rng)])

        def objective(pictures: Tensor, rng: np.random.Generator, progress: float) -> dict[str, Tensor]:
            answer = torch.arange(len(pictures), device=pictures.device) >= len(pictures) // 2
            return {"loss": F.binary_cross_entropy_with_logits(self._score(pictures), answer.float())}

        groups = [{"params": list(self._critic.parameters())}]
        return fit(self._critic, groups, draw, objective, schedule, self._place)

    @torch.no_grad()
    def share(self, pictures: Sequence[Tensor]) -> float:
        """The mean probability that the pictures, [1, 3, H, W] each, are of set b."""
        with self._place.autocast():
            scores = [self._score(self._place.images(p)).sigmoid() for p in pictures]
        return torch.cat(scores).mean().item()

    def _score(self, pictures: Tensor) -> Tensor:
        """Mean over the patches, [B]."""
        scores: Tensor = self._critic(pictures).float().mean(dim=(1, 2, 3))
        return scores


@torch.no_grad()
def translated(
    translate: Callable[[Tensor], Tensor], pictures: Sequence[Tensor], place: Place
) -> list[Tensor]:
    """Each picture [1, 3, H, W] through a generator, float32."""
    with place.autocast():
        return [translate(place.images(picture)).float() for picture in pictures]
