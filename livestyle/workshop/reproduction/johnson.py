"""Johnson 2016: one pass of a network against hundreds of iterations of L-BFGS."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import mean, median

import torch
from torch import Tensor

from livestyle.model.card import Model, model_names
from livestyle.workshop.losses.style import Features
from livestyle.workshop.losses.tv import tv_loss
from livestyle.workshop.networks.styled import StyledTransformer
from livestyle.workshop.networks.transformer import ARCHITECTURES, Transformer
from livestyle.workshop.optimize.gatys import optimize_pixels
from livestyle.workshop.reproduction.blending import known, load
from livestyle.workshop.reproduction.context import Setting, in_float32
from livestyle.workshop.reproduction.curves import Curve, draw_curves
from livestyle.workshop.reproduction.findings import Claim, Findings, PageImage
from livestyle.workshop.reproduction.sheet import NamedPicture, draw_sheet
from livestyle.workshop.reproduction.small_training import WEIGHTS, held_out, paint, see
from livestyle.workshop.training.perceptual import Perception

METHODS = ("CIN", "Johnson")
"""How the methods of the models that take part begin, on their cards."""

ASKED_WIDE, ASKED = 50, 20
"""The iteration of L-BFGS that a network should equal: the paper's, and a narrow one trained on a CPU."""

PAPERS = 500
"""Iterations of L-BFGS that are compared with one pass, as in the paper."""


@dataclass(frozen=True)
class Sizes:
    """paintings: the most of one model."""

    side_px: int = 256
    style_px: int = 768
    iterations: int = 60
    photos: int = 2
    paintings: int = 2
    passes: int = 9


TRIAL = Sizes(side_px=64, style_px=64, iterations=3, photos=1, paintings=1, passes=2)


@dataclass(frozen=True)
class Race:
    """L-BFGS from noise towards one painting: the objective before the first and after each iteration, mean
    of the photos; the time of an iteration; and the last picture of the first photo.
    """

    curve: list[float]
    seconds: float
    tile: NamedPicture


def run(setting: Setting) -> Findings:
    """L-BFGS towards each painting that a model of ours has a style of, and the models beside it."""
    sizes = setting.sized(Sizes(), TRIAL)
    models = [Model.load(name) for name in model_names()]
    models = [m for m in models if m.card.method.startswith(METHODS)]
    shared = {m.card.name: known(setting, m)[: sizes.paintings] for m in models}
    numbers = sorted({n for of in shared.values() for n in of}) or [0]
    perception, photos = (
        see(setting, numbers, sizes.style_px),
        setting.squares(sizes.photos, sizes.side_px),
    )
    races = {n: _race(setting, perception, photos, place, sizes) for place, n in enumerate(numbers)}
    seconds = mean(race.seconds for race in races.values())
    wide = StyledTransformer(Transformer(ARCHITECTURES["wide"]), ["a"]).eval()
    setting.place.module(wide)
    claims = [_speed(setting, "the paper's net, 32-64-128", wide, photos[0], seconds, sizes)]
    curves = [_curve(f"L-BFGS, {setting.painting(n).note.name}", race.curve) for n, race in races.items()]
    tiles: list[list[NamedPicture]] = []
    for model in models:
        name, net = model.card.name, load(setting, model)
        claims.append(_speed(setting, name, net, photos[0], seconds, sizes))
        mine = {n: races[n] for n in shared[name]}
        claims.append(_quality(setting, model, net, perception, photos, numbers, mine))
        tiles += [_row(setting, name, net, photos[0], n, race) for n, race in mine.items()]
    return Findings(
        f"{len(photos)} photos at {sizes.side_px} px, {len(numbers)} paintings; L-BFGS for "
        f"{sizes.iterations} iterations of {seconds:.2f} s; {PAPERS} are so many times that; float32. "
        "Content in relu4_1, style in relu1_1 to relu4_1, relative losses with weights 1 and 10.",
        claims,
        [
            PageImage(
                "objective", "The objective of L-BFGS from noise, for each painting.",
                draw_curves("L-BFGS from noise: objective", "iterations", curves), plot=True,
            ),
            *([PageImage("pictures", "One pass, and L-BFGS from noise.", draw_sheet(tiles))]
              if tiles else []),
        ],
    )  # fmt: skip


