"""A frame with nothing on it is not painted: normalised, its last bits would be the painting."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from livestyle.core.size import Size
from livestyle.model.card import resolve_shapes
from livestyle.workshop.export.live_graph import LiveGraph
from livestyle.workshop.export.live_transformer import live_graph
from livestyle.workshop.export.steadiness import state_shapes
from livestyle.workshop.networks.transformer import ARCHITECTURES, Transformer

SIZE = Size(96, 64)


@pytest.fixture(scope="module")
def live() -> LiveGraph:
    torch.manual_seed(0)
    return live_graph(Transformer(ARCHITECTURES["lite"]).eval())


@torch.no_grad()
def painted(live: LiveGraph, frame: Tensor) -> Tensor:
    one, zero = torch.ones(1), torch.zeros(1)
    past = (torch.zeros(s) for s in resolve_shapes(state_shapes(live.net.style_length), SIZE).values())
    found: Tensor = live(frame, live.net.new_styles(1), one, zero, zero, *past)[0]
    return found


@pytest.mark.parametrize("value", [0, 1, 128, 255])
def test_one_colour_stays_that_colour(live: LiveGraph, value: int) -> None:
    frame = torch.full((1, SIZE.height, SIZE.width, 3), value, dtype=torch.uint8)
    assert torch.equal(painted(live, frame), frame)


def test_so_does_a_pattern_finer_than_any_block(live: LiveGraph) -> None:
    y, x = torch.meshgrid(torch.arange(SIZE.height), torch.arange(SIZE.width), indexing="ij")
    frame = (((x + y) % 2) * 255).to(torch.uint8)[None, :, :, None].expand(-1, -1, -1, 3).contiguous()
    assert torch.equal(painted(live, frame), frame)


def test_little_on_it_is_painted(live: LiveGraph) -> None:
    frame = torch.full((1, SIZE.height, SIZE.width, 3), 100, dtype=torch.uint8)
    frame[:, 20:40, 30:60] = 110
    assert float((painted(live, frame).float() - frame).abs().mean()) > 10


def test_it_comes_gradually(live: LiveGraph) -> None:
    changes = []
    for step in range(1, 8):
        frame = torch.full((1, SIZE.height, SIZE.width, 3), 100, dtype=torch.uint8)
        frame[:, :32] += step
        changes.append(float((painted(live, frame).float() - frame).abs().mean()))
    assert changes[0] == 0
    assert 0 < changes[1] < changes[2] < changes[3]
