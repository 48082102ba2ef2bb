from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livestyle.cli import run
from livestyle.model.card import Model
from livestyle.stylizer.stylizer import Stylizer
from livestyle.workshop.training.cin.train import load_checkpoint
from tests.workshop.small import write_photos


def train(shop: Path, method: str, *arguments: str) -> int:
    """The exit code of `livestyle train METHOD` with small sizes."""
    small = ["--crop", "64", "--batch", "2"]
    if "--teacher" not in arguments:
        small += ["--style-size", "64", "--vgg", str(shop / "vgg.safetensors")]
    try:
        run(["train", method, *small, *arguments])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def make(shop: Path, out: Path, *more: str, steps: int = 2) -> int:
    folders = ["--styles", str(shop / "paintings"), "--content", str(shop / "photos"), "--out", str(out)]
    return train(shop, "cin", *folders, "--steps", str(steps), *more)


@pytest.fixture
def made(shop: Path) -> Path:
    return shop / "mine"


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Records of trainings whose models nobody needs: nothing is exported, only noted."""
    records: list[dict[str, Any]] = []
    monkeypatch.setattr(
        "livestyle.commands.training.train_cin.publish", lambda *given: records.append(given[4])
    )
    monkeypatch.setattr("livestyle.commands.training.train_cin.report_published", lambda made: None)
    return records


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
    shop: Path, tmp_path: Path, published: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "m"
    assert make(shop, out, "--resume") == 2
    assert "nothing to resume" in capsys.readouterr().err
    assert make(shop, out, "--no-int8", "--style-loss", "gram+mmd-gaussian", steps=1) == 0
    assert published[0]["style_loss"] == "gram+mmd-gaussian"
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
    assert train(shop, "add-style", str(picture), "--model", str(made), "--steps", "2") == 0
    assert Model.load(made).styles.names == ("photo_0", "photo_1", "new_one")
    assert [paint(name) for name in ("photo_0", "photo_1")] == before
    assert paint("new_one") not in before
    assert train(shop, "add-style", str(picture), "--model", str(made), "--steps", "2") == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["cin", "--out", "x"], "Missing option"),
        (["cin", "--styles", "nowhere", "--content", "nowhere", "--out", "x"], "not a folder"),
        (["add-style", "nothing.png", "--model", "none-such"], "no model"),
        (["add-style", "x.png", "--device", "quantum"], "unknown device"),
        (["add-style", "x.png", "--style-loss", "graham"], "unknown style loss"),
        (["add-style", "x.png", "--device", "cuda"], "no CUDA device"),
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


def test_export_of_one_direction_has_none_of_another(
    shop: Path, made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work, frames = str(made.with_name("mine.training")), str(shop / "photos")
    with pytest.raises(SystemExit) as stop:
        run(["export", work, str(tmp_path / "back"), "--frames", frames, "--direction", "ba"])
    assert stop.value.code == 2
    error = " ".join(capsys.readouterr().err.split())
    assert "--direction has no effect with" in error
    assert "no training of a cyclegan" in error


def test_a_teacher_in_place_of_paintings(
    shop: Path, made: Path, tmp_path: Path, published: list[dict[str, Any]]
) -> None:
    out = tmp_path / "pupil"
    assert make(shop, out, "--teacher", str(made), "--arch", "half", "--no-int8") == 0
    assert load_checkpoint(tmp_path / "pupil.training")[0].net.arch.down == (16, 32, 64)
    assert published[0]["teacher"] == str(made)
