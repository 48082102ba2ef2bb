"""Marks at one distance are found, marks anywhere are not, and a gradient takes them apart."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from livestyle.workshop.losses.lattice import FARTHEST_PX, NEAREST_PX, lattice_loss, self_correlation

SIDE = 192
EVERYWHERE = (2 * FARTHEST_PX + 1,) * 2


def marks(places: Tensor) -> Tensor:
    """A picture, [1, 3, SIDE, SIDE], with a dot of deviation 2 px at each of the places [n, 2]."""
    x = torch.arange(SIDE).float()
    near = [torch.exp(-(x - places[:, side, None]).square() / 8) for side in (0, 1)]
    plane = torch.einsum("ny,nx->yx", near[0], near[1])
    return plane.clamp(0, 1).expand(1, 3, SIDE, SIDE).clone()


def lattice(step: int) -> Tensor:
    at = torch.arange(0, SIDE, step).float()
    return marks(torch.cartesian_prod(at, at))


def scattered(count: int) -> Tensor:
    return marks(torch.rand(count, 2, generator=torch.Generator().manual_seed(0)) * SIDE)


WALL = torch.full((1, 3, SIDE, SIDE), 0.5)
NOTHING = torch.zeros(1, *EVERYWHERE)


def test_the_correlation_peaks_at_the_distance_of_the_marks() -> None:
    found = self_correlation(lattice(16))[0]
    assert found.shape == EVERYWHERE
    middle = FARTHEST_PX
    assert float(found[middle, middle + 16]) > 0.9
    assert float(found[middle + 16, middle]) > 0.9
    assert float(found[middle, middle + 8]) < 0
    assert float(found[middle, middle + NEAREST_PX - 1]) == 0, "near shifts are of one mark alone"


def test_marks_that_stand_anywhere_are_no_lattice() -> None:
    regular, free = (float(lattice_loss(x, WALL, NOTHING)) for x in (lattice(16), scattered(144)))
    assert free < regular / 20


def test_what_the_painting_repeats_itself_may_be_repeated() -> None:
    wallpaper = lattice(16)
    assert float(lattice_loss(wallpaper, WALL, self_correlation(wallpaper))) == 0


def test_where_the_photo_has_marks_nothing_is_punished() -> None:
    photo = torch.rand(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
    assert float(lattice_loss(lattice(16), photo, NOTHING)) == 0


def test_only_flat_places_count() -> None:
    photo = WALL.clone()
    photo[:, :, : SIDE // 2] = torch.rand(1, 3, SIDE // 2, SIDE, generator=torch.Generator().manual_seed(1))
    painted = scattered(144)
    painted[:, :, : SIDE // 2 - 16] = lattice(16)[:, :, : SIDE // 2 - 16]
    assert float(lattice_loss(painted, photo, NOTHING)) < 1
    assert float(lattice_loss(painted, WALL, NOTHING)) > 2


def test_the_gradient_takes_the_lattice_apart() -> None:
    noise = torch.rand(1, 3, SIDE + 2, SIDE + 2, generator=torch.Generator().manual_seed(2))
    picture = lattice(16) + 0.2 * F.avg_pool2d(noise, 3, 1)
    losses = []
    for _ in range(20):
        picture = picture.detach().requires_grad_()
        loss = lattice_loss(picture, WALL, NOTHING)
        (gradient,) = torch.autograd.grad(loss, picture)
        picture = picture - 0.02 * gradient / gradient.abs().max()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]
