"""`livestyle train adain --arch wide`, from pictures to a model that paints."""

from __future__ import annotations

from dataclasses import dataclass
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
    return call("train", "adain", "--arch", "wide", "--out", out, *folders, *small, *more)


@dataclass
class Made:
    """What a training handed over to be exported."""

    work: Path
    styled: Any
    notes: Any
    record: dict[str, Any]
    encoder: Any


@pytest.fixture(scope="module")
def made(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    out = tmp_path_factory.mktemp("models") / "huang"
    found: list[Made] = []

    def note(styled: Any, folder: Path, name: str, notes: Any, record: Any, *_: Any, encoder: Any) -> None:
        found.append(Made(out.with_name("huang.training"), styled, notes, record, encoder))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("livestyle.commands.training.train_adain.publish", note)
        patch.setattr("livestyle.commands.training.train_adain.report_published", lambda made: None)
        assert train(shop, out) == 0
    return found[0]


def test_the_model_has_the_paintings_and_those_held_out(made: Made) -> None:
    assert list(made.styled.names) == [note.name for note in made.notes] == ["photo_0", "held"]
    assert made.record["method"] == "AdaIN: Huang 2017"
    assert made.record["steps_done"] == 2
    assert made.encoder.encoder is made.styled.net.encoder
    assert (made.work / "sheet-000002.jpg").exists()


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
    shop: Path, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[Any, Any]] = []

    def publish(styled: Any, *rest: Any, **named: Any) -> Any:
        calls.append((styled, named["encoder"]))
        raise LivestyleError("enough is seen")

    monkeypatch.setattr("livestyle.workshop.export.publish.publish", publish)
    assert call("export", made.work, tmp_path / "again", "--frames", shop / "photos") == 2
    ((styled, encoder),) = calls
    assert styled.names == made.styled.names
    torch.testing.assert_close(styled.styles, made.styled.styles, rtol=1e-4, atol=1e-4)
    assert encoder.encoder is styled.net.encoder


def test_a_picture_is_painted_after_another(shop: Path, huang: Model, tmp_path: Path) -> None:
    photo = picture(Size(80, 72))
    assert cv2.imwrite(str(tmp_path / "in.png"), photo)
    given = ("--model", huang.folder, "--precision", "f32", "--style-image", shop / "unseen" / "held.png")
    assert call("image", tmp_path / "in.png", tmp_path / "out.png", *given) == 0
    painted = cv2.imread(str(tmp_path / "out.png"))
    assert painted is not None
    assert painted.shape == photo.shape
    assert float(np.abs(painted.astype(int) - photo).mean()) > 10


def test_styles_take_turns_in_a_film(huang: Model, tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", Clip(steady(3)))
    turns = ("--style", "dark,bright", "--change-every", "70ms", "--preset", "ultrafast")
    assert call("video", source, tmp_path / "out.mp4", "--model", huang.folder, *turns) == 0
    assert times(tmp_path / "out.mp4") == times(source)


def test_styles_cannot_be_added_to_it_by_training(
    shop: Path, huang: Model, capsys: pytest.CaptureFixture[str]
) -> None:
    painting = shop / "unseen" / "held.png"
    given = ("add-style", painting, "--name", "new", "--model", huang.folder, "--content", shop / "photos")
    assert call("train", *given, "--vgg", shop / "vgg.safetensors") == 2
    error = capsys.readouterr().err.replace("\n", " ")
    assert "learns no styles, any picture is one" in error
    assert "Traceback" not in error
