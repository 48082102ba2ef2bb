"""`livestyle train --method adain --arch wide`, from pictures to a model that paints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from livestyle.cli import run
from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.workshop.training.adain.train import train_adain_wide
from livestyle.workshop.training.adain_lite.train import AdaINOptions
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.loop import Schedule
from livestyle.workshop.training.paintings import list_paintings
from tests.conftest import picture
from tests.offline.clips import Clip, make, steady, times
from tests.workshop.small import write_photos, write_vgg


def call(*arguments: object) -> int:
    try:
        run([str(argument) for argument in arguments])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    write_photos(folder / "photos", 2)
    write_photos(folder / "paintings", 1, seed=1)
    write_photos(folder / "unseen", 1, seed=2)[0].rename(folder / "unseen" / "held.png")
    write_vgg(folder / "vgg.safetensors")
    return folder


def train(shop: Path, out: Path, *more: object) -> int:
    folders = ("--styles", shop / "paintings", "--content", shop / "photos", "--held-out", shop / "unseen")
    small = ("--crop", 64, "--batch", 1, "--steps", 2, "--vgg", shop / "vgg.safetensors")
    return call("train", "--method", "adain", "--arch", "wide", "--out", out, *folders, *small, *more)


@pytest.fixture(scope="module")
def made(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("models") / "huang"
    assert train(shop, out) == 0
    return out


def test_the_model_has_the_paintings_and_those_held_out(made: Path) -> None:
    model = Model.load(made)
    assert model.styles.names == ("photo_0", "held")
    assert [note.name for note in model.card.styles] == ["photo_0", "held"]
    assert model.card.method == "AdaIN: Huang 2017"
    assert model.card.training["steps_done"] == 2
    assert model.card.figures["torch_difference_of_255"] <= 2
    assert (made.with_name("huang.training") / "sheet-000002.jpg").exists()


def test_a_killed_training_goes_on_to_the_same_weights(shop: Path, tmp_path: Path) -> None:
    schedule = Schedule(steps=2, rate=1e-3, save_every=1)
    whole, broken = (
        AdaINOptions(
            paintings=tuple(list_paintings(shop / "paintings")),
            styles=(shop / "paintings",),
            content=(shop / "photos",),
            work=tmp_path / name,
            vgg=shop / "vgg.safetensors",
            crop_px=64,
            batch=1,
            schedule=schedule,
        )
        for name in ("whole", "broken")
    )
    place = Place(torch.device("cpu"), bf16=False)
    found = train_adain_wide(whole, place)
    losses = [note.terms["loss"] for note in found.notes]
    assert next(train_adain_wide(broken, place).notes).terms["loss"] == losses[0]
    gone_on = train_adain_wide(broken, place)
    assert [note.terms["loss"] for note in gone_on.notes] == losses[1:]
    torch.testing.assert_close(gone_on.model.state_dict(), found.model.state_dict(), rtol=0, atol=0)


def test_export_makes_the_same_of_the_checkpoint(
    shop: Path, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[Any, Any]] = []

    def publish(styled: Any, *rest: Any, **named: Any) -> Any:
        calls.append((styled, named["encoder"]))
        raise LivestyleError("enough is seen")

    monkeypatch.setattr("livestyle.workshop.export.publish.publish", publish)
    given = ("--frames", shop / "photos")
    assert call("export", made.with_name("huang.training"), tmp_path / "again", *given) == 2
    ((styled, encoder),) = calls
    bank = Model.load(made).styles
    assert tuple(styled.names) == bank.names
    np.testing.assert_allclose(styled.styles.detach().numpy(), bank.vectors, rtol=1e-4, atol=1e-4)
    assert encoder.encoder is styled.net.encoder


def test_a_picture_is_painted_after_another(shop: Path, made: Path, tmp_path: Path) -> None:
    photo = picture(Size(80, 72))
    assert cv2.imwrite(str(tmp_path / "in.png"), photo)
    given = ("--model", made, "--precision", "f32", "--style-image", shop / "unseen" / "held.png")
    assert call("image", tmp_path / "in.png", tmp_path / "out.png", *given) == 0
    painted = cv2.imread(str(tmp_path / "out.png"))
    assert painted is not None
    assert painted.shape == photo.shape
    assert float(np.abs(painted.astype(int) - photo).mean()) > 10


def test_styles_take_turns_in_a_film(made: Path, tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", Clip(steady(3)))
    turns = ("--style", "photo_0,held", "--change-every", "70ms", "--preset", "ultrafast")
    assert call("video", source, tmp_path / "out.mp4", "--model", made, *turns) == 0
    assert times(tmp_path / "out.mp4") == times(source)


def test_styles_cannot_be_added_to_it_by_training(
    shop: Path, made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    painting = shop / "unseen" / "held.png"
    given = ("--add-style", painting, "--name", "new", "--model", made, "--content", shop / "photos")
    assert call("train", *given, "--vgg", shop / "vgg.safetensors") == 2
    error = capsys.readouterr().err.replace("\n", " ")
    assert "learns no styles, any picture is one" in error
    assert "Traceback" not in error
