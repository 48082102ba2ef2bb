from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from livestyle.cli import run
from livestyle.model.card import Model
from livestyle.stylizer.stylizer import Stylizer
from tests.workshop.small import write_photos, write_vgg


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with photos, two paintings and VGG weights."""
    folder = tmp_path_factory.mktemp("shop")
    write_photos(folder / "photos", 4)
    write_photos(folder / "paintings", 2, seed=1)
    write_vgg(folder / "vgg.safetensors")
    return folder


def train(shop: Path, *arguments: str) -> int:
    """The exit code of `livestyle train` with small sizes."""
    small = ["--crop", "64", "--batch", "2", "--style-size", "64", "--vgg", str(shop / "vgg.safetensors")]
    try:
        run(["train", *small, *arguments])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def make(shop: Path, out: Path, *more: str, steps: int = 2) -> int:
    folders = ["--styles", str(shop / "paintings"), "--content", str(shop / "photos"), "--out", str(out)]
    return train(shop, *folders, "--steps", str(steps), *more)


@pytest.fixture(scope="module")
def made(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("models") / "mine"
    assert make(shop, out) == 0
    return out


def test_leaves_a_model_a_log_and_a_sheet(made: Path) -> None:
    model = Model.load(made)
    assert model.styles.names == ("photo_0", "photo_1")
    assert set(model.card.graphs) == {"float", "int8"}
    work = made.with_name("mine.training")
    notes = [json.loads(line) for line in (work / "log.jsonl").read_text().splitlines()]
    assert [n["step"] for n in notes] == [1, 2]
    assert (work / "sheet-000002.jpg").stat().st_size > 1000


def test_a_model_is_not_overwritten_unasked(
    shop: Path, made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = hashlib.sha256((made / "model.onnx").read_bytes()).digest()
    assert make(shop, made) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert hashlib.sha256((made / "model.onnx").read_bytes()).digest() == before


def test_a_training_goes_on_only_when_asked(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "m"
    assert make(shop, out, "--resume") == 2
    assert "nothing to resume" in capsys.readouterr().err
    assert make(shop, out, "--no-int8", "--style-loss", "gram+mmd-gaussian", steps=1) == 0
    assert Model.load(out).card.training["style_loss"] == "gram+mmd-gaussian"
    assert make(shop, tmp_path / "n", "--work", str(tmp_path / "m.training")) == 2
    assert "--resume" in capsys.readouterr().err
    again = ["--work", str(tmp_path / "m.training"), "--resume", "--no-int8"]
    assert make(shop, tmp_path / "n", *again, steps=3) == 0
    steps = [
        json.loads(line)["step"] for line in (tmp_path / "m.training" / "log.jsonl").read_text().splitlines()
    ]
    assert steps == [1, 2, 3]


def test_an_added_style_leaves_the_others_bit_identical(
    shop: Path, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVESTYLE_DATA", str(tmp_path))
    picture = write_photos(tmp_path / "p", 1, seed=9)[0].rename(tmp_path / "New One.png")
    frame = np.random.default_rng(0).integers(256, size=(64, 64, 3)).astype(np.uint8)

    def paint(style: str) -> bytes:
        with Stylizer(str(made), precision="f32") as stylizer:
            stylizer.style = style
            return stylizer.stylize(frame).tobytes()

    before = [paint(name) for name in ("photo_0", "photo_1")]
    assert train(shop, "--add-style", str(picture), "--model", str(made), "--steps", "2") == 0
    assert Model.load(made).styles.names == ("photo_0", "photo_1", "new_one")
    assert [paint(name) for name in ("photo_0", "photo_1")] == before
    assert paint("new_one") not in before
    assert train(shop, "--add-style", str(picture), "--model", str(made), "--steps", "2") == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing to train"),
        (["--styles", "nowhere", "--content", "nowhere", "--out", "x"], "not a folder"),
        (["--add-style", "nothing.png", "--model", "none-such"], "no model"),
        (["--device", "quantum", "--add-style", "x.png"], "unknown device"),
        (["--style-loss", "graham", "--add-style", "x.png"], "unknown style loss"),
        (["--device", "cuda", "--add-style", "x.png"], "no CUDA device"),
    ],
)
def test_bad_input_is_one_error(
    shop: Path, arguments: list[str], message: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    if message == "no CUDA device":
        torch = pytest.importorskip("torch")
        monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert train(shop, *arguments) == 2
    error = capsys.readouterr().err
    assert message in error.replace("\n", " ")
    assert "Traceback" not in error


def test_export_makes_a_model_from_a_checkpoint(shop: Path, made: Path, tmp_path: Path) -> None:
    work, out = made.with_name("mine.training"), tmp_path / "again"
    run_export = ["export", str(work), str(out), "--frames", str(shop / "photos"), "--no-int8"]
    with pytest.raises(SystemExit) as stop:
        run(run_export)
    assert stop.value.code == 0
    again, first = Model.load(out), Model.load(made)
    assert again.card.sha256["float"] == first.card.sha256["float"]
    assert bool((again.styles.vectors == first.styles.vectors).all())
    assert again.card.training["steps_done"] == 2


def test_a_teacher_in_place_of_paintings(shop: Path, made: Path, tmp_path: Path) -> None:
    out = tmp_path / "pupil"
    assert make(shop, out, "--teacher", str(made), "--arch", "half", "--no-int8") == 0
    card = Model.load(out).card
    assert card.architecture["down"] == [16, 32, 64]
    assert card.training["teacher"] == str(made)
