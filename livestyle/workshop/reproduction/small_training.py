"""Small trainings of feed-forward networks, and what they come to on photos they have not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from livestyle.workshop.losses.tv import tv_loss
from livestyle.workshop.networks.styled import StyledTransformer
from livestyle.workshop.networks.transformer import ARCHITECTURES, Transformer
from livestyle.workshop.reproduction.context import Setting
from livestyle.workshop.training.cin.objective import FeedforwardObjective
from livestyle.workshop.training.data import PhotoCrops
from livestyle.workshop.training.loop import Schedule, fit
from livestyle.workshop.training.perceptual import Perception, Weights

WEIGHTS = Weights(stability=0.0)


@dataclass(frozen=True)
class Recipe:
    """What all networks of a comparison share."""

    arch: str
    steps: int
    batch: int = 4
    rate: float = 2e-3


def see(setting: Setting, numbers: Sequence[int], style_px: int) -> Perception:
    """The objective for these paintings."""
    vgg = setting.load_vgg("relu4_1")
    with setting.place.autocast():
        return Perception(vgg, [setting.painted(n, style_px) for n in numbers])


def train(
    setting: Setting,
    recipe: Recipe,
    perception: Perception,
    crops: PhotoCrops,
    names: Sequence[str],
    title: str,
) -> StyledTransformer:
    """A network for the paintings of `perception`."""
    torch.manual_seed(0)
    model = StyledTransformer(Transformer(ARCHITECTURES[recipe.arch]), names)
    setting.place.module(model)
    objective = FeedforwardObjective(
        perception, model, WEIGHTS, torch.ones(len(names)), torch.arange(len(names)), anneal=False
    )
    schedule = Schedule(recipe.steps, recipe.rate)
    groups = [{"params": list(model.parameters())}]
    notes = fit(model, groups, lambda rng: crops.batch(rng, recipe.batch), objective, schedule, setting.place)
    for _ in setting.watch(notes, recipe.steps, title):
        pass
    return model.eval()


@torch.no_grad()
def objective(
    setting: Setting, perception: Perception, picture: Tensor, photo: Tensor, painting: int
) -> float:
    """Of a painted picture [1, 3, H, W]: what the trainings minimise. painting: which of `perception`'s."""
    with setting.place.autocast():
        content, styles = perception.terms(picture, perception.content(photo), torch.tensor([painting]))
    return (WEIGHTS.content * content + WEIGHTS.style * styles.mean() + WEIGHTS.tv * tv_loss(picture)).item()


@torch.no_grad()
def paint(setting: Setting, model: StyledTransformer, photo: Tensor, row: int) -> Tensor:
    """photo [1, 3, H, W] in the style of that row, float32."""
    with setting.place.autocast():
        painted: Tensor = model(photo, torch.tensor([row], device=photo.device))
    return painted.float()


def held_out(
    setting: Setting,
    perception: Perception,
    model: StyledTransformer,
    photos: Sequence[Tensor],
    row: int,
    painting: int,
) -> float:
    """The mean objective of the photos, painted in style `row`, towards that painting of `perception`."""
    found = [objective(setting, perception, paint(setting, model, p, row), p, painting) for p in photos]
    return sum(found) / len(found)
