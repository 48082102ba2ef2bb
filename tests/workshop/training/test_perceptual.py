from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
import torch

from livestyle.workshop.losses.style import parse_style_loss
from livestyle.workshop.networks.styled import StyledTransformer
from livestyle.workshop.networks.transformer import ARCHITECTURES, Transformer
from livestyle.workshop.networks.vgg import load_vgg19
from livestyle.workshop.training.cin.objective import FeedforwardObjective
from livestyle.workshop.training.data import load_style, to_tensor
from livestyle.workshop.training.dead_leaves import dead_leaf_photos
from livestyle.workshop.training.perceptual import Perception, Weights
from tests.workshop.small import write_photos, write_vgg


@pytest.fixture(scope="module")
def perception(tmp_path_factory: pytest.TempPathFactory) -> Perception:
    folder = tmp_path_factory.mktemp("perception")
    paintings = [load_style(path, 64) for path in write_photos(folder, 2, 64)]
    vgg = load_vgg19(write_vgg(folder / "vgg.safetensors"))
    return Perception(vgg, paintings, weights=Weights(lattice=1, contrast=1, palette=1))


def test_a_style_loss_that_is_drawn_follows_the_seed_of_the_step(perception: Perception) -> None:
    drawn = Perception(perception.vgg, [photos(1), photos(1)], parse_style_loss("gram+mmd-gaussian"))
    found = objective(drawn, Weights(stability=0), [0, 1])
    losses = [found(photos(2), np.random.default_rng(seed), 0.0)["loss"].item() for seed in (1, 1, 2)]
    assert losses[0] == losses[1] != losses[2]


@pytest.mark.parametrize("term", ["lattice", "contrast", "palette"])
def test_only_what_the_terms_need_is_sought_in_a_painting(perception: Perception, term: str) -> None:
    found = Perception(perception.vgg, [photos(1)], weights=Weights(**{term: 1.0}))
    counts = {"lattice": found.repeats, "contrast": found.contrasts, "palette": found.palettes}
    assert {name: len(kept) for name, kept in counts.items()} == {**dict.fromkeys(counts, 0), term: 1}


def photos(count: int) -> torch.Tensor:
    return torch.cat([to_tensor(photo) for photo in dead_leaf_photos(count, 64, seed=5)])


def test_a_painting_has_no_style_loss_to_itself_and_a_photo_none_of_content(perception: Perception) -> None:
    photo = photos(2)
    content, style = perception.terms(photo, perception.content(photo), torch.tensor([0, 1]))
    assert float(content) == pytest.approx(0, abs=1e-6)
    assert float(style.min()) > 1e-3


def test_stability_is_annealed() -> None:
    weights = Weights(stability=90, noise=90, film=90)
    for name in ("stability", "noise", "film"):
        shares = [getattr(weights.annealed(p), name) for p in (0, 0.1, 0.25, 0.4, 1)]
        assert shares == pytest.approx([0, 0, 45, 90, 90])


@pytest.mark.parametrize(("moved", "noise", "still"), [(1, 0, 0.0), (0, 1, 1.0), (1, 1, 0.75)])
def test_most_photos_stay_where_both_are_wanted(moved: float, noise: float, still: float) -> None:
    assert Weights(stability=moved, noise=noise).still == still


def objective(perception: Perception, weights: Weights, trained: list[int]) -> FeedforwardObjective:
    torch.manual_seed(0)
    model = StyledTransformer(Transformer(ARCHITECTURES["lite"]), ["a", "b"])
    return FeedforwardObjective(perception, model, weights, torch.ones(2), torch.tensor(trained), anneal=True)


def test_the_loss_is_the_weighted_sum(perception: Perception) -> None:
    weights = Weights(
        content=2, style=3, tv=4, stability=5, noise=6, film=7, lattice=8, contrast=9, palette=11, peaks=10
    )
    terms = objective(perception, weights, [0, 1])(photos(2), np.random.default_rng(0), 1.0)
    named = {name: weight for name, weight in asdict(weights).items() if name != "detail"}
    assert terms.keys() - {"loss"} == named.keys()
    expected = sum(w * terms[k] for k, w in named.items())
    torch.testing.assert_close(terms["loss"], expected)


def test_detail_is_part_of_content_and_counts_where_the_photo_has_it(perception: Perception) -> None:
    photo = photos(1)
    photo[:, :, :, 32:] = 0.5  # detail in the left half alone
    fine = Perception(perception.vgg, [photos(1)], weights=Weights(detail=1.0))
    index = torch.tensor([0])

    def content(judge: Perception, columns: slice) -> float:
        changed = photo.clone()
        changed[:, :, :, columns] = 1 - changed[:, :, :, columns]
        return float(judge.terms(changed, judge.content(photo), index)[0])

    left, right = slice(0, 32), slice(40, 64)
    assert float(fine.terms(photo, fine.content(photo), index)[0]) == pytest.approx(0, abs=1e-6)
    added = [content(fine, side) - content(perception, side) for side in (left, right)]
    assert added[0] > 2 * added[1]


def test_only_the_trained_style_is_drawn(perception: Perception) -> None:
    found = objective(perception, Weights(stability=0), [1])
    found(photos(3), np.random.default_rng(0), 0.0)["loss"].backward()
    gradient = found.model.styles.grad
    assert gradient is not None
    assert float(gradient[0].abs().max()) == 0
    assert float(gradient[1].abs().max()) > 0
