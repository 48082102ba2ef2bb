from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from livestyle.losses.diversity import diversity_loss
from livestyle.networks.texture import TextureGenerator
from livestyle.networks.vgg import load_vgg19
from livestyle.training.data import load_style
from livestyle.training.device import Place
from livestyle.training.feedforward import Perception
from livestyle.training.loop import Schedule, fit
from livestyle.training.texture import TextureObjective
from tests.workshop import write_photos, write_vgg

PLACE = Place(torch.device("cpu"), bf16=False)


@pytest.fixture(scope="module")
def perception(tmp_path_factory: pytest.TempPathFactory) -> Perception:
    folder: Path = tmp_path_factory.mktemp("texture")
    vgg = load_vgg19(write_vgg(folder / "vgg.safetensors", last="relu3_1"), "relu3_1")
    painting = load_style(write_photos(folder, 1, 64)[0], 64)
    return Perception(vgg, [painting], style_layers=("relu1_1", "relu2_1", "relu3_1"))


def trained(perception: Perception, diversity_weight: float) -> tuple[list[float], float]:
    """Style losses of a few steps, and the diversity loss of what the generator then makes."""
    torch.manual_seed(0)
    model = TextureGenerator(scales=3)
    objective = TextureObjective(perception, model, diversity_weight)
    groups = [{"params": list(model.parameters())}]
    schedule = Schedule(steps=15, rate=2e-2, decay=0)
    notes = fit(model, groups, lambda rng: torch.zeros(3, 3, 32, 32), objective, schedule, PLACE)
    losses = [note.terms["style"] for note in notes]
    with torch.no_grad():
        noise = model.noise(4, 32, torch.Generator().manual_seed(9))
        return losses, float(diversity_loss(model(noise)))


def test_the_loss_is_the_weighted_sum_and_follows_the_seed(perception: Perception) -> None:
    objective = TextureObjective(perception, TextureGenerator(scales=3), 0.5)
    like = torch.zeros(2, 3, 32, 32)
    first, again, other = (objective(like, np.random.default_rng(s), 0.0) for s in (1, 1, 2))
    torch.testing.assert_close(first["loss"], first["style"] + 0.5 * first["diversity"])
    assert first["loss"].item() == again["loss"].item() != other["loss"].item()


def test_style_is_learned_and_the_diversity_term_makes_textures_differ(perception: Perception) -> None:
    plain, alike = trained(perception, 0.0)
    _, diverse = trained(perception, 10.0)
    assert np.mean(plain[-3:]) < 0.8 * np.mean(plain[:2])
    assert diverse < alike
