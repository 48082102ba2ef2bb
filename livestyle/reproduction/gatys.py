"""Gatys 2016: how far L-BFGS comes, in which time, and what each layer keeps of a photo."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from itertools import pairwise

from torch import Tensor

from livestyle.evaluation.curves import Curve, draw_curves
from livestyle.reproduction.findings import Claim, Findings, Picture
from livestyle.reproduction.setting import Setting
from livestyle.reproduction.sheet import draw_sheet
from livestyle.training.choices import Only, Start
from livestyle.training.data import read_image, resize, to_tensor
from livestyle.training.picture import STYLE_LAYERS, Painter, PictureOptions


@dataclass(frozen=True)
class Sizes:
    """side_px and iterations of the pictures; smaller ones for the reconstructions."""

    side_px: int = 256
    iterations: int = 200
    more: int = 100
    small_px: int = 128
    content_iterations: int = 100


TRIAL = Sizes(side_px=64, iterations=3, more=2, small_px=64, content_iterations=2)


def run(setting: Setting) -> Findings:
    """One picture to the end and timed, two more to the 100th iteration, then the reconstructions."""
    sizes = setting.sized(Sizes(), TRIAL)
    curves, tiles = [], []
    seconds = 0.0
    paths = setting.photo_paths(3)
    for number, path in enumerate(paths):
        painting = setting.painting(number)
        iterations = sizes.more if number else sizes.iterations
        options = PictureOptions(
            path, ((painting.path, 1.0),), sizes.side_px, iterations=iterations, start=Start.NOISE,
            vgg=setting.vgg,
        )  # fmt: skip
        started = time.perf_counter()
        losses, picture = paint(setting, options, f"{painting.note.name} from noise", "loss")
        seconds = seconds or time.perf_counter() - started
        curves.append(Curve(painting.note.name, range(len(losses)), losses))
        tiles.append((f"{painting.note.name}, {iterations}", picture))
    base = PictureOptions(paths[0], size_px=sizes.small_px, vgg=setting.vgg)
    content_claim, content_tiles = _content(setting, base, sizes)
    style = replace(
        base, only=Only.STYLE, layer="relu5_1", paintings=((setting.painting(0).path, 1.0),),
        iterations=sizes.iterations,
    )  # fmt: skip
    style_losses, texture = paint(setting, style, "style alone", "style")
    claims = [
        *(_fallen(curves, at, limit) for at, limit in ((50, 4.0), (100, 2.5))),
        content_claim,
        Claim.at_most(
            f"style alone: Gram loss after {sizes.iterations} iterations, of that of noise",
            100 * style_losses[-1] / style_losses[0], 2, " %",
        ),
        Claim.at_most(f"{sizes.iterations} iterations at {sizes.side_px} px, two cores", seconds, 180, " s"),
    ]  # fmt: skip
    return Findings(
        f"From noise at {sizes.side_px} px: content in relu4_2, Gram matrices in relu1_1 to relu5_1, weights "
        f"1 and 10, L-BFGS; {len(paths)} pictures, the first for {sizes.iterations} iterations, "
        f"the others for {sizes.more}. Reconstructions at {sizes.small_px} px.",
        claims,
        [
            Picture(
                "objective",
                "The objective over the iterations, for each painting.",
                draw_curves("L-BFGS from noise: objective", "iterations", curves),
                plot=True,
            ),
            Picture("pictures", "Painted from noise.", draw_sheet([tiles])),
            Picture(
                "layers",
                "What each layer keeps of a photo, and what all five keep of a painting.",
                draw_sheet([[*content_tiles, ("style alone", texture)]]),
            ),
        ],
    )


def paint(setting: Setting, options: PictureOptions, title: str, term: str) -> tuple[list[float], Tensor]:
    """One term of the losses before the first and after each iteration, and the picture [1, 3, H, W]."""
    painter = Painter(options, setting.place)
    notes = setting.watch(painter.run(), options.iterations, title)
    return [note.terms[term] for note in notes], to_tensor(painter.image())


def _fallen(curves: list[Curve], at: int, limit: float) -> Claim:
    shares = [100 * curve.ys[min(at, len(curve.ys) - 1)] / curve.ys[0] for curve in curves]
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
