from __future__ import annotations

import pytest
import torch

from livestyle.workshop.losses.peaks import LIMIT, peak_loss, watched
from livestyle.workshop.networks.transformer import ARCHITECTURES, Transformer


def test_noise_has_no_peaks_and_a_spike_is_one_at_any_strength() -> None:
    torch.manual_seed(0)
    flat = torch.randn(2, 3, 40, 40)
    assert peak_loss(flat).item() == 0
    flat[0, 1, 20, 20] = 1000.0
    share = peak_loss(flat).item()
    assert share == pytest.approx((39.95 - LIMIT) ** 2 / 1600 / 6, rel=0.02)  # the spike of six channels
    assert peak_loss(flat * 7 + 2).item() == pytest.approx(share, rel=1e-4)


def test_a_network_loses_its_spike() -> None:
    torch.manual_seed(0)
    flat = torch.randn(1, 1, 24, 24)
    flat[0, 0, 5, 5] = 60.0
    flat.requires_grad_()
    before = peak_loss(flat).item()
    for _ in range(40):
        (slope,) = torch.autograd.grad(peak_loss(flat), flat)
        flat = (flat - 2 * slope / slope.abs().max().clamp_min(1e-9)).detach().requires_grad_()
    assert peak_loss(flat).item() < 0.1 * before


def test_all_norms_are_watched_while_they_learn() -> None:
    net = Transformer(ARCHITECTURES["lite"])
    photo, style = torch.rand(1, 3, 32, 32), net.new_styles(1)
    with watched(net.norms()) as peaks:
        net(photo, style)
        with torch.no_grad():
            net(photo, style)
    net(photo, style)
    assert len(peaks) == len(list(net.norms()))
    torch.stack(peaks).sum().backward()
