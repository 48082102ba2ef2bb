from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from livestyle.workshop.reproduction.domain_classifier import DomainClassifier, translated
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.loop import Schedule

PLACE = Place(torch.device("cpu"), bf16=False)


def flat(rng: np.random.Generator) -> Tensor:
    return torch.full((2, 3, 48, 48), float(rng.random()))


def noisy(rng: np.random.Generator) -> Tensor:
    return (flat(rng) + torch.from_numpy(rng.normal(0, 0.1, (2, 3, 48, 48)))).float()


def test_tells_sets_apart_and_sees_what_moves() -> None:
    classifier = DomainClassifier(PLACE)
    for _ in classifier.train(flat, noisy, Schedule(steps=40, rate=1e-3)):
        pass
    rng = np.random.default_rng(7)
    photos, paintings = flat(rng).split(1), noisy(rng).split(1)
    assert classifier.share(photos) < 0.2
    assert classifier.share(paintings) > 0.8
    grain = noisy(rng)[:1] - 0.5
    assert classifier.share(translated(lambda x: x + grain, photos, PLACE)) > 0.8
