"""The window loss: its value and gradient by the formula, and prices that spread what is taken."""

from __future__ import annotations

import torch
from torch import Tensor

from livestyle.workshop.losses.windows import WINDOW_PX, WindowLoss, gram_matrices, windows_of

SIDE = WINDOW_PX


def features(seed: int, rows: int = 1, columns: int = 1, contrast: float = 1.0) -> dict[str, Tensor]:
    """Of a picture of so many windows, in a layer of its size and one of half."""
    generator = torch.Generator().manual_seed(seed)
    large = torch.rand(1, 3, rows * SIDE, columns * SIDE, generator=generator) * contrast
    small = torch.rand(1, 5, rows * SIDE // 2, columns * SIDE // 2, generator=generator) * contrast
    return {"relu1_1": large, "relu2_1": small}


def beside(*parts: dict[str, Tensor]) -> dict[str, Tensor]:
    return {layer: torch.cat([part[layer] for part in parts], 3) for layer in parts[0]}


def by_formula(seen: dict[str, Tensor], painting: dict[str, Tensor], nearest: list[int]) -> Tensor:
    total = torch.zeros(())
    for layer, cut in windows_of(seen).items():
        found = cut[0] @ cut[0].transpose(1, 2) / cut.shape[3]
        own = gram_matrices(windows_of(painting)[layer])[0]
        whole = own.mean(0)
        far = (found - own[nearest]).square().sum((1, 2)).mean() / own.square().sum((1, 2)).mean()
        total = total + far + (found.mean(0) - whole).square().sum() / whole.square().sum()
    return total / 2 / len(seen)


def test_value_and_gradient_are_those_of_the_formula() -> None:
    # Windows that differ in contrast: which is the nearest is beyond doubt.
    painting = beside(features(1), features(2, contrast=4), features(3, contrast=2))
    seen = {layer: f.requires_grad_() for layer, f in beside(features(4, contrast=3.9), features(5)).items()}
    loss = WindowLoss(price=0)
    loss.learn(painting)
    found = loss(seen, torch.tensor([0]))
    expected = by_formula(seen, painting, [1, 0])
    torch.testing.assert_close(found[0], expected, rtol=2e-3, atol=1e-5)
    pairs = zip(*(torch.autograd.grad(v, list(seen.values())) for v in (found[0], expected)), strict=True)
    for one, other in pairs:  # the painting's windows lie in bfloat16
        assert float((one - other).norm() / other.norm()) < 0.02


def test_zero_for_the_painting_itself_and_one_for_nothing() -> None:
    painting = beside(features(1), features(2, contrast=4))
    loss = WindowLoss()
    loss.learn(painting)
    nothing = {layer: torch.zeros_like(f) for layer, f in painting.items()}
    with torch.no_grad():
        assert float(loss(painting, torch.tensor([0]))) < 1e-4
        assert 0.3 < float(loss(nothing, torch.tensor([0]))) < 1.01


def test_places_of_windows_do_not_matter() -> None:
    a, b = features(1), features(2, contrast=4)
    loss = WindowLoss()
    loss.learn(beside(a, b))
    with torch.no_grad():
        assert float(loss(beside(b, a), torch.tensor([0]))) < 1e-4


def test_prices_give_every_window_its_share_and_stand_still_without_a_gradient() -> None:
    painting = beside(*(features(seed, contrast=1 + seed / 20) for seed in range(4)))
    loss = WindowLoss(price=0.01)
    loss.learn(painting)
    seen = {layer: f.requires_grad_() for layer, f in beside(features(1), features(1)).items()}
    taken = torch.zeros(4)
    for _ in range(200):
        before = loss.kept["prices 0"].clone()
        loss(seen, torch.tensor([0]))
        taken += loss.kept["prices 0"] - before > 0
    assert float(taken.min()) > 20
    before = loss.kept["prices 0"].clone()
    with torch.no_grad():
        loss(seen, torch.tensor([0]))
    assert torch.equal(before, loss.kept["prices 0"])


def test_each_picture_meets_its_own_painting() -> None:
    one, other = features(1), features(2, contrast=3)
    loss = WindowLoss()
    loss.learn(one)
    loss.learn(beside(other, features(3)))
    both = {layer: torch.cat([one[layer], other[layer]]) for layer in one}
    with torch.no_grad():
        right, wrong = loss(both, torch.tensor([0, 1])), loss(both, torch.tensor([1, 0]))
        single = loss(one, torch.tensor([0, 1]))
    assert bool((right < wrong).all())
    torch.testing.assert_close(single, torch.stack([right[0], wrong[0]]))


def test_small_and_odd_pictures_have_at_least_one_window() -> None:
    cut = windows_of({"relu1_1": torch.rand(1, 3, 40, 150), "relu2_1": torch.rand(1, 5, 20, 75)})
    assert [tuple(w.shape) for w in cut.values()] == [(1, 2, 3, 40 * 64), (1, 2, 5, 20 * 32)]
