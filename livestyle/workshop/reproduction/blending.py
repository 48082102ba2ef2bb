"""Between two styles of a model that ships: nearer to the one painting, farther from the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import torch
from torch import Tensor

from livestyle.model.card import Model, model_names
from livestyle.workshop.export.onnx import restore
from livestyle.workshop.networks.styled import StyledTransformer
from livestyle.workshop.reproduction.context import Setting
from livestyle.workshop.reproduction.findings import Claim, PageImage
from livestyle.workshop.reproduction.sheet import NamedPicture, draw_sheet
from livestyle.workshop.reproduction.small_training import see
from livestyle.workshop.training.perceptual import Perception

MOST = 3
"""Paintings that are blended in pairs."""


@dataclass(frozen=True)
class Sizes:
    side_px: int = 256
    style_px: int = 768
    blends: int = 5
    photos: int = 2


TRIAL = Sizes(side_px=64, style_px=64, blends=3, photos=1)


def known(setting: Setting, model: Model) -> list[int]:
    """Which of the paintings the model has a style of, by name."""
    return [n for n, p in enumerate(setting.paintings) if p.note.name in model.styles.names]


def load(setting: Setting, model: Model) -> StyledTransformer:
    """Its network on the device."""
    styled = restore(model)
    setting.place.module(styled)
    return styled


def blend(setting: Setting, name: str) -> tuple[Claim, list[PageImage]]:
    """The claim, and a sheet with a row a pair; the claim is open where there is nothing to measure."""
    text, asked = f"{name}: style losses along a blend of two styles", "monotone"
    if name not in model_names():
        return Claim.open(text, asked, f"{name} does not ship"), []
    model = Model.load(name)
    numbers = known(setting, model)[:MOST]
    if len(numbers) < 2:
        return Claim.open(text, asked, f"give the paintings of {name}: --styles and --notes"), []
    sizes = setting.sized(Sizes(), TRIAL)
    perception = see(setting, numbers, sizes.style_px)
    photos, net = setting.squares(sizes.photos, sizes.side_px), load(setting, model)
    good, rows, pairs = 0, [], list(combinations(range(len(numbers)), 2))
    for pair in pairs:
        names = [setting.painting(numbers[n]).note.name for n in pair]
        losses, row = _between(setting, perception, net, photos, pair, names, sizes.blends)
        good += all(a[0] < b[0] and a[1] > b[1] for a, b in pairwise(losses))
        rows.append(row)
    reached = f"{good} of {len(pairs)} pairs, {sizes.blends} blends each"
    caption = "From one style to another, by blending gamma and beta."
    return (
        Claim.of(text, asked, reached, good == len(pairs)),
        [PageImage("between", caption, draw_sheet(rows, 256))],
    )


@torch.no_grad()
def _between(
    setting: Setting,
    perception: Perception,
    net: StyledTransformer,
    photos: Sequence[Tensor],
    pair: tuple[int, int],
    names: Sequence[str],
    count: int,
) -> tuple[list[tuple[float, ...]], list[NamedPicture]]:
    """For each blend the style losses to both paintings, mean of the photos, and the first photo painted."""
    start, end = (net.styles[net.names.index(name)] for name in names)
    index = torch.tensor(pair, device=start.device)
    losses: list[tuple[float, ...]] = []
    tiles: list[NamedPicture] = []
    for share in torch.linspace(0, 1, count).tolist():
        with setting.place.autocast():
            painted = [net.net(photo, torch.lerp(start, end, share)[None]) for photo in photos]
            found = torch.stack([perception.style(picture, index) for picture in painted])
        losses.append(tuple(found.mean(0).tolist()))
        tiles.append((f"{names[0]} {1 - share:.2f}, {names[1]} {share:.2f}", painted[0].float()))
    return losses, tiles
