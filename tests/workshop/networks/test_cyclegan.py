from __future__ import annotations

import pytest
import torch
from torch import nn

from livestyle.workshop.networks.cyclegan import GENERATORS, CycleNetworks, PatchCritic, initialize
from livestyle.workshop.networks.styled import StyledTransformer
from livestyle.workshop.networks.transformer import Transformer


def parameters(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(("arch", "paper", "blocks"), [("six", 7_837_699, 6), ("wide", 11_378_179, 9)])
def test_as_many_weights_as_the_papers_generators(arch: str, paper: int, blocks: int) -> None:
    """The paper's have biases in front of their normalisations too, where they do nothing."""
    idle = 64 + 128 + 256 + blocks * 2 * 256 + 128 + 64
    assert parameters(Transformer(GENERATORS[arch])) == paper - idle


def test_as_many_parameters_as_the_papers_critic() -> None:
    assert parameters(PatchCritic()) == 2_764_737


def test_a_generator_sees_no_shift_of_the_picture() -> None:
    """So it is of no account that the paper has pictures in [−1, 1]."""
    torch.manual_seed(0)
    generator = StyledTransformer(Transformer(GENERATORS["lite"]), ["b"])
    initialize(generator)
    picture = torch.rand(1, 3, 64, 64)
    only = torch.zeros(1, dtype=torch.int64)
    shifted = generator(2 * picture - 1, only)
    torch.testing.assert_close(shifted, generator(picture, only), rtol=0, atol=2e-2)


def test_there_and_back() -> None:
    networks = CycleNetworks("lite", "paintings", "photos")
    assert (networks.ab.names, networks.ba.names) == (["paintings"], ["photos"])
    picture = torch.rand(2, 3, 64, 96)
    with torch.no_grad():
        painted = networks.paint(picture)
        back = networks.unpaint(painted)
    assert painted.shape == back.shape == picture.shape
    assert 0 <= float(painted.min()) < float(painted.max()) <= 1
    count = len(networks.generators()) + len(networks.critics())
    assert count == len(list(networks.parameters()))


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
    convs = [m for m in CycleNetworks("lite").ab.modules() if isinstance(m, nn.Conv2d)]
    weights = torch.cat([conv.weight.flatten() for conv in convs])
    assert weights.std().item() == pytest.approx(0.02, rel=0.02)
