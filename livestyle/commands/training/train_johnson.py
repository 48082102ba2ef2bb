"""`livestyle train --method johnson`: one painting, a network of its own. Imports torch."""

from __future__ import annotations

from livestyle.commands.training.request import Request
from livestyle.commands.training.train_cin import train_painters
from livestyle.workshop.training.paintings import one_painting
from livestyle.workshop.training.perceptual import JOHNSON_LAYERS


def run(request: Request) -> None:
    """As cin with one painting, but with Johnson's layers, rate and crops, and his norm if asked for."""
    request.need("style", "content", "out")
    assert request.style is not None
    painting = one_painting(request.style, request.notes)
    train_painters(request, (painting,), crop_px=256, rate=1e-3, layers=JOHNSON_LAYERS)
