"""`livestyle train METHOD`: from folders of pictures to what can be used."""

from __future__ import annotations

import contextlib
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from livestyle.cli import run
from livestyle.model.card import Model
from livestyle.stylizer.stylizer import Stylizer
from livestyle.workshop.training.cin.train import load_checkpoint
from livestyle.workshop.training.loop import CHECKPOINT
from tests.workshop.small import write_photos, write_vgg


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with photos, a broken one among them, a painting and VGG weights."""
    folder = tmp_path_factory.mktemp("shop")
    write_photos(folder / "photos", 4)
    (folder / "photos" / "broken.jpg").write_bytes(b"\xff\xd8\xff nonsense")
    write_photos(folder / "empty", 0)
    write_photos(folder / "narrow", 1, 8)
    write_photos(folder, 1, 64, seed=1)[0].rename(folder / "My Painting.png")
    write_vgg(folder / "vgg.safetensors", last="relu4_3")
    return folder


def train(shop: Path, method: str, *arguments: object) -> int:
    """The exit code of `livestyle train` with small sizes, in the shop's folder."""
    small = ["--steps", 2, "--crop", 64, "--batch", 2, "--vgg", shop / "vgg.safetensors"]
    small += [] if method == "superres" else ["--style-size", 64]
    with contextlib.chdir(shop), pytest.raises(SystemExit) as stop:
        run(["train", method, *map(str, small), *map(str, arguments)])
    return int(stop.value.code or 0)


JOHNSON = ("--style", "My Painting.png", "--content", "photos", "--no-int8")


def test_johnson_makes_a_model_of_one_style(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Batch-normalised as in the paper; with instance norms it is a network of cin with one painting."""
    out = tmp_path / "single"
    assert train(shop, "johnson", *JOHNSON, "--norm", "batch", "--out", out) == 0
    model = Model.load(out)
    assert model.styles.names == ("my_painting",)
    assert model.card.description == "one style: My Painting"
    assert model.card.method == "Johnson 2016, its batch normalisation folded"
    assert model.card.architecture["norm"] == "none"
    assert model.card.training["norm"] == "batch"
    assert model.card.training["layers"]["content"] == "relu3_3"
    assert model.card.figures["torch_difference_of_255"] <= 2
    with Stylizer(model) as stylizer:
        frame = np.full((64, 72, 3), 90, np.uint8)
        assert stylizer.stylize(frame).shape == frame.shape
    assert "1 unreadable pictures skipped" in capsys.readouterr().err


def test_superres_makes_a_model_and_says_what_it_is_worth(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "superres-x4"
    assert train(shop, "superres", "--content", "photos", "--out", out, "--loss", "pixel") == 0
    card = Model.load(out).card
    assert (card.scale, card.training["loss"], set(card.graphs)) == (4, "pixel", {"float"})
    assert {"psnr_db", "relu2_2", "bicubic_psnr_db", "bicubic_relu2_2"} < set(card.figures)
    assert card.training["measured_on"] == "4 training photos"
    said = capsys.readouterr().err
    assert "1 unreadable pictures skipped" in said
    assert "livestyle image" in said
    assert train(shop, "superres", "--content", "photos", "--out", out) == 2
    assert "holds a model already" in capsys.readouterr().err
    trained, _, record = load_checkpoint(Path(f"{out}.training"))
    assert (trained.net.arch.scale, record["steps_done"]) == (4, 2)


def test_texture_leaves_samples_and_more_when_asked(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "textures"
    first = ["--style", "My Painting.png", "--out", out, "--samples", 2]
    assert train(shop, "texture", *first) == 0
    pictures = sorted(out.iterdir())
    assert [p.name for p in pictures] == ["texture-001.png", "texture-002.png"]
    images = [cv2.imread(str(path)) for path in pictures]
    assert images[0] is not None
    assert images[0].shape == (64, 64, 3)
    assert not np.array_equal(images[0], images[1])  # type: ignore[arg-type]
    work = tmp_path / "textures.training"
    assert torch.load(work / CHECKPOINT, weights_only=True)["meta"]["training"]["steps"] == 2
    assert train(shop, "texture", *first, "--resume") == 2
    assert "exists already" in capsys.readouterr().err
    more = ["--style", "My Painting.png", "--out", tmp_path / "more", "--work", work, "--resume"]
    assert train(shop, "texture", *more, "--samples", 3) == 0
    assert len(list((tmp_path / "more").iterdir())) == 3
    assert (tmp_path / "more" / "texture-002.png").read_bytes() == pictures[1].read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["johnson", "--out", "x"], "Missing option"),
        (["superres", "--out", "x"], "Missing option '--content'"),
        (["texture", "--out", "x"], "Missing option '--style'"),
        (["johnson", "--style", "My Painting.png", "--content", "empty", "--out", "x"], "no pictures in"),
        (["superres", "--content", "empty", "--out", "x"], "no pictures in"),
        (["superres", "--content", "photos", "--out", "x", "--arch", "half"], "unknown architecture"),
        (["superres", "--content", "photos", "--out", "x", "--crop", "66"], "multiple of 4"),
        (["texture", "--style", "narrow/photo_0.png", "--out", "x"], "style picture too small"),
        (["johnson", "--style", "narrow/photo_0.png", "--content", "photos", "--out", "x"], "too small"),
        (["johnson", *JOHNSON, "--out", "x", "--style-weight", "inf"], "the loss is inf at step 1"),
        (["johnson", *JOHNSON, "--out", "x", "--style-loss", "graham"], "unknown style loss"),
        (["texture", "--style", "nowhere.png", "--out", "x"], "nothing there"),
        (["texture", "--style", "My Painting.png", "--out", "x", "--batch", "1"], "2 or more"),
    ],
)
def test_bad_input_is_one_error(
    shop: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(shop, *arguments) == 2
    error = capsys.readouterr().err
    assert message in error.replace("\n", " ")
    assert "Traceback" not in error
    assert not (shop / "x").exists()
