"""One network for one painting, in Johnson's layers and norms; what holds for it holds for many."""

from __future__ import annotations

import resource
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from livestyle.core.errors import LivestyleError
from livestyle.workshop.networks.choices import Norm
from livestyle.workshop.training.cin.train import TrainOptions, load_checkpoint, train_styles
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.loop import Schedule
from livestyle.workshop.training.paintings import one_painting
from livestyle.workshop.training.perceptual import JOHNSON_LAYERS, Weights
from tests.workshop.small import write_photos, write_vgg

PLACE = Place(torch.device("cpu"), bf16=False)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("johnson")
    write_photos(folder / "photos", 3)
    write_photos(folder, 1, 64, seed=1)
    write_vgg(folder / "vgg.safetensors", last="relu4_3")
    return folder


def options(shop: Path, work: Path, **changes: object) -> TrainOptions:
    small = TrainOptions(
        paintings=(one_painting(shop / "photo_0.png"),),
        content=(shop / "photos",),
        work=work,
        layers=JOHNSON_LAYERS,
        vgg=shop / "vgg.safetensors",
        style_px=64,
        crop_px=64,
        batch=2,
        weights=Weights(stability=0),
        schedule=Schedule(steps=4, rate=1e-3, save_every=2),
        sheet_every=2,
    )
    return replace(small, **changes)  # type: ignore[arg-type]


def losses(chosen: TrainOptions, stop: int | None = None) -> list[float]:
    found = []
    for note in train_styles(chosen, PLACE).notes:
        found.append(note.terms["loss"])
        if note.step == stop:
            break
    return found


@pytest.mark.parametrize("norm", [Norm.INSTANCE, Norm.BATCH])
def test_a_killed_training_resumes_as_if_unbroken(shop: Path, tmp_path: Path, norm: Norm) -> None:
    """To the same losses and the same network, sheets or not."""
    whole = losses(options(shop, tmp_path / "whole", norm=norm))
    assert losses(options(shop, tmp_path / "killed", norm=norm), stop=3) == whole[:3]
    assert losses(options(shop, tmp_path / "killed", norm=norm, sheet_every=99)) == whole[2:]
    models = [load_checkpoint(tmp_path / name)[0] for name in ("whole", "killed")]
    assert models[0].net.arch.norm == norm
    torch.testing.assert_close(models[0].state_dict(), models[1].state_dict(), rtol=0, atol=0)


def test_norms_and_layers_matter(shop: Path, tmp_path: Path) -> None:
    first = losses(options(shop, tmp_path / "a"), stop=1)
    assert losses(options(shop, tmp_path / "b"), stop=1) == first
    assert losses(options(shop, tmp_path / "c", norm=Norm.BATCH), stop=1) != first
    assert losses(options(shop, tmp_path / "d", schedule=Schedule(steps=4, seed=1)), stop=1) != first


def test_a_loss_that_is_no_number_ends_it(shop: Path, tmp_path: Path) -> None:
    with pytest.raises(LivestyleError, match="the loss is inf at step 1"):
        losses(options(shop, tmp_path, weights=Weights(style=float("inf"))))


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
def test_a_full_disk_is_one_error(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").symlink_to("/dev/full")
    with pytest.raises(LivestyleError, match=r"cannot write into .*No space left"):
        losses(options(shop, tmp_path, sheet_every=1))
    (tmp_path / "log.jsonl").unlink()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(LivestyleError, match=r"cannot write .*checkpoint\.pt"):
            losses(options(shop, tmp_path, sheet_every=99))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not list(tmp_path.glob("checkpoint*"))


def test_a_work_folder_that_cannot_be_is_one_error(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LivestyleError, match="cannot write into"):
        losses(options(shop, tmp_path / "file" / "work"))


def test_a_start_with_another_network_is_refused(shop: Path, tmp_path: Path) -> None:
    start = train_styles(options(shop, tmp_path), PLACE).model
    with pytest.raises(LivestyleError, match="another network"):
        train_styles(options(shop, tmp_path, norm=Norm.BATCH), PLACE, start)
