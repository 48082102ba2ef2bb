"""The figures of pictures whose quality is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from livestyle.core.frame import Pixels
from livestyle.workshop.networks.vgg import load_vgg19
from livestyle.workshop.quality.judge import Judge, Subject, color_distance, mean_of, reached, ssim
from livestyle.workshop.training.data import to_tensor
from livestyle.workshop.training.dead_leaves import dead_leaf_photos
from livestyle.workshop.training.perceptual import Perception, Weights
from tests.workshop.small import write_vgg

PHOTO, PAINTING = dead_leaf_photos(2, 64, seed=3)
SUBJECT = Subject("leaves", 0, 0.5, PAINTING)
WEIGHTS = Weights(content=2, style=3, tv=4)


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    vgg = load_vgg19(write_vgg(tmp_path_factory.mktemp("vgg") / "vgg.safetensors"))
    return Judge(Perception(vgg, [to_tensor(PAINTING)]), WEIGHTS, torch.device("cpu"))


def flat(*color: int) -> Pixels:
    return np.full((64, 64, 3), color, np.uint8)


def test_the_objective_is_the_sum_that_was_trained(judge: Judge) -> None:
    painted = PHOTO[::-1].copy()
    found = judge.figures(judge.photo(PHOTO), painted, SUBJECT)
    expected = 2 * found["content"] + 0.5 * 3 * found["style"] + 4 * found["tv"]
    assert found["objective"] == pytest.approx(expected, rel=1e-5)


def test_a_photo_keeps_its_content_and_a_painting_has_its_style(judge: Judge) -> None:
    photo = judge.photo(PHOTO)
    same, painting = judge.figures(photo, PHOTO, SUBJECT), judge.figures(photo, PAINTING, SUBJECT)
    assert same["content"] == pytest.approx(0, abs=1e-6)
    assert same["ssim"] == pytest.approx(1, abs=1e-5)
    assert same["color"] == same["color_photo"] > 1
    assert painting["style"] == pytest.approx(0, abs=1e-6)
    assert painting["color"] == pytest.approx(0, abs=1e-3)
    assert mean_of([same, painting])["content"] == pytest.approx(painting["content"] / 2, abs=1e-6)


def test_lbfgs_is_as_long_as_asked_and_gets_better(judge: Judge) -> None:
    curve = judge.lbfgs(judge.photo(PHOTO), SUBJECT, 4, seed=1)
    assert len(curve) == 5
    assert curve[4] < curve[1] < curve[0]
    assert curve == judge.lbfgs(judge.photo(PHOTO), SUBJECT, 4, seed=1)


def test_the_first_iteration_that_is_as_good() -> None:
    curve = [9.0, 5.0, 3.0, 3.0]
    assert [reached(curve, value) for value in (10, 5, 3.5, 3, 2.9)] == [0, 1, 2, 2, None]


def test_ssim_falls_with_noise() -> None:
    rng = np.random.default_rng(0)
    found = []
    for sigma in (0, 10, 40):
        noise = rng.normal(0, sigma, PHOTO.shape)
        found.append(ssim((PHOTO + noise).clip(0, 255).astype(np.uint8), PHOTO))
    assert found[0] > found[1] > found[2] > 0


def test_color_distance_of_known_distributions() -> None:
    assert color_distance(flat(0, 0, 0), flat(255, 255, 255)) == pytest.approx(255)
    assert color_distance(flat(0, 0, 0), flat(30, 0, 0)) == pytest.approx(30 / 3**0.5)
    rng = np.random.default_rng(0)
    noise = rng.integers(-20, 21, (64, 64, 3))
    narrow, wide = (128 + noise).astype(np.uint8), (128 + 3 * noise).astype(np.uint8)
    assert color_distance(narrow, wide) == pytest.approx(2 * noise.std(), rel=0.02)
    assert color_distance(narrow, narrow[::-1]) == pytest.approx(0, abs=1e-3)


def test_where_the_colours_are_is_of_no_account() -> None:
    shuffled = np.random.default_rng(0).permutation(PHOTO.reshape(-1, 3)).reshape(PHOTO.shape)
    assert color_distance(PHOTO, shuffled) == pytest.approx(0, abs=1e-3)
