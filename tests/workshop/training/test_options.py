"""What a training can be asked for, it does: it reads every field of its options, and every weight weighs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
import torch

from livestyle.model.card import Model
from livestyle.workshop.export.onnx import restore
from livestyle.workshop.training.adain_lite.train import AdaINOptions, train_adain
from livestyle.workshop.training.cin.add_style import AddStyleOptions, add_style
from livestyle.workshop.training.cin.train import TrainOptions, train_styles
from livestyle.workshop.training.cyclegan.train import CycleOptions, train_cyclegan
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.loop import Schedule
from livestyle.workshop.training.paintings import one_painting
from livestyle.workshop.training.perceptual import Weights
from livestyle.workshop.training.superres.train import SuperresOptions, train_superres
from livestyle.workshop.training.texture.train import TextureOptions, train_texture
from tests.watched import watched
from tests.workshop.small import write_photos, write_vgg

SCHEDULED = ("steps", "rate", "decay", "seed", "warm")
CPU = Place(torch.device("cpu"), bf16=False)
TOLD = {"start", "teacher"}
"""Read for the record alone: the models themselves are arguments."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    write_photos(folder / "photos", 1, 72)
    write_photos(folder / "paintings", 1, 72, seed=1)
    write_vgg(folder / "vgg.safetensors")
    return folder


def options_of(kind: Any, shop: Path, work: Path, **more: Any) -> Any:
    """Options of two small steps, of what a kind of training takes."""
    painting = one_painting(shop / "paintings" / "photo_0.png")
    offered = {
        "painting": painting,
        "paintings": (painting,),
        "styles": (shop / "paintings",),
        "content": (shop / "photos",),
        "a": (shop / "photos",),
        "b": (shop / "paintings",),
        "work": work,
        "vgg": shop / "vgg.safetensors",
        "pool": 2,
        "crop_px": 64,
        "side_px": 64,
        "style_px": 64,
        "batch": 2,
        "schedule": Schedule(steps=2, rate=1e-3, warm=1),
        **more,
    }
    taken = {field.name for field in fields(kind)}
    return kind(**{name: value for name, value in offered.items() if name in taken})


def add(options: Any, place: Place) -> Any:
    return add_style(restore(Model.load("mosaic")), options, place)


@pytest.mark.parametrize(
    ("kind", "train"),
    [
        (TrainOptions, train_styles),
        (AddStyleOptions, add),
        (AdaINOptions, train_adain),
        (CycleOptions, train_cyclegan),
        (SuperresOptions, train_superres),
        (TextureOptions, train_texture),
    ],
)
def test_every_field_is_read(
    kind: Any, train: Callable[[Any, Place], Any], shop: Path, tmp_path: Path
) -> None:
    options = options_of(kind, shop, tmp_path / "work")
    seen: set[str] = set()
    assert len(list(train(watched(options, seen, ["schedule"]), CPU).notes)) == 2
    asked = {field.name for field in fields(kind)} | {f"schedule.{name}" for name in SCHEDULED}
    assert asked - seen == TOLD & asked


def terms(shop: Path, work: Path, weights: Weights) -> list[dict[str, float]]:
    """What each step of a small training logs."""
    options = options_of(TrainOptions, shop, work, weights=weights)
    return [note.terms for note in train_styles(options, CPU).notes]


ALL = Weights(noise=1.0, film=1.0, lattice=1.0, contrast=1.0, palette=1.0, peaks=1.0, detail=1.0)


@pytest.fixture(scope="module")
def terms_of_all(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, float]]:
    return terms(shop, tmp_path_factory.mktemp("all"), ALL)


@pytest.mark.parametrize("name", [field.name for field in fields(Weights)])
def test_every_weight_weighs(
    name: str, shop: Path, tmp_path: Path, terms_of_all: list[dict[str, float]]
) -> None:
    assert terms(shop, tmp_path, replace(ALL, **{name: 0.0})) != terms_of_all


def test_the_same_weights_weigh_the_same(
    shop: Path, tmp_path: Path, terms_of_all: list[dict[str, float]]
) -> None:
    assert terms(shop, tmp_path, ALL) == terms_of_all
