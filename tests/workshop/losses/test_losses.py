from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from livestyle.workshop.losses import temporal
from livestyle.workshop.losses.content import content_loss
from livestyle.workshop.losses.gram import gram_loss, gram_matrix
from livestyle.workshop.losses.temporal import (
    PaintOnCanvas,
    film_loss,
    later_canvas,
    moved_canvas,
    random_motion,
    stability_losses,
    warp,
)
from livestyle.workshop.losses.tv import tv_loss


def test_gram_does_not_care_where() -> None:
    features = torch.randn(2, 8, 5, 7)
    shuffled = features.flatten(2)[:, :, torch.randperm(35)].view(2, 8, 5, 7)
    torch.testing.assert_close(gram_matrix(features), gram_matrix(shuffled))


def test_gram_is_the_mean_outer_product() -> None:
    features = torch.randn(1, 3, 4, 4)
    vectors = features[0].flatten(1).T
    expected = torch.stack([torch.outer(v, v) for v in vectors]).mean(0)
    torch.testing.assert_close(gram_matrix(features)[0], expected)


def test_losses_are_zero_for_the_target_and_one_for_nothing() -> None:
    features = torch.rand(2, 4, 6, 6)
    gram = gram_matrix(features)
    nothing = torch.zeros_like(features)
    assert float(content_loss(features, features)) == 0
    assert float(content_loss(nothing, features)) == 1
    assert gram_loss(gram, gram).tolist() == [0, 0]
    torch.testing.assert_close(gram_loss(torch.zeros_like(gram), gram), torch.ones(2))


def test_tv_of_a_ramp_and_of_a_flat_image() -> None:
    ramp = torch.linspace(0, 1, 11).expand(1, 3, 5, 11)
    torch.testing.assert_close(tv_loss(ramp), torch.tensor(0.1))
    assert float(tv_loss(torch.full((1, 3, 8, 8), 0.3))) == 0


def test_warp_by_whole_pixels_is_exact() -> None:
    image = torch.rand(1, 3, 32, 32)
    motion = torch.tensor([[[1.0, 0, 4 * 2 / 32], [0, 1, 0]]])
    torch.testing.assert_close(warp(image, motion)[..., :28], image[..., 4:], rtol=1e-4, atol=1e-5)


def test_half_of_the_motions_are_whole_pixels() -> None:
    motion = random_motion(400, 64, torch.Generator().manual_seed(0))
    pixels = motion[:, :, 2] * 64 / 2
    whole = ((pixels - pixels.round()).abs() < 1e-4).all(1)
    assert 150 < int(whole.sum()) < 250
    assert bool((motion[whole][:, :, :2] == torch.eye(2)).all())


def test_stability_is_zero_for_paint_that_follows_and_not_for_paint_that_sticks() -> None:
    photo = torch.rand(2, 3, 64, 64)
    screen = torch.rand(1, 3, 64, 64)

    def flat(x: torch.Tensor, _: torch.Tensor | None = None) -> torch.Tensor:
        return torch.full_like(x, 0.5)

    def sticky(x: torch.Tensor, _: torch.Tensor | None = None) -> torch.Tensor:
        return screen.expand_as(x)

    losses = [
        float(stability_losses(paint, photo, paint(photo), torch.Generator().manual_seed(1))[0])
        for paint in (flat, sticky)
    ]
    assert losses[0] < 1e-6
    assert losses[1] > 0.01


def test_still_pairs_cost_nothing_for_paint_that_sticks_and_are_apart_from_those_that_move() -> None:
    photo, screen = torch.rand(8, 3, 32, 32), torch.rand(1, 3, 32, 32)

    def losses(still: float) -> list[float]:
        generator = torch.Generator().manual_seed(1)
        found = stability_losses(
            lambda x, _: screen.expand_as(x), photo, screen.expand_as(photo), generator, still
        )
        return [float(loss) for loss in found]

    assert losses(1.0) == [0, 0]
    moved, still = losses(0.5)
    assert still == 0 < moved < losses(0.0)[0]


