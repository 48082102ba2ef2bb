from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from livestyle.core.errors import LivestyleError
from livestyle.workshop.losses.adversarial import reconstruction_loss
from livestyle.workshop.networks.cyclegan import CycleNetworks
from livestyle.workshop.training.choices import Direction
from livestyle.workshop.training.cin.train import load_checkpoint
from livestyle.workshop.training.cyclegan.objective import (
    CycleTraining,
    CycleWeights,
    fit_cycle,
    generator_terms,
)
from livestyle.workshop.training.cyclegan.train import KEYS, CycleOptions, train_cyclegan
from livestyle.workshop.training.data import to_tensor
from livestyle.workshop.training.dead_leaves import dead_leaf_photos
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.loop import Schedule
from tests.workshop.small import write_photos

PLACE = Place(torch.device("cpu"), bf16=False)
SCHEDULE = Schedule(steps=8, rate=2e-4, decay=0.5, save_every=3)


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> CycleOptions:
    """Two small sets, one with a broken picture; a pool that is full after two steps."""
    folder = tmp_path_factory.mktemp("sets")
    write_photos(folder / "photos", 3)
    write_photos(folder / "van gogh", 3, seed=1)
    (folder / "photos" / "broken.jpg").write_bytes(b"\xff\xd8 no picture")
    a, b = (folder / "photos",), (folder / "van gogh",)
    return CycleOptions(a=a, b=b, work=folder / "work", crop_px=64, pool=2, schedule=SCHEDULE)


def losses(options: CycleOptions, stop: int | None = None) -> list[dict[str, float]]:
    found = []
    for note in train_cyclegan(options, PLACE).notes:
        found.append(note.terms)
        if note.step == stop:
            break
    return found


def test_a_killed_training_resumes_as_if_unbroken(options: CycleOptions, tmp_path: Path) -> None:
    whole = losses(replace(options, work=tmp_path / "whole"))
    broken = replace(options, work=tmp_path / "broken")
    assert losses(broken, stop=5) == whole[:5]  # the same seed gives the same losses
    assert losses(broken) == whole[3:]  # and the checkpoint of step 3 all that comes after it
    assert losses(broken) == []
    other = replace(options, work=tmp_path / "other", schedule=replace(SCHEDULE, seed=1))
    assert losses(other, stop=1) != whole[:1]
    assert (tmp_path / "whole" / "sheet-000008.jpg").stat().st_size > 1000
    models = [load_checkpoint(tmp_path / "whole", *KEYS[direction]) for direction in Direction]
    assert [model.names for model, *_ in models] == [["van_gogh"], ["photos"]]
    assert models[0][1][0].title == "van gogh"
    assert models[0][2]["method"] == "CycleGAN: Zhu 2017"


def test_broken_pictures_are_counted(options: CycleOptions) -> None:
    assert [path.name for path in train_cyclegan(options, PLACE).skipped] == ["broken.jpg"]


def test_the_generators_loss_is_the_papers_sum() -> None:
    torch.manual_seed(0)
    networks = CycleNetworks("lite")
    a, b = torch.rand(2, 1, 3, 64, 64)
    with torch.no_grad():
        terms, painted, _ = generator_terms(networks, a, b, CycleWeights(cycle=3, identity=0.5))
        bare, *_ = generator_terms(networks, a, b, CycleWeights(cycle=0, identity=0))
        back = networks.unpaint(painted)
    expected = terms["adversarial"] + 3 * terms["cycle"] + 1.5 * terms["identity"]
    torch.testing.assert_close(terms["generators"], expected)
    torch.testing.assert_close(bare["generators"], terms["adversarial"])
    assert float(terms["cycle"]) > float(reconstruction_loss(back, a)) > 0


def test_learns_to_come_back() -> None:
    """What is painted can soon be undone."""
    torch.manual_seed(0)
    training = CycleTraining.new(CycleNetworks("lite"))
    a, b = (to_tensor(photo) for photo in dead_leaf_photos(2, 64))
    schedule = Schedule(steps=30, rate=2e-3, decay=0)
    notes = fit_cycle(training, lambda _: a, lambda _: b, CycleWeights(), schedule, PLACE)
    found = [note.terms["cycle"] for note in notes]
    assert np.mean(found[-5:]) < 0.8 * np.mean(found[:5])


def test_a_loss_that_is_no_number_is_an_error() -> None:
    training = CycleTraining.new(CycleNetworks("lite"))
    nothing = torch.full((1, 3, 64, 64), float("nan"))
    notes = fit_cycle(training, lambda _: nothing, lambda _: nothing, CycleWeights(), SCHEDULE, PLACE)
    with pytest.raises(LivestyleError, match="at step 1"):
        next(notes)


def test_a_checkpoint_of_something_else_is_an_error(options: CycleOptions, tmp_path: Path) -> None:
    torch.save({"model": {}, "step": 3}, tmp_path / "checkpoint.pt")
    with pytest.raises(LivestyleError, match="cannot go on from"):
        next(train_cyclegan(replace(options, work=tmp_path), PLACE).notes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"arch": "vast"}, "unknown architecture 'vast'"),
        ({"crop_px": 100}, "multiple of 8"),
        ({"b": (Path("nowhere"),)}, "not a folder"),
    ],
)
def test_bad_options(options: CycleOptions, change: dict[str, object], message: str) -> None:
    with pytest.raises(LivestyleError, match=message):
        train_cyclegan(replace(options, **change), PLACE)  # type: ignore[arg-type]


def test_a_full_disk_is_one_error(
    options: CycleOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(LivestyleError, match="No space left"):
        losses(replace(options, work=tmp_path))
    assert not list(tmp_path.glob("checkpoint*"))
