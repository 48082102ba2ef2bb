"""Batch and instance normalisation: what each is blind to, and what the exported network is made of."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from livestyle.workshop.networks.norms import ConditionalBatchNorm, ConditionalInstanceNorm, StyleNorm
from livestyle.workshop.networks.transformer import ARCHITECTURES, Transformer


def test_batch_norm_is_torchs_with_gamma_and_beta_of_each_style() -> None:
    torch.manual_seed(0)
    norm, plain = ConditionalBatchNorm(4, 2), nn.BatchNorm2d(4, affine=False)
    style = torch.rand(3, 12)
    gamma, beta = style[:, 2:6, None, None], style[:, 6:10, None, None]
    for _ in range(3):
        x = torch.randn(3, 4, 8, 8) * 3 + 1
        torch.testing.assert_close(norm(x, style), plain(x) * gamma + beta)
    norm.eval(), plain.eval()
    torch.testing.assert_close(norm(x, style), plain(x) * gamma + beta)


def test_an_instance_normalised_net_is_blind_to_exposure_and_a_batch_normalised_is_not() -> None:
    """Ulyanov 2016: x → a·x + b changes nothing behind the first normalisation."""
    torch.manual_seed(0)
    x = torch.rand(2, 3, 64, 64)
    other = torch.stack([0.6 * x[0] + 0.2, x[1]])
    differences = []
    for norm in (ConditionalInstanceNorm, ConditionalBatchNorm):
        net = Transformer(ARCHITECTURES["half"], norm)
        style = net.new_styles(2)
        with torch.no_grad():
            differences.append(float((net(x, style) - net(other, style)).abs().max()))
    assert differences[0] < 1e-3
    assert differences[1] > 30 * differences[0]


@pytest.mark.parametrize("norm", [ConditionalInstanceNorm, ConditionalBatchNorm])
def test_the_same_weights_and_the_same_style_vector_with_either(norm: type[StyleNorm]) -> None:
    net, usual = Transformer(ARCHITECTURES["lite"], norm), Transformer(ARCHITECTURES["lite"])
    assert net.style_length == usual.style_length
    assert dict(net.named_parameters()).keys() == usual.state_dict().keys()
    assert net(torch.rand(1, 3, 64, 64), net.new_styles(1)).shape == (1, 3, 64, 64)
