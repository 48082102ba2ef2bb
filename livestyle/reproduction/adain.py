"""Huang 2017: what holds exactly of adaptive instance normalisation, on features of VGG."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from livestyle.networks.adain import LAYER, AdaIN, adain, adain_masked, statistics
from livestyle.reproduction.blending import blend
from livestyle.reproduction.findings import Claim, Findings
from livestyle.reproduction.setting import Setting, square

ALPHAS = (0.0, 0.25, 0.5, 0.75, 1.0)
FLAT = 0.01
"""A channel with less deviation, of the mean of all, is constant: nothing can be given to it."""
MODEL = "adain-lite"
NO_MODEL = "no trained decoder ships"


@dataclass(frozen=True)
class Sizes:
    side_px: int = 256


TRIAL = Sizes(side_px=64)


@torch.no_grad()
def run(setting: Setting) -> Findings:
    """The claims about features; those about decoded pictures wait for a trained decoder."""
    sizes = setting.sized(Sizes(), TRIAL)
    net = AdaIN(setting.load_vgg(LAYER, "max", "reflect"))
    photo = setting.squares(1, sizes.side_px)[0]
    paintings = [square(setting.painting(n).path, sizes.side_px) for n in range(3)]
    styles = torch.cat([net.style(setting.place.images(painting)) for painting in paintings])
    features = net.encode(photo).float()
    blend_claim, pictures = blend(setting, MODEL)
    return Findings(
        f"Features in {LAYER} of a photo at {sizes.side_px} px and of three paintings; float32.",
        [
            _statistics(features, styles[:1]),
            _alpha(net, photo, styles[:1]),
            _mixed(features, styles),
            _masked(features, styles[:2]),
            blend_claim,
            Claim.open("α = 0 gives the photo back", "≥ 20 dB", NO_MODEL),
            Claim.open("painted pictures: style loss falls with α, content loss rises", "strictly", NO_MODEL),
        ],
        pictures,
    )


def _statistics(features: Tensor, style: Tensor) -> Claim:
    deviation = features.std(dim=(0, 2, 3))
    alive = (deviation > FLAT * deviation.mean()).repeat(2)
    error = float((statistics(adain(features, style)) - style)[:, alive].abs().max() / style.abs().max())
    count = int(alive.sum()) // 2
    return Claim.of(
        "what AdaIN gives has the means and deviations of the painting, "
        "where the photo's channel is not constant",
        "to 1e-4",
        f"to {error:.1e} ({count} of {len(deviation)} channels)",
        error <= 1e-4,
    )


def _alpha(net: AdaIN, photo: Tensor, style: Tensor) -> Claim:
    own = net.encode(photo)
    targets = [net.target(photo, style, alpha) for alpha in ALPHAS]
    contents = [float((target - own).square().mean()) for target in targets]
    styles = [float((statistics(target) - style).square().mean()) for target in targets]
    good = all(a < b for a, b in pairwise(contents)) and all(a > b for a, b in pairwise(styles))
    return Claim.of(
        "features: α from 0 to 1 takes them from the photo to the painting",
        "content loss rises, style loss falls, strictly",
        f"content 0 to {contents[-1]:.3g}, style {styles[0]:.3g} to {styles[-1]:.3g}",
        good and contents[0] == 0,
    )


def _mixed(features: Tensor, styles: Tensor) -> Claim:
    blended = adain(features, styles.mean(0, keepdim=True))
    expected = torch.stack([adain(features, style[None]) for style in styles]).mean(0)
    error = float((blended - expected).abs().max() / expected.abs().max())
    return Claim.of(
        f"the blend of {len(styles)} style vectors paints the blend of their features",
        "to 1e-5", f"to {error:.1e}", error <= 1e-5,
    )  # fmt: skip


def _masked(features: Tensor, styles: Tensor) -> Claim:
    """Half and half: each half is what its style makes of the whole."""
    masks = features.new_zeros(2, 1, *features.shape[2:])
    middle = features.shape[3] // 2
    masks[0, ..., :middle], masks[1, ..., middle:] = 1, 1
    mixed = adain_masked(features, styles, masks)
    left, right = (adain(features, style[None]) for style in styles)
    same = torch.equal(mixed[..., :middle], left[..., :middle])
    same = same and torch.equal(mixed[..., middle:], right[..., middle:])
    return Claim.of(
        "a style for each region: in each the features are those of its style alone",
        "the same", "the same" if same else "others", same,
    )  # fmt: skip