def _race(
    setting: Setting, perception: Perception, photos: Sequence[Tensor], painting: int, sizes: Sizes
) -> Race:
    """In float32: a line search can't tell two pictures apart by a loss in bf16."""
    curves, pictures, index = [], [], torch.tensor([painting], device=photos[0].device)
    started = time.perf_counter()
    for number, photo in enumerate(photos):
        content = perception.content(photo)

        def of(picture: Tensor, content: Features = content) -> dict[str, Tensor]:
            seen, styles = perception.terms(picture, content, index)
            loss = WEIGHTS.content * seen + WEIGHTS.style * styles.mean() + WEIGHTS.tv * tv_loss(picture)
            return {"loss": loss}

        pixels = torch.rand(photo.shape, generator=torch.Generator().manual_seed(number)).to(photo.device)
        notes = optimize_pixels(pixels, of, sizes.iterations)
        title = f"L-BFGS, painting {painting + 1}, photo {number + 1}"
        curves.append([note.terms["loss"] for note in setting.watch(notes, sizes.iterations, title)])
        pictures.append(pixels)
    seconds = (time.perf_counter() - started) / sum(len(curve) - 1 for curve in curves)
    length = max(len(curve) for curve in curves)
    means = [mean(curve[min(i, len(curve) - 1)] for curve in curves) for i in range(length)]
    return Race(means, seconds, (f"L-BFGS, {sizes.iterations}", pictures[0].clamp(0, 1)))


def _quality(
    setting: Setting,
    model: Model,
    net: StyledTransformer,
    perception: Perception,
    photos: Sequence[Tensor],
    numbers: Sequence[int],
    races: Mapping[int, Race],
) -> Claim:
    """Where on the mean curve of its paintings a model stands."""
    asked = ASKED_WIDE if model.card.architecture == ARCHITECTURES["wide"].to_dict() else ASKED
    text = f"{model.card.name} on photos not trained on equals the iteration of L-BFGS"
    if not races:
        return Claim.open(text, f"≥ {asked}", "give its paintings: --styles and --notes")
    rows = {n: net.names.index(setting.painting(n).note.name) for n in races}
    found = mean(held_out(setting, perception, net, photos, row, numbers.index(n)) for n, row in rows.items())
    length = min(len(race.curve) for race in races.values())
    curve = [mean(race.curve[i] for race in races.values()) for i in range(length)]
    reached = next((i for i, loss in enumerate(curve) if loss <= found), length)
    return Claim.at_least(text, reached, asked).with_more(f"objective {found:.2f}")


def _speed(
    setting: Setting, name: str, net: StyledTransformer, photo: Tensor, seconds: float, sizes: Sizes
) -> Claim:
    setting = replace(setting, place=in_float32(setting.place))
    times = []
    for _ in range(sizes.passes + 1):
        started = time.perf_counter()
        paint(setting, net, photo, 0).cpu()
        times.append(time.perf_counter() - started)
    once = median(times[1:])
    return Claim.at_least(
        f"{name}: one pass against {PAPERS} iterations (paper: 1060 ×)", PAPERS * seconds / once, 500, " ×"
    ).with_more(f"{1e3 * once:.1f} ms and {PAPERS * seconds:.0f} s")


def _curve(name: str, values: Sequence[float]) -> Curve:
    return Curve(name, range(len(values)), values)


def _row(
    setting: Setting, model: str, net: StyledTransformer, photo: Tensor, number: int, race: Race
) -> list[NamedPicture]:
    name = setting.painting(number).note.name
    return [
        ("photo", photo),
        (f"{model}, {name}", paint(setting, net, photo, net.names.index(name))),
        race.tile,
    ]
