"""Dumoulin 2017: many styles in one network, one more for two numbers a channel, and all between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

import torch
from torch import Tensor

from livestyle.workshop.networks.styled import StyledTransformer
from livestyle.workshop.networks.transformer import ARCHITECTURES, Transformer
from livestyle.workshop.reproduction.blending import blend
from livestyle.workshop.reproduction.context import Setting
from livestyle.workshop.reproduction.findings import Claim, Findings, PageImage
from livestyle.workshop.reproduction.sheet import NamedPicture, draw_sheet
from livestyle.workshop.reproduction.small_training import WEIGHTS, Recipe, held_out, paint, see, train
from livestyle.workshop.training.cin.add_style import AddStyleOptions, add_style
from livestyle.workshop.training.loop import Schedule

MODEL = "cin-lite"
STYLES = 4
ALONE = (0, 1)
"""The styles that are trained in a network of their own too; and one that is added, the next after all."""


@dataclass(frozen=True)
class Sizes:
    crop_px: int = 96
    style_px: int = 256
    steps: int = 400
    photos: int = 4


TRIAL = Sizes(crop_px=64, style_px=64, steps=2, photos=1)


def run(setting: Setting) -> Findings:
    """Small trainings for the claims about training, the model that ships for those about blending."""
    sizes = setting.sized(Sizes(), TRIAL)
    recipe = Recipe("lite", sizes.steps)
    perception, crops = see(setting, range(STYLES + 1), sizes.style_px), setting.crops(sizes.crop_px)
    photos = setting.squares(sizes.photos, 2 * sizes.crop_px)

    def trained(numbers: Sequence[int], title: str) -> StyledTransformer:
        names = [f"style {n}" for n in numbers]
        return train(setting, recipe, see(setting, numbers, sizes.style_px), crops, names, title)

    many = trained(range(STYLES), f"{STYLES} styles")
    singles = {n: trained([n], f"style {n} alone") for n in (*ALONE, STYLES)}
    together, alone = (
        mean(held_out(setting, perception, net, photos, row, n) for net, row, n in of)
        for of in ([(many, n, n) for n in ALONE], [(singles[n], 0, n) for n in ALONE])
    )
    added, same = _add(setting, many, photos[0], sizes)
    new, scratch = (held_out(setting, perception, m, photos, 0, STYLES) for m in (added, singles[STYLES]))
    between_claim, between_pictures = blend(setting, MODEL)
    return Findings(
        f"lite, crops of {sizes.crop_px} px, batch 4, Adam 2e-3, {sizes.steps} steps: for {STYLES} styles, "
        f"for one alone (two of them), for a new one from scratch; {_new_steps(sizes)} steps, Adam 1e-2, for "
        f"the new one added. Measured on {len(photos)} photos. Blending: {MODEL}.",
        [
            _values(),
            Claim.of(
                "adding a style changes nothing of the network nor of the other styles", "bit-identical",
                "bit-identical" if same else "changed", same,
            ),
            Claim.at_most(
                f"objective of {STYLES} styles in one network, over one network each", together / alone, 1.25
            ),
            Claim.at_most(
                "objective of a style added in 1/8 of the steps, over one from scratch", new / scratch, 1.1
            ),
            between_claim,
        ],
        [
            PageImage(
                "pictures", f"{STYLES} styles in one network; each alone; one added, and from scratch.",
                draw_sheet(_sheet(setting, many, singles, added, photos[0])),
            ),
            *between_pictures,
        ],
    )  # fmt: skip


def _values() -> Claim:
    """How many numbers a style is."""
    shown, good = [], True
    for name in ("wide", "lite"):
        net = Transformer(ARCHITECTURES[name])
        weights = sum(p.numel() for p in net.parameters())
        shown.append(f"{name} {net.style_length} ({100 * net.style_length / weights:.2f} %)")
        good &= net.style_length == 2 * sum(norm.channels for norm in net.norms())
    asked = "2 · Σ channels (paper: 3206, 0.19 %; ours has no normalisation after the last convolution)"
    return Claim.of("values of a style", asked, ", ".join(shown), good)


def _new_steps(sizes: Sizes) -> int:
    return max(1, sizes.steps // 8)


def _add(
    setting: Setting, trained: StyledTransformer, photo: Tensor, sizes: Sizes
) -> tuple[StyledTransformer, bool]:
    """The network with the new style, and whether all that was there is as it was, to the bit."""
    before = {name: tensor.clone() for name, tensor in trained.state_dict().items()}
    painted = [paint(setting, trained, photo, row) for row in range(STYLES)]
    steps = _new_steps(sizes)
    options = AddStyleOptions(
        setting.painting(STYLES), (setting.photos,), setting.vgg, sizes.style_px, sizes.crop_px,
        weights=WEIGHTS, schedule=Schedule(steps, rate=1e-2),
    )  # fmt: skip
    adding = add_style(trained, options, setting.place)
    for _ in setting.watch(adding.notes, steps, "one more style"):
        pass
    same = all(torch.equal(before[name], tensor) for name, tensor in trained.state_dict().items())
    after = [paint(setting, trained, photo, row) for row in range(STYLES)]
    return adding.model, same and all(torch.equal(a, b) for a, b in zip(painted, after, strict=True))


def _sheet(
    setting: Setting,
    many: StyledTransformer,
    singles: dict[int, StyledTransformer],
    added: StyledTransformer,
    photo: Tensor,
) -> list[list[NamedPicture]]:
    rows: list[list[NamedPicture]] = [[("photo", photo)], [("photo", photo)]]
    rows[0] += [(f"{n + 1} of {STYLES}", paint(setting, many, photo, n)) for n in range(STYLES)]
    rows[0].append(("added", paint(setting, added, photo, 0)))
    rows[1] += [(f"{n + 1} alone", paint(setting, singles[n], photo, 0)) for n in ALONE]
    rows[1].append(("new, from scratch", paint(setting, singles[STYLES], photo, 0)))
    return rows
