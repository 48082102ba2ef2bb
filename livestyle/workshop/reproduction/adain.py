"""Huang 2017: what holds exactly of adaptive instance normalisation, on features of VGG."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
import torch
from torch import Tensor

from livestyle.model.card import Model, model_names
from livestyle.workshop.export.onnx import load_network
from livestyle.workshop.losses.content import content_loss
from livestyle.workshop.losses.moments import MomentsLoss
from livestyle.workshop.networks.adain import LAYER, AdaIN, adain, adain_masked, statistics
from livestyle.workshop.reproduction.blending import blend
from livestyle.workshop.reproduction.context import Setting, square
from livestyle.workshop.reproduction.findings import Claim, Findings
from livestyle.workshop.reproduction.gatys import psnr
from livestyle.workshop.training.adain.objective import STYLE_LAYERS

BLENDED = 3
ALPHAS = (0.0, 0.25, 0.5, 0.75, 1.0)
FLAT = 0.01
"""A channel with less deviation, of the mean of all, is constant: nothing can be given to it."""
LITE, WIDE = "adain-lite", "adain"
NO_MODEL = f"{WIDE} does not ship"


@dataclass(frozen=True)
class Sizes:
    side_px: int = 256
    photos: int = 4
    paintings: int = 3


TRIAL = Sizes(side_px=64, photos=1, paintings=1)


@torch.no_grad()
def run(setting: Setting) -> Findings:
    """The claims about features, then those about pictures, of the models that ship."""
    sizes = setting.sized(Sizes(), TRIAL)
    net = AdaIN(setting.load_vgg(LAYER, "max", "reflect"))
    photo = setting.squares(1, sizes.side_px)[0]
    paintings = [square(setting.painting(n).path, sizes.side_px) for n in range(BLENDED)]
    styles = torch.cat([net.style(setting.place.images(painting)) for painting in paintings])
    features = net.encode(photo).float()
    blend_claim, pictures = blend(setting, LITE)
    return Findings(
        f"Features in {LAYER} of a photo at {sizes.side_px} px and of three paintings; float32.",
        [
            _statistics(features, styles[:1]),
            _alpha(net, photo, styles[:1]),
            _mixed(features, styles),
            _masked(features, styles[:2]),
            blend_claim,
            *_pictures(setting, sizes),
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


def _pictures(setting: Setting, sizes: Sizes) -> tuple[Claim, Claim]:
    """What the trained decoder makes of features between a photo's and those restyled."""
    back = "α = 0 gives the photo back", "≥ 20 dB"
    way = "painted pictures: α from 0 to 1", "content loss rises, style loss falls, strictly"
    if WIDE not in model_names():
        return Claim.open(*back, NO_MODEL), Claim.open(*way, NO_MODEL)
    net = load_network(Model.load(WIDE))
    assert isinstance(net, AdaIN)
    setting.place.module(net)
    photos = setting.squares(sizes.photos, sizes.side_px)
    paintings = [square(setting.painting(n).path, sizes.side_px) for n in range(sizes.paintings)]
    decibel, loss = [], MomentsLoss()
    contents, styles = np.zeros(len(ALPHAS)), np.zeros(len(ALPHAS))
    for painting, photo in product(paintings, photos):
        wanted = net.encoder(setting.place.images(painting), STYLE_LAYERS)
        for step, alpha in enumerate(ALPHAS):
            painted = net(photo, statistics(wanted[LAYER]), alpha).clamp(0, 1)
            seen = net.encoder(painted, STYLE_LAYERS)
            contents[step] += float(content_loss(seen[LAYER], net.encode(photo)))
            styles[step] += sum(float(loss.loss(seen[k], loss.target(wanted[k]))) for k in STYLE_LAYERS)
            if alpha == 0:
                decibel.append(psnr(painted, photo))
    contents, styles = contents / len(decibel), styles / len(decibel) / len(STYLE_LAYERS)
    rises, falls = (np.diff(contents) > 0).all(), (np.diff(styles) < 0).all()
    found = f"content {contents[0]:.2f} to {contents[-1]:.2f}, style {styles[0]:.2f} to {styles[-1]:.2f}"
    mean = float(np.mean(decibel))
    return Claim.of(*back, f"{mean:.1f} dB", mean >= 20), Claim.of(*way, found, bool(rises and falls))


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
