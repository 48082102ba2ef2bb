"""Ulyanov 2017: the diversity term keeps a generator of textures from giving one picture for any noise."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from livestyle.workshop.losses.diversity import diversity_loss
from livestyle.workshop.networks.texture import TextureGenerator
from livestyle.workshop.reproduction.context import Setting
from livestyle.workshop.reproduction.curves import Curve, draw_curves
from livestyle.workshop.reproduction.findings import Claim, Findings, PageImage
from livestyle.workshop.reproduction.sheet import draw_sheet
from livestyle.workshop.training.loop import Schedule, fit
from livestyle.workshop.training.perceptual import Perception
from livestyle.workshop.training.texture.objective import TextureObjective

LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")
SHOWN = 4


@dataclass(frozen=True)
class Sizes:
    side_px: int = 96
    style_px: int = 192
    steps: int = 300
    batch: int = 4
    seeds: int = 16
    weight: float = 0.5


TRIAL = Sizes(side_px=64, style_px=64, steps=3, batch=2, seeds=4)


def run(setting: Setting) -> Findings:
    """One generator with the term and one without, the same seeds; then as many textures of each."""
    sizes = setting.sized(Sizes(), TRIAL)
    with setting.place.autocast():
        painting = setting.painted(0, sizes.style_px)
        perception = Perception(setting.load_vgg("relu4_1"), [painting], style_layers=LAYERS)
    weights = {"without the term": 0.0, f"with it, λ = {sizes.weight:g}": sizes.weight}
    curves, rows, distances, styles = [], [], [], []
    for name, weight in weights.items():
        losses, textures = _train(setting, perception, weight, name, sizes)
        with torch.no_grad(), setting.place.autocast():
            only = torch.zeros(len(textures), dtype=torch.int64, device=textures.device)
            styles.append(float(perception.style(textures, only).mean()))
        distances.append(math.exp(-float(diversity_loss(textures))))
        curves.append(Curve(name, range(1, len(losses) + 1), losses))
        rows.append([(f"{name}, {n + 1}", picture) for n, picture in enumerate(textures[:SHOWN].split(1))])
    claim = Claim.at_least(
        f"distance to the nearest of {sizes.seeds} textures, over that without the term",
        distances[1] / distances[0], 3, " ×",
    )  # fmt: skip
    return Findings(
        f"Textures of {sizes.side_px} px from one painting, {sizes.steps} steps, batch {sizes.batch}, Adam "
        f"5e-3; Gram matrices in {LAYERS[0]} to {LAYERS[-1]}. Distance: root mean square over pixels.",
        [
            claim.with_more(f"{distances[1]:.3f} and {distances[0]:.3f}"),
            Claim.at_most("style loss with the term, over that without", styles[1] / styles[0], 2, " ×"),
        ],
        [
            PageImage(
                "losses", "Style loss over the steps.",
                draw_curves("Texture networks: style loss", "steps", curves), plot=True,
            ),
            PageImage(
                "pictures", "Textures from different noise.", draw_sheet([[("painting", painting)], *rows])
            ),
        ],
    )  # fmt: skip


def _train(
    setting: Setting, perception: Perception, weight: float, title: str, sizes: Sizes
) -> tuple[list[float], Tensor]:
    """The style loss of each step, and textures [seeds, 3, side, side]."""
    torch.manual_seed(0)
    model = TextureGenerator()
    setting.place.module(model)
    objective = TextureObjective(perception, model, weight)
    size = (sizes.batch, 3, sizes.side_px, sizes.side_px)
    groups = [{"params": list(model.parameters())}]
    schedule = Schedule(sizes.steps, rate=5e-3)
    notes = fit(model, groups, lambda rng: torch.zeros(size), objective, schedule, setting.place)
    losses = [note.terms["style"] for note in setting.watch(notes, sizes.steps, title)]
    noise = model.noise(sizes.seeds, sizes.side_px, torch.Generator().manual_seed(9))
    with torch.no_grad(), setting.place.autocast():
        textures: Tensor = model([setting.place.images(z) for z in noise])
    return losses, textures.float()