def test_half_of_the_canvases_stay_on_the_screen_and_half_move_with_the_picture() -> None:
    canvas = torch.rand(64, 4, 8, 8)
    drawn = torch.Generator().manual_seed(1)
    motion = torch.tensor([[1.0, 0, 0.5], [0, 1, 0]]).expand(64, 2, 3)
    later = later_canvas(canvas, motion, drawn)
    assert later is not None
    stay = (later == canvas).flatten(1).all(1)
    assert 16 < int(stay.sum()) < 48
    torch.testing.assert_close(later[~stay][..., :6], canvas[~stay][..., 2:])
    assert later_canvas(None, motion, drawn) is None


def test_still_pairs_measure_the_noise() -> None:
    photo = torch.full((64, 3, 16, 16), 0.5)
    lit = torch.Generator().manual_seed(1)
    _, still = stability_losses(lambda x, _: x - x.mean((1, 2, 3), keepdim=True), photo, photo * 0, lit, 1.0)
    # Of a level that is uniform up to 8 of 255, the mean square is a third of its largest.
    assert float(still) == pytest.approx((8 / 255) ** 2 / 3, rel=0.2)


def smooth_photos(count: int) -> torch.Tensor:
    """Large soft spots: resampling them changes little."""
    spots = torch.rand(count, 3, 6, 6, generator=torch.Generator().manual_seed(0))
    return torch.nn.functional.interpolate(spots, size=(96, 96), mode="bicubic").clamp(0, 1)


def test_a_film_costs_nothing_for_paint_that_follows_although_something_passes() -> None:
    photo = smooth_photos(3)
    screen = torch.rand(1, 3, 96, 96)
    follows = float(film_loss(lambda x, _: x, photo, torch.Generator().manual_seed(2)))
    sticks = float(film_loss(lambda x, _: screen.expand_as(x), photo, torch.Generator().manual_seed(2)))
    assert follows < 1e-4
    assert sticks > 0.05


def test_a_film_has_as_many_frames_as_asked_for_and_a_gradient() -> None:
    seen: list[torch.Tensor] = []
    weight = torch.ones(1, requires_grad=True)

    def paint(x: torch.Tensor, canvas: torch.Tensor | None) -> torch.Tensor:
        seen.append(x)
        return x * weight * x.mean()

    loss = film_loss(paint, smooth_photos(2), torch.Generator().manual_seed(0), frames=4)
    loss.backward()
    assert len(seen) == 4
    assert weight.grad is not None
    assert float(weight.grad.abs()) > 0
    assert all(bool((a != b).any()) for a, b in pairwise(seen))


def test_paint_that_hangs_on_a_canvas_that_moves_follows_what_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(temporal, "ON_SCREEN", 0.0)
    photo = smooth_photos(4)
    canvas = torch.nn.functional.interpolate(smooth_photos(4)[:, :1], size=(24, 24)).repeat(1, 4, 1, 1)

    def hangs(x: torch.Tensor, on: torch.Tensor | None) -> torch.Tensor:
        assert on is not None
        return torch.nn.functional.interpolate(on[:, :3], size=x.shape[2:], mode="bilinear")

    def sticks(x: torch.Tensor, on: torch.Tensor | None) -> torch.Tensor:
        return hangs(x, canvas)

    def error(paint: PaintOnCanvas) -> float:
        drawn = torch.Generator().manual_seed(3)
        return float(stability_losses(paint, photo, paint(photo, canvas), drawn, 0.0, canvas)[0])

    assert error(hangs) < 0.1 * error(sticks)


def test_the_canvas_stays_where_nothing_comes_from() -> None:
    canvas, away = torch.rand(1, 4, 8, 8), torch.tensor([[[1.0, 0, 4], [0, 1, 0]]])
    moved = moved_canvas(canvas, away)
    assert moved is not None
    torch.testing.assert_close(moved, canvas)
    assert moved_canvas(None, away) is None
