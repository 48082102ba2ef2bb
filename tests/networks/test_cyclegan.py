from __future__ import annotations

import pytest
import torch
from torch import nn

from livestyle.networks.cyclegan import CycleGenerator, PatchCritic


def parameters(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def test_as_many_parameters_as_the_papers_networks() -> None:
    assert parameters(CycleGenerator(6)) == 7_837_699
    assert parameters(CycleGenerator(9)) == 11_378_179
    assert parameters(PatchCritic()) == 2_764_737


def test_pictures_in_pictures_out() -> None:
    picture = CycleGenerator(1, channels=8)(torch.rand(2, 3, 64, 96)).detach()
    assert picture.shape == (2, 3, 64, 96)
    assert 0 <= float(picture.min()) < float(picture.max()) <= 1


def test_scores_are_those_of_patches_of_70_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the normalisation, which sees the whole picture, a score hangs on 70 x 70 pixels."""
    monkeypatch.setattr(nn.functional, "instance_norm", lambda x: x)
    critic = PatchCritic(channels=2)
    picture = torch.rand(1, 3, 256, 256, requires_grad=True)
    scores = critic(picture)
    assert scores.shape == (1, 1, 30, 30)
    (gradient,) = torch.autograd.grad(scores[0, 0, 15, 15], picture)
    rows, columns = gradient[0].abs().sum(0).nonzero().T
    assert int(rows.max() - rows.min()) + 1 == 70
    assert int(columns.max() - columns.min()) + 1 == 70


def test_weights_start_small() -> None:
    weights = torch.cat([m.weight.flatten() for m in CycleGenerator(1).modules() if isinstance(m, nn.Conv2d)])
    assert weights.std().item() == pytest.approx(0.02, rel=0.01)
