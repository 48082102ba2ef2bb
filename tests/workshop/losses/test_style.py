"""Li 2017: each style loss is the distance of distributions that it claims to be."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from livestyle.core.errors import LivestyleError
from livestyle.workshop.losses.mmd import gaussian, linear, mmd, polynomial
from livestyle.workshop.losses.style import LAYER_LOSSES, STYLE_LOSSES, join, parse_style_loss, pick

EXACT = [name for name, loss in LAYER_LOSSES.items() if not loss().random]


def features(count: int = 1, seed: int = 0, side: int = 6) -> Tensor:
    """float64 [count, 5, side, side], as after a ReLU."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, 5, side, side, generator=generator, dtype=torch.float64).relu() + 0.1 * seed


def test_gram_matching_is_mmd_with_the_second_order_kernel() -> None:
    f, s = (features(seed=seed)[0].flatten(1) for seed in (1, 2))
    grams = (f @ f.T - s @ s.T).square().sum()
    sums = [polynomial(x[None], y[None]).sum() for x, y in ((f, f), (s, s), (f, s))]
    assert float(grams) == pytest.approx(float(sums[0] + sums[1] - 2 * sums[2]), rel=1e-10)


def test_the_losses_are_mmd_by_its_definition() -> None:
    f, s = features(seed=1), features(seed=2, side=7)
    flat_f, flat_s, nothing = f.flatten(2), s.flatten(2), torch.zeros(1, 5, 1, dtype=torch.float64)
    c = flat_s.square().sum(1).mean()
    kernels = {
        "gram": polynomial,
        "mmd-linear": linear,
        "mmd-poly": lambda x, y: polynomial(x, y, c),
    }
    for name, kernel in kernels.items():
        loss = LAYER_LOSSES[name]()
        expected = mmd(flat_f, flat_s, kernel) / mmd(nothing, flat_s, kernel)
        torch.testing.assert_close(loss.loss(f, loss.target(s)), expected, rtol=1e-10, atol=0)


def test_the_gaussian_loss_is_mmd_on_average() -> None:
    torch.manual_seed(0)
    f, s = features(seed=1), features(seed=4)
    loss = LAYER_LOSSES["mmd-gaussian"]()
    kept, gamma, scale = target = loss.target(s)
    draws = torch.stack([loss.loss(f, target) for _ in range(60)])
    exact = mmd(f.flatten(2), kept, lambda x, y: gaussian(x, y, gamma)) / scale
    assert float(draws.std()) > 0
    assert float(draws.mean()) == pytest.approx(float(exact), abs=4 * float(draws.std()) / 60**0.5)
    assert abs(float(loss.loss(s, target))) < 0.1 * float(exact)


def test_the_sliced_loss_is_wasserstein_in_one_channel() -> None:
    f, s = features(seed=1)[:, :1], features(seed=2)[:, :1]
    loss = LAYER_LOSSES["sliced"]()
    sorted_f, sorted_s = (x.flatten().sort().values for x in (f, s))
    expected = (sorted_f - sorted_s).square().mean() / sorted_s.square().mean()
    assert float(loss.loss(f, loss.target(s))) == pytest.approx(float(expected), rel=0.02)


def test_the_sliced_loss_tells_apart_what_has_one_gram_matrix() -> None:
    spread = torch.tensor([[1.0, -1.0], [-1.0, 1.0]]).view(1, 1, 2, 2)
    rare = torch.tensor([[2.0, 0.0], [0.0, 0.0]]).view(1, 1, 2, 2)
    for name, seen in (("gram", False), ("sliced", True)):
        loss = LAYER_LOSSES[name]()
        assert (float(loss.loss(rare, loss.target(spread))) > 1e-6) == seen, name


def test_the_sliced_loss_is_blind_to_places_and_zero_for_the_painting() -> None:
    loss, s = LAYER_LOSSES["sliced"](), features(seed=3)
    target = loss.target(s)
    shuffled = s.flatten(2)[:, :, torch.randperm(36)].view_as(s)
    assert float(loss.loss(shuffled, target)) < 1e-4
    assert float(loss.loss(torch.zeros_like(s), target)) == pytest.approx(1, abs=1e-9)


