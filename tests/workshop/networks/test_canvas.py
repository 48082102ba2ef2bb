"""The canvas: noise of known grain, the same for the same size, and strokes that hang on it."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from livestyle.core.errors import LivestyleError
from livestyle.workshop.networks.canvas import GRAINS, SIGMA, TILE, Canvas, draw_canvas
from livestyle.workshop.networks.transformer import ARCHITECTURES, Transformer


def net(name: str = "lite", canvas: bool = True) -> Transformer:
    torch.manual_seed(0)
    return Transformer(replace(ARCHITECTURES[name], canvas=canvas)).eval()


def test_each_channel_has_its_grain_and_the_same_strength() -> None:
    noise = draw_canvas(1, 256, 256, torch.Generator().manual_seed(0))[0]
    torch.testing.assert_close(noise.std((1, 2)), torch.full((len(GRAINS),), SIGMA), rtol=1e-3, atol=0)
    neighbours = [float((plane[:, 1:] * plane[:, :-1]).mean()) / SIGMA**2 for plane in noise]
    assert max(neighbours[:2]) < 0.05 < 0.4 < neighbours[2] < neighbours[3]


def test_it_repeats_without_a_seam() -> None:
    noise = draw_canvas(1, 64, 64, torch.Generator().manual_seed(0))[0, 3]
    inside = float((noise[:, 1:] - noise[:, :-1]).square().mean())
    across = float((noise[:, 0] - noise[:, -1]).square().mean())
    assert across < 2 * inside


def test_the_networks_own_canvas_is_one_tile_from_the_corner() -> None:
    canvas = Canvas(8)
    small, large = canvas.spread(30, 40), canvas.spread(300, 200)
    assert small.shape == (1, 4, 30, 40)
    torch.testing.assert_close(large[:, :, :30, :40], small)
    torch.testing.assert_close(large[:, :, TILE : TILE + 30, TILE : TILE + 40], small)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_flat_photo_gets_strokes_from_the_canvas_alone(name: str) -> None:
    gray = torch.full((1, 3, 64, 64), 0.5)
    painter, plain = net(name), net(name, canvas=False)
    drawn = painter.draw_canvas(gray, torch.Generator().manual_seed(1))
    assert drawn is not None
    assert drawn.shape == (1, 4, 16, 16)
    style = painter.new_styles(1)
    with torch.no_grad():
        own, again, other = (painter(gray, style, c) for c in (None, None, drawn))
        bare = plain(gray, style)
    assert torch.equal(own, again)
    assert not torch.equal(own, other)
    assert float(own.std()) > 4 * float(bare.std())
    assert plain.draw_canvas(gray, torch.Generator()) is None


def test_a_network_starts_from_one_without_canvas_and_not_from_another_shape() -> None:
    painter, plain = net(), net(canvas=False)
    assert painter.canvas is not None
    before = painter.canvas.conv.conv.weight.clone()
    painter.start_from(plain, "plain")
    torch.testing.assert_close(painter.stem.conv.conv.weight, plain.stem.conv.conv.weight)
    torch.testing.assert_close(painter.canvas.conv.conv.weight, before)
    with pytest.raises(LivestyleError, match="another network"):
        plain.start_from(painter, "painter")
    with pytest.raises(LivestyleError, match="another network"):
        net("half").start_from(plain, "plain")
