"""Johnson 2016: one pass of a network against hundreds of iterations of L-BFGS."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from statistics import mean, median

import torch
from torch import Tensor

from livestyle.card import Model
from livestyle.evaluation.curves import Curve, draw_curves
from livestyle.export.onnx import restore
from livestyle.losses.tv import tv_loss
from livestyle.networks.styled import StyledTransformer
from livestyle.networks.transformer import ARCHITECTURES, Transformer
from livestyle.reproduction.findings import Claim, Findings, Picture
from livestyle.reproduction.setting import Setting, in_float32
from livestyle.reproduction.sheet import Tile, draw_sheet
from livestyle.reproduction.small import WEIGHTS, objective, paint, see
from livestyle.training.feedforward import Perception
from livestyle.training.gatys import optimize_pixels

MODEL = "cin-lite"
ASKED = 20
"""The iteration of L-BFGS that a narrow network trained on a CPU should equal."""
PAPERS = 500


@dataclass(frozen=True)
class Sizes:
    side_px: int = 256
    style_px: int = 768
    iterations: int = 100
    photos: int = 2
    passes: int = 9


TRIAL = Sizes(side_px=64, style_px=64, iterations=3, photos=1, passes=2)


def run(setting: Setting) -> Findings:
    """Time both in turn; then find the iteration that is as good as the network."""
    sizes = setting.sized(Sizes(), TRIAL)
    model = restore(Model.load(MODEL))
    setting.place.module(model)
    shared = [n for n, p in enumerate(setting.paintings) if p.note.name in model.names][:2]
    numbers = shared or [0]
    perception = see(setting, numbers, sizes.style_px)
    photos = setting.squares(sizes.photos, sizes.side_px)
    curves: list[list[float]] = []
    tiles, nets, seconds = [], [], 0.0
    for place, number in enumerate(numbers):
        name = setting.painting(number).note.name
        for photo in photos:
            started = time.perf_counter()
            curve, pictures = _optimize(setting, perception, photo, place, sizes.iterations, name)
            seconds += time.perf_counter() - started
            curves.append(curve)
            row = model.names.index(name) if shared else 0
            painted = paint(setting, model, photo, row)
            nets.append(objective(setting, perception, painted, photo, place))
            tiles.append([("photo", photo), (f"{MODEL}, {name}", painted), *pictures])
    per_iteration = seconds / sum(len(curve) - 1 for curve in curves)
    last = range(sizes.iterations + 1)
    mean_curve = [mean(curve[min(i, len(curve) - 1)] for curve in curves) for i in last]
    wide = StyledTransformer(Transformer(ARCHITECTURES["wide"]), ["a"])
    setting.place.module(wide)
    claims = [
        _speed(setting, label, net, photos[0], per_iteration, sizes)
        for label, net in ((MODEL, model), ("the paper's net (32-64-128), untrained", wide.eval()))
    ]
    text = f"{MODEL} on photos not trained on equals the iteration of L-BFGS"
    if shared:
        reached = next((i for i, loss in enumerate(mean_curve) if loss <= mean(nets)), len(mean_curve))
        claims.append(Claim.at_least(text, reached, ASKED).with_more(f"objective {mean(nets):.2f}"))
    else:
        claims.append(Claim.open(text, f"≥ {ASKED}", f"give the paintings of {MODEL}: --styles and --notes"))
    claims.append(
        Claim.open("a wide network trained in full equals iteration 50", "≥ 50", "no such model ships")
    )
    lines = [Curve("L-BFGS from noise", range(len(mean_curve)), mean_curve)]
    if shared:
        lines.append(Curve(f"{MODEL}, one pass", (0, len(mean_curve) - 1), [mean(nets)] * 2))
    return Findings(
        f"{len(photos)} photos at {sizes.side_px} px, {len(numbers)} of the paintings; L-BFGS for "
        f"{sizes.iterations} iterations, {per_iteration:.2f} s each; {PAPERS} are so many times that. "
        "Both in float32. "
        "Content in relu4_1, style in relu1_1 to relu4_1, weights 1 and 10.",
        claims,
        [
            Picture(
                "objective",
                "The network's objective beside that of L-BFGS from noise.",
                draw_curves("Objective", "iterations of L-BFGS", lines),
                plot=True,
            ),
            Picture("pictures", "One pass of the network, and L-BFGS from noise.", draw_sheet(tiles)),
        ],
    )


def _optimize(
    setting: Setting, perception: Perception, photo: Tensor, painting: int, iterations: int, title: str
) -> tuple[list[float], list[Tile]]:
    """The objective before the first and after each iteration, and the pictures after a fifth and all."""
    content, index = perception.content(photo), torch.tensor([painting], device=photo.device)

    def of(picture: Tensor) -> dict[str, Tensor]:
        # In float32: a line search can't tell two pictures apart by a loss in bf16.
        seen, styles = perception.terms(picture, content, index)
        loss = WEIGHTS.content * seen + WEIGHTS.style * styles.mean() + WEIGHTS.tv * tv_loss(picture)
        return {"loss": loss}

    pixels = torch.rand(photo.shape, generator=torch.Generator().manual_seed(0)).to(photo.device)
    losses, tiles = [], []
    for note in setting.watch(optimize_pixels(pixels, of, iterations), iterations, title):
        losses.append(note.terms["loss"])
        if note.step in (max(1, iterations // 5), iterations):
            tiles.append((f"L-BFGS, {note.step}", pixels.clamp(0, 1).clone()))
    return losses, tiles


def _speed(
    setting: Setting, label: str, net: StyledTransformer, photo: Tensor, per_iteration: float, sizes: Sizes
) -> Claim:
    setting = replace(setting, place=in_float32(setting.place))
    times = []
    for _ in range(sizes.passes + 1):
        started = time.perf_counter()
        paint(setting, net, photo, 0)
        if photo.is_cuda:
            torch.cuda.synchronize()
        times.append(time.perf_counter() - started)
    once = median(times[1:])
    return Claim.at_least(
        f"{label}: one pass against {PAPERS} iterations (paper: 1060 ×)",
        PAPERS * per_iteration / once, 500, " ×",
    ).with_more(f"{1e3 * once:.1f} ms and {PAPERS * per_iteration:.0f} s")  # fmt: skip
