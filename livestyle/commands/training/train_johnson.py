"""`livestyle train johnson`: one painting, a network of its own. Imports torch."""

from __future__ import annotations

from livestyle.commands.training.train_cin import train_painters
from livestyle.commands.training.train_methods import JohnsonArguments
from livestyle.workshop.training.paintings import one_painting
from livestyle.workshop.training.perceptual import JOHNSON_LAYERS


def run(given: JohnsonArguments) -> None:
    """As cin with one painting, but with Johnson's layers, and his norm if asked for."""
    train_painters(given, (one_painting(given.style, given.notes),), JOHNSON_LAYERS)
