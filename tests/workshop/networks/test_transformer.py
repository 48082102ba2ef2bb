from __future__ import annotations

import pytest
import torch

from livestyle.workshop.networks.norms import ConditionalInstanceNorm
from livestyle.workshop.networks.transformer import ARCHITECTURES, ENLARGERS, Transformer
from tests.workshop.networks.work import macs


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_keeps_the_size_and_stays_in_range(name: str) -> None:
    torch.manual_seed(0)
    net = Transformer(ARCHITECTURES[name])
    x = torch.rand(2, 3, 64, 96)
    y = net(x, net.new_styles(2))
    assert y.shape == x.shape
    assert float(y.detach().min()) > 0
    assert float(y.detach().max()) < 1


def test_wide_has_the_parameters_of_johnson() -> None:
    net = Transformer(ARCHITECTURES["wide"])
    weights = sum(p.numel() for n, p in net.named_parameters() if n.endswith("weight"))
    # Johnson's 1 676 035 counts the biases of all 16 convolutions; here a norm follows 15 of them.
    biases_without_norm = sum(m.channels for m in net.norms()) + 3
    assert weights + biases_without_norm == 1_676_035


def test_macs_of_johnson_at_256() -> None:
    assert macs(Transformer(ARCHITECTURES["wide"]), 256, 256) / 1e9 == pytest.approx(10.1, abs=0.1)


def test_lite_is_small_enough_for_a_cpu() -> None:
    assert 2.5e9 < macs(Transformer(ARCHITECTURES["lite"]), 480, 640) < 4.5e9


@pytest.mark.parametrize("name", ENLARGERS)
def test_enlarges_four_times_around_the_picture_itself(name: str) -> None:
    torch.manual_seed(0)
    net = Transformer(ENLARGERS[name])
    with torch.no_grad():
        y = net(torch.full((2, 3, 32, 48), 0.3), net.new_styles(2))
    assert ENLARGERS[name].scale == 4
    torch.testing.assert_close(y, torch.full((2, 3, 128, 192), 0.3))


def test_the_wide_enlarger_is_johnsons() -> None:
    layers = (
        3 * 64 * 81 + 8 * 64 * 64 * 9 + 2 * 64 * 64 * 9 + 64 * 3 * 81
    )  # c9-64, 4 residual 64, two up, c9-3
    weights = (
        p.numel() for n, p in Transformer(ENLARGERS["wide"]).named_parameters() if n.endswith("weight")
    )
    assert sum(weights) == layers
    work = [macs(Transformer(ENLARGERS[name]), 480, 640) for name in ("wide", "lite")]
    assert work[0] == 480 * 640 * (3 * 64 * 81 + 8 * 36864 + 4 * 36864 + 16 * 36864 + 16 * 64 * 3 * 81)
    assert work[1] < work[0] / 12


def test_style_vector_is_used_whole_and_once() -> None:
    net = Transformer(ARCHITECTURES["lite"])
    used = torch.zeros(net.style_length)
    for norm in net.norms():
        used[norm.offset : norm.offset + 2 * norm.channels] += 1
    assert bool((used == 1).all())


def test_instance_norm_is_blind_to_gain_and_offset() -> None:
    norm = ConditionalInstanceNorm(4, 0)
    style = torch.rand(2, 8)
    x = torch.randn(2, 4, 16, 16)
    torch.testing.assert_close(norm(3 * x + 5, style), norm(x, style), rtol=1e-3, atol=1e-4)


def test_one_image_is_normalised_as_in_a_batch() -> None:
    norm = ConditionalInstanceNorm(4, 2)
    style = torch.rand(3, 12)
    x = torch.randn(3, 4, 8, 8)
    alone = torch.cat([norm(x[i : i + 1], style[i : i + 1]) for i in range(3)])
    torch.testing.assert_close(norm(x, style), alone)


def test_each_image_gets_its_own_style() -> None:
    torch.manual_seed(0)
    net = Transformer(ARCHITECTURES["lite"]).eval()
    styles = net.new_styles(2) + 0.1 * torch.randn(2, net.style_length)
    x = torch.rand(1, 3, 64, 64)
    both = net(x.expand(2, -1, -1, -1), styles)
    torch.testing.assert_close(both[1:], net(x, styles[1:]))
    assert float((both[0] - both[1]).abs().mean()) > 1e-3