def test_gamma_is_one_over_the_mean_squared_distance() -> None:
    s = features(seed=2)
    flat = s.flatten(2)[0].T
    gamma = LAYER_LOSSES["mmd-gaussian"]().target(s)[1]
    assert float(gamma) == pytest.approx(1 / float(torch.cdist(flat, flat).square().mean()), rel=1e-8)


def test_moments_are_means_and_deviations() -> None:
    f, s = features(seed=1), features(seed=2)
    loss = LAYER_LOSSES["bn-stats"]()
    moments = [(x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0).add(1e-5).sqrt()) for x in (f, s)]
    (mean_f, std_f), (mean_s, std_s) = moments
    error = (mean_f - mean_s).square().sum() + (std_f - std_s).square().sum()
    expected = error / (mean_s.square().sum() + std_s.square().sum())
    torch.testing.assert_close(loss.loss(f, loss.target(s)), expected[None])


@pytest.mark.parametrize("name", EXACT)
def test_zero_for_the_painting_one_for_nothing_and_blind_to_places(name: str) -> None:
    loss, s = LAYER_LOSSES[name](), features(seed=3)
    target = loss.target(s)
    assert float(loss.loss(s, target)) == 0
    assert float(loss.loss(torch.zeros_like(s), target)) == pytest.approx(1, abs=0.01)
    shuffled = s.flatten(2)[:, :, torch.randperm(36)].view_as(s)
    assert float(loss.loss(shuffled, target)) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("name", LAYER_LOSSES)
def test_each_picture_meets_its_own_painting(name: str) -> None:
    loss, pictures = LAYER_LOSSES[name](), features(3, seed=5)
    paintings = [features(seed=seed) for seed in (1, 2)]
    targets = join([loss.target(p) for p in paintings])

    def losses(batch: Tensor, *index: int) -> Tensor:
        torch.manual_seed(0)
        return loss.loss(batch, pick(targets, torch.tensor(index)))

    together = losses(pictures, 1, 0, 1)
    alone = torch.cat([losses(pictures[i : i + 1], k) for i, k in enumerate((1, 0, 1))])
    torch.testing.assert_close(together, alone)
    torch.testing.assert_close(losses(pictures[:1], 0, 1), losses(pictures[[0, 0]], 0, 1))


@pytest.mark.parametrize("name", STYLE_LOSSES)
def test_gradients_are_numbers_even_where_a_channel_is_dead(name: str) -> None:
    loss = parse_style_loss(name)
    loss.learn({"relu1_1": features(seed=2).float()})
    picture = features(seed=1).float()
    picture[:, 2] = 0
    picture.requires_grad_(True)
    loss({"relu1_1": picture}, torch.tensor([0])).sum().backward()
    assert picture.grad is not None
    assert bool(picture.grad.isfinite().all())
    assert float(picture.grad.abs().max()) > 0


def test_a_loss_is_the_mean_over_layers_and_forgets() -> None:
    loss = parse_style_loss("gram")
    one, other = ({"relu1_1": features(seed=n), "relu2_1": features(seed=n + 1, side=3)} for n in (1, 4))
    alone = [LAYER_LOSSES["gram"]().loss(other[k], LAYER_LOSSES["gram"]().target(one[k])) for k in one]
    for _ in range(2):  # what was learned before is no painting any more
        loss.forget()
        loss.learn(one)
        torch.testing.assert_close(loss(other, torch.tensor([0])), torch.stack(alone).mean(0))


def test_sums_are_weighted() -> None:
    f, s = features(seed=1), features(seed=2)

    def value(text: str) -> float:
        loss = parse_style_loss(text)
        loss.learn({"relu1_1": s})
        return float(loss({"relu1_1": f}, torch.tensor([0])))

    one, other = value("gram"), value("bn-stats")
    assert value("gram+bn-stats") == pytest.approx(one + other)
    assert value(" gram = 2 , bn-stats=0.5") == pytest.approx(2 * one + 0.5 * other)
    assert parse_style_loss("gram+mmd-gaussian").random
    assert not parse_style_loss("gram+mmd-poly").random


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "expected gram"), ("grams", "'grams'"), ("gram=x", "'gram=x'"), ("gram=-1", "above 0"),
     ("gram=nan", "above 0"), ("gram+", "expected gram")],
)  # fmt: skip
def test_bad_style_losses(text: str, message: str) -> None:
    with pytest.raises(LivestyleError, match=message):
        parse_style_loss(text)
