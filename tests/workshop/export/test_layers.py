"""The live graph's layers give the numbers of the network's, and their weights go back."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from livestyle.core.size import Size
from livestyle.model.card import resolve_shapes
from livestyle.workshop.export.layers import from_live, to_live
from livestyle.workshop.export.live_transformer import live_graph
from livestyle.workshop.export.steadiness import state_shapes
from livestyle.workshop.networks.choices import Norm
from livestyle.workshop.networks.transformer import ARCHITECTURES, Transformer

SIZE = Size(96, 64)


NETS = {**ARCHITECTURES, "without norm": replace(ARCHITECTURES["lite"], norm=Norm.NONE)}


@pytest.fixture(params=sorted(NETS))
def net(request: pytest.FixtureRequest) -> Transformer:
    torch.manual_seed(0)
    return Transformer(NETS[request.param]).eval()


@torch.no_grad()
def test_the_painting_is_the_network_s(net: Transformer) -> None:
    frame = torch.randint(0, 256, (1, SIZE.height, SIZE.width, 3), dtype=torch.uint8)
    style = net.new_styles(1) + 0.1 * torch.randn(1, net.style_length)
    one, zero = torch.ones(1), torch.zeros(1)
    past = (torch.zeros(s) for s in resolve_shapes(state_shapes(net.style_length), SIZE).values())
    found = live_graph(net)(frame, style, one, zero, zero, *past)[0].float()
    rgb = frame.flip(3).permute(0, 3, 1, 2).float() / 255
    expected = (net(rgb, style) * 255).permute(0, 2, 3, 1).flip(3)
    assert float((found - expected).abs().max()) < 0.51


def test_the_weights_go_there_and_back(net: Transformer) -> None:
    state = net.state_dict()
    live = to_live(state, net.arch)
    assert not torch.equal(live["net.head.conv.bias"], state["head.conv.bias"])
    torch.testing.assert_close(from_live(live, net.arch), dict(state), rtol=1e-6, atol=1e-7)


def test_the_network_itself_stays_as_it_is(net: Transformer) -> None:
    before = {name: value.clone() for name, value in net.state_dict().items()}
    live_graph(net)
    torch.testing.assert_close(net.state_dict(), before, rtol=0, atol=0)
