"""Li 2017: Gram matching is matching of distributions, and each of the other distances paints too."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from livestyle.workshop.losses.mmd import polynomial
from livestyle.workshop.losses.style import LAYER_LOSSES
from livestyle.workshop.optimize.choices import Start
from livestyle.workshop.optimize.picture import PictureOptions
from livestyle.workshop.reproduction.context import Setting, square
from livestyle.workshop.reproduction.curves import Curve, draw_curves
from livestyle.workshop.reproduction.findings import Claim, Findings, PageImage
from livestyle.workshop.reproduction.gatys import paint
from livestyle.workshop.reproduction.sheet import draw_sheet

LAYER = "relu3_1"


@dataclass(frozen=True)
class Sizes:
    """The painted pictures, and the one whose features are compared pair by pair."""

    side_px: int = 128
    iterations: int = 200
    pairs_px: int = 96


TRIAL = Sizes(side_px=64, iterations=2, pairs_px=64)
LAST = 10
"""A loss that is drawn anew is the mean of so many iterations."""


def run(setting: Setting) -> Findings:
    """The identity on VGG's features, then one picture for each loss."""
    sizes = setting.sized(Sizes(), TRIAL)
    path, painting = setting.photo_paths(1)[0], setting.painting(0)
    error = identity_error(setting, sizes.pairs_px)
    claims = [
        Claim.of(
            f"‖FFᵀ − SSᵀ‖² = Σk(f, f) + Σk(s, s) − 2Σk(f, s) for k = (xᵀy)², {LAYER}, float64",
            "to 1e-10",
            f"to {error:.1e}",
            error <= 1e-10,
        )
    ]
    tiles, curves = (
        [("photo", square(path, sizes.side_px)), ("painting", setting.painted(0, sizes.side_px))],
        [],
    )
    for name, loss in LAYER_LOSSES.items():
        options = PictureOptions(
            path, ((painting.path, 1.0),), sizes.side_px, iterations=sizes.iterations, start=Start.NOISE,
            style_loss=name, vgg=setting.vgg,
        )  # fmt: skip
        torch.manual_seed(0)
        losses, picture = paint(setting, options, name, "style")
        last = losses[-LAST:] if loss().random else losses[-1:]
        fallen = 100 * (1 - sum(last) / len(last) / losses[0])
        claims.append(Claim.at_least(f"{name} falls in {sizes.iterations} iterations", fallen, 90, " %"))
        tiles.append((name, picture))
        curves.append(Curve(name, range(len(losses)), losses))
    return Findings(
        f"{painting.note.title or painting.note.name} at {sizes.side_px} px, from noise, {sizes.iterations} "
        "iterations; content in relu4_2 with weight 1, style in relu1_1 to relu5_1 with weight 10; L-BFGS, "
        "Adam for the Gaussian kernel. Losses are relative: 1 = as far as a picture without features.",
        claims,
        [
            PageImage(
                "losses",
                "Each style loss over the iterations.",
                draw_curves("Style loss", "iterations", curves),
                plot=True,
            ),
            PageImage("pictures", "One picture for each loss.", draw_sheet([tiles])),
        ],
    )


@torch.no_grad()
def identity_error(setting: Setting, side_px: int) -> float:
    """How far the two sides of the identity are apart, of the left one, on features of VGG."""
    vgg = setting.load_vgg(LAYER)
    pictures = (setting.squares(1, side_px)[0], setting.painted(0, side_px))
    f, s = (vgg(picture, (LAYER,))[LAYER].flatten(2).double() for picture in pictures)
    left = (f @ f.mT - s @ s.mT).square().sum()
    right = _sum(f, f) + _sum(s, s) - 2 * _sum(f, s)
    return float((left - right).abs() / left)


def _sum(x: Tensor, y: Tensor) -> Tensor:
    return polynomial(x, y).sum()
