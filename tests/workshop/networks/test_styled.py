from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from livestyle.workshop.networks.choices import Norm
from livestyle.workshop.networks.styled import StyledTransformer
from livestyle.workshop.networks.transformer import ARCHITECTURES, ENLARGERS, Architecture, Transformer


def batch_normalised(arch: Architecture) -> StyledTransformer:
    """With statistics and styles that are not those of a new network."""
    torch.manual_seed(0)
    model = StyledTransformer(Transformer(replace(arch, norm=Norm.BATCH)), ["one", "two"])
    with torch.no_grad():
        model.styles.add_(0.3 * torch.randn_like(model.styles))
        torch.nn.init.normal_(model.net.head.conv.weight, std=0.01)
        for _ in range(3):
            model(torch.rand(2, 3, 64, 64), torch.tensor([0, 1]))
    return model.eval()


@pytest.mark.parametrize("arch", [ARCHITECTURES["lite"], ENLARGERS["lite"]], ids=["paints", "enlarges"])
def test_batch_statistics_fold_into_the_styles(arch: Architecture) -> None:
    model = batch_normalised(arch)
    plain = model.folded()
    assert plain.net.arch.norm is Norm.NONE
    assert not any("running" in name for name in plain.state_dict())
    x, index = torch.rand(2, 3, 64, 64), torch.tensor([1, 0])
    with torch.no_grad():
        torch.testing.assert_close(plain(x, index), model(x, index), rtol=1e-3, atol=1e-4)


def test_folding_changes_nothing_where_there_is_nothing_to_fold() -> None:
    model = StyledTransformer(Transformer(ARCHITECTURES["lite"]), ["one"])
    assert model.folded() is model


def test_batch_statistics_are_of_the_batch_while_training_and_known_after() -> None:
    model = batch_normalised(ARCHITECTURES["lite"])
    x, index = torch.rand(2, 3, 64, 64), torch.tensor([0, 0])
    with torch.no_grad():
        beside = torch.cat([x[:1], 0.1 * x[1:]])
        torch.testing.assert_close(model(x, index)[0], model(beside, index)[0])
        model.train()
        assert float((model(x, index)[0] - model(beside, index)[0]).abs().mean()) > 1e-3
