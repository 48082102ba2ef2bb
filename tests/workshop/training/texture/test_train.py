from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from livestyle.core.errors import LivestyleError
from livestyle.workshop.losses.diversity import diversity_loss
from livestyle.workshop.networks.texture import TextureGenerator
from livestyle.workshop.networks.vgg import load_vgg19
from livestyle.workshop.training.data import load_style
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.loop import CHECKPOINT, Schedule, fit
from livestyle.workshop.training.paintings import one_painting
from livestyle.workshop.training.perceptual import Perception
from livestyle.workshop.training.texture.objective import TextureObjective
from livestyle.workshop.training.texture.train import TextureOptions, draw_textures, train_texture
from tests.workshop.small import write_photos, write_vgg

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


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("textures")
    write_photos(folder, 1, 64)
    write_vgg(folder / "vgg.safetensors")
    return folder


def options(shop: Path, work: Path, **changes: object) -> TextureOptions:
    small = TextureOptions(
        one_painting(shop / "photo_0.png"),
        work,
        vgg=shop / "vgg.safetensors",
        style_px=64,
        side_px=32,
        batch=2,
        schedule=Schedule(steps=5, rate=1e-2, save_every=2),
    )
    return replace(small, **changes)  # type: ignore[arg-type]


def losses(chosen: TextureOptions, stop: int | None = None) -> list[float]:
    found = []
    for note in train_texture(chosen, PLACE).notes:
        found.append(note.terms["loss"])
        if note.step == stop:
            break
    return found


def test_a_killed_training_resumes_as_if_unbroken(shop: Path, tmp_path: Path) -> None:
    for loss in ("gram", "mmd-gaussian"):
        whole = losses(options(shop, tmp_path / loss, style_loss=loss))
        losses(options(shop, tmp_path / f"{loss}-killed", style_loss=loss), stop=3)
        assert losses(options(shop, tmp_path / f"{loss}-killed", style_loss=loss)) == whole[2:]
    assert (tmp_path / "gram" / "sheet-000005.jpg").stat().st_size > 1000


def test_samples_come_from_the_seed_and_differ(shop: Path, tmp_path: Path) -> None:
    losses(options(shop, tmp_path))
    assert (tmp_path / CHECKPOINT).exists()
    training = train_texture(options(shop, tmp_path), PLACE)
    assert list(training.notes) == []  # nothing left to train: the generator is the trained one
    two, three = (draw_textures(training.model, count, 48, 7, PLACE) for count in (2, 3))
    assert three.shape == (3, 3, 48, 48)
    torch.testing.assert_close(three[:2], two, rtol=0, atol=0)
    assert float((three[0] - three[1]).abs().mean()) > 1e-3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"side_px": 40}, "multiple of 16"),
        ({"batch": 1}, "2 or more"),
        ({"style_loss": "x"}, "unknown style"),
    ],
)
def test_bad_options(shop: Path, tmp_path: Path, changes: dict[str, object], message: str) -> None:
    with pytest.raises(LivestyleError, match=message):
        train_texture(options(shop, tmp_path, **changes), PLACE)


def test_a_painting_of_eight_pixels_is_refused(shop: Path, tmp_path: Path) -> None:
    narrow = write_photos(tmp_path, 1, 8)[0]
    with pytest.raises(LivestyleError, match=r"too small: .* is 8x8; expected at least 64"):
        train_texture(options(shop, tmp_path, painting=one_painting(narrow)), PLACE)
