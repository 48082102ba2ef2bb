from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from livestyle.core.config import Color
from livestyle.core.errors import LivestyleError
from livestyle.workshop.losses.style import STYLE_LOSSES
from livestyle.workshop.optimize.choices import Only, Optimizer, Start
from livestyle.workshop.optimize.picture import PictureOptimizer, PictureOptions
from livestyle.workshop.training.data import read_image
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.perceptual import Weights
from tests.workshop.small import write_photos, write_vgg

PLACE = Place(torch.device("cpu"), bf16=False)


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> PictureOptions:
    """A photo and two paintings at 64 px, eight iterations."""
    folder = tmp_path_factory.mktemp("picture")
    photo, *paintings = write_photos(folder, 3, 64, seed=2)
    vgg = write_vgg(folder / "vgg.safetensors", eight_bit=True, last="relu5_1")
    return PictureOptions(photo, ((paintings[0], 1.0), (paintings[1], 1.0)), 64, iterations=8, vgg=vgg)


def losses(options: PictureOptions, term: str = "loss") -> list[float]:
    return [note.terms[term] for note in PictureOptimizer(options, PLACE).run()]


def test_a_picture_from_a_photo_and_a_painting(options: PictureOptions) -> None:
    painter = PictureOptimizer(options, PLACE)
    photo = read_image(options.photo)
    assert np.array_equal(painter.image(), photo)
    notes = list(painter.run())
    assert [n.step for n in notes] == list(range(9))
    assert set(notes[0].terms) == {"loss", "content", "style"}
    assert notes[0].terms["content"] == 0
    assert notes[-1].terms["style"] < 0.7 * notes[0].terms["style"]
    assert painter.image().shape == photo.shape
    assert not np.array_equal(painter.image(), photo)


def test_reconstruction_of_content_finds_the_photo_again(options: PictureOptions) -> None:
    only = replace(options, only=Only.CONTENT, layer="relu1_1", paintings=(), iterations=30)
    painter = PictureOptimizer(only, PLACE)
    photo = read_image(options.photo).astype(float)
    errors = [np.abs(painter.image() - photo).mean()]
    terms = [note.terms for note in painter.run()]
    errors.append(np.abs(painter.image() - photo).mean())
    assert set(terms[0]) == {"loss", "content"}
    assert terms[-1]["loss"] < 0.02 * terms[0]["loss"]
    assert errors[1] < 0.25 * errors[0]


def test_reconstruction_of_style_uses_the_layers_up_to_the_one_asked_for(options: PictureOptions) -> None:
    assert options.style_layers()[-1] == "relu5_1"
    only = replace(options, only=Only.STYLE, layer="relu3_2")
    assert only.style_layers() == ("relu1_1", "relu2_1", "relu3_1", "relu3_2")
    assert replace(only, layer="relu2_1").style_layers() == ("relu1_1", "relu2_1")
    found = losses(replace(only, layer="relu2_1"))
    assert found[-1] < 0.6 * found[0]


@pytest.mark.parametrize("name", STYLE_LOSSES)
def test_every_style_loss_falls(options: PictureOptions, name: str) -> None:
    chosen = replace(options, style_loss=name, weights=Weights(content=0, style=1, tv=0), size_px=64)
    found = losses(replace(chosen, paintings=options.paintings[:1], iterations=12))
    assert np.mean(found[-3:]) < 0.6 * found[0]


def test_the_weights_of_several_paintings_count(options: PictureOptions) -> None:
    (first, _), (second, _) = options.paintings

    def start(*paintings: tuple[Path, float]) -> float:
        return next(iter(PictureOptimizer(replace(options, paintings=paintings), PLACE).run())).terms["style"]

    one, other = start((first, 1)), start((second, 1))
    assert start((first, 3), (second, 1)) == pytest.approx((3 * one + other) / 4, rel=1e-4)


def test_each_stage_has_twice_the_size_and_half_of_the_iterations(options: PictureOptions) -> None:
    painter = PictureOptimizer(replace(options, size_px=96, stages=2, iterations=4), PLACE)
    sizes = {note.step: painter.image().shape[:2] for note in painter.run()}
    assert sizes == {step: (48, 48) if step <= 4 else (96, 96) for step in range(7)}


def test_luminance_keeps_the_colours_of_the_photo(options: PictureOptions) -> None:
    painter = PictureOptimizer(replace(options, color=Color.LUMINANCE, iterations=3), PLACE)
    list(painter.run())
    change = painter.image().astype(int) - read_image(options.photo)
    inside = ((painter.image() > 0) & (painter.image() < 255)).all(2)
    assert np.abs(change[inside]).max() > 10
    assert (change[inside].max(1) - change[inside].min(1)).max() <= 1


@pytest.mark.parametrize("color", [Color.HISTOGRAM, Color.CORAL])
def test_recoloured_paintings_still_paint(options: PictureOptions, color: Color) -> None:
    found = losses(replace(options, color=color, iterations=3))
    assert found[-1] < found[0]


def test_noise_follows_the_seed(options: PictureOptions) -> None:
    noisy = replace(options, start=Start.NOISE)
    first, again, other = (PictureOptimizer(replace(noisy, seed=s), PLACE).image() for s in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"paintings": ()}, "no painting"),
        ({"layer": "relu9_9"}, "relu9_9"),
        ({"style_loss": "nothing"}, "unknown style loss"),
        ({"style_loss": "gram+mmd-gaussian", "optimizer": Optimizer.LBFGS}, "--optimizer adam"),
        ({"photo": Path("nothing.png")}, "nothing there"),
        ({"stages": 3}, "--stages"),
        ({"style_px": 16}, "16x16"),
    ],
)
def test_bad_options_are_errors_before_anything_is_painted(
    options: PictureOptions, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(LivestyleError, match=message):
        PictureOptimizer(replace(options, **changes), PLACE)


def test_no_weights_at_all(options: PictureOptions) -> None:
    with pytest.raises(LivestyleError, match="every weight is zero"):
        losses(replace(options, weights=Weights(0, 0, 0)))
