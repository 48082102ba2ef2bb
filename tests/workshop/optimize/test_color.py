from __future__ import annotations

import torch
from torch import Tensor

from livestyle.workshop.optimize.color import (
    luminance,
    match_coral,
    match_histogram,
    match_luminance,
    with_chroma,
)


def pictures() -> tuple[Tensor, Tensor]:
    """A painting and a photo of other size and other, correlated colours."""
    torch.manual_seed(0)
    painting, photo = torch.rand(1, 3, 24, 20), torch.rand(1, 3, 16, 40)
    painting[:, 1] = 0.5 * painting[:, 0] + 0.2 * painting[:, 1]
    photo[:, 2] = 0.1 + 0.3 * photo[:, 0] + 0.4 * photo[:, 2]
    return painting, photo


def test_coral_gives_the_painting_mean_and_covariance_of_the_photo() -> None:
    painting, photo = pictures()
    matched = match_coral(painting, photo)
    assert matched.shape == painting.shape
    torch.testing.assert_close(matched.mean((0, 2, 3)), photo.mean((0, 2, 3)), rtol=0, atol=1e-5)
    covariances = [torch.cov(p.flatten(2)[0], correction=0) for p in (matched, photo)]
    torch.testing.assert_close(covariances[0], covariances[1], rtol=0, atol=1e-5)


def test_coral_leaves_a_picture_that_has_the_colours_and_takes_a_grey_one() -> None:
    painting, photo = pictures()
    torch.testing.assert_close(match_coral(painting, painting), painting, rtol=0, atol=1e-4)
    grey = match_coral(torch.full_like(painting, 0.5), photo)
    torch.testing.assert_close(grey.mean((0, 2, 3)), photo.mean((0, 2, 3)), rtol=0, atol=1e-4)


def test_histogram_gives_the_painting_the_values_of_the_photo_and_keeps_the_order() -> None:
    painting, photo = pictures()
    photo = photo[:, :, :12]
    matched = match_histogram(painting, photo)
    for channel in range(3):
        ours, theirs = matched[0, channel].flatten(), photo[0, channel].flatten()
        torch.testing.assert_close(ours.sort().values, theirs.sort().values)
        brightest_first = painting[0, channel].flatten().argsort()
        assert bool((ours[brightest_first].diff() >= 0).all())


def test_luminance_is_matched_and_colours_are_put_back() -> None:
    painting, photo = pictures()
    grey = match_luminance(painting, photo)
    torch.testing.assert_close(grey.mean(), luminance(photo).mean())
    torch.testing.assert_close(grey.std(), luminance(photo).std(), rtol=1e-3, atol=1e-4)
    assert bool((grey[:, 0] == grey[:, 2]).all())
    painted = torch.rand_like(photo)
    result = with_chroma(painted, photo)
    torch.testing.assert_close(luminance(result), luminance(painted))
    torch.testing.assert_close(result - luminance(result), photo - luminance(photo))
