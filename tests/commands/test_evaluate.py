from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import cv2
import pytest

from livestyle.cli import run
from livestyle.model.card import Model
from livestyle.workshop.quality.judge import FIGURES
from tests.workshop.small import write_photos, write_vgg


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three photos, one of them broken, two paintings that are called like styles, and VGG."""
    folder = tmp_path_factory.mktemp("shop")
    write_photos(folder / "photos", 2, 80)
    (folder / "photos" / "broken.jpg").write_bytes(b"\xff\xd8 no picture")
    paintings = write_photos(folder / "paintings", 2, 64, seed=1)
    notes = ["file,name,title,artist,year,licence,weight"]
    notes += [
        f"{p.name},{n},,,,,{w}" for p, n, w in zip(paintings, ("udnie", "scream"), (1, 0.5), strict=True)
    ]
    (folder / "notes.csv").write_text("\n".join(notes))
    write_vgg(folder / "vgg.safetensors")
    return folder


def evaluate(shop: Path, *more: str) -> int:
    """The exit code."""
    arguments = ["--photos", str(shop / "photos"), "--paintings", str(shop / "paintings")]
    arguments += ["--vgg", str(shop / "vgg.safetensors"), "--style-size", "64", "--precision", "f32"]
    try:
        run(["evaluate", "cin-lite", *arguments, *more])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def test_figures_of_every_style_beside_lbfgs(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVESTYLE_CACHE", str(tmp_path / "cache"))
    out = tmp_path / "out"
    options = ["--notes", str(shop / "notes.csv"), "--lbfgs", "2,1", "--lbfgs-photos", "1"]
    assert evaluate(shop, *options, "--out", str(out), "--json") == 0
    said = capsys.readouterr()
    assert "1 unreadable pictures skipped" in said.err
    found: dict[str, Any] = json.loads(said.out)
    assert found == json.loads((out / "quality.json").read_text())
    assert list(found["styles"]) == ["scream", "udnie"]  # as the model has them
    assert (found["photos"], found["photos_skipped"]) == (2, 1)
    udnie = found["styles"]["udnie"]
    assert set(FIGURES) < set(udnie)
    assert set(udnie["lbfgs"]) == {"1", "2"}
    scream, trained = found["styles"]["scream"], Model.load("cin-lite").card.training["weights"]
    assert scream["objective"] == pytest.approx(
        scream["content"] + trained["style"] / 2 * scream["style"] + 0.05 * scream["tv"], abs=2e-3
    )
    lines = list(csv.DictReader((out / "quality.csv").read_text().splitlines()))
    assert [line["name"] for line in lines] == ["scream", "udnie"]
    assert float(lines[1]["lbfgs_2"]) == udnie["lbfgs"]["2"]
    sheet = cv2.imread(str(out / "sheet-1.jpg"))
    assert sheet is not None
    assert sheet.shape == (3 * 256, 3 * 256, 3)
    assert (out / "quality.png").is_file()

    def no_lbfgs(*_: object) -> None:
        raise AssertionError("what is known is computed again")

    monkeypatch.setattr("livestyle.workshop.quality.judge.Judge.lbfgs", no_lbfgs)
    assert evaluate(shop, *options, "--json") == 0
    assert json.loads(capsys.readouterr().out)["styles"] == found["styles"]
    assert evaluate(shop, *options, "--out", str(out)) == 2
    assert "--overwrite" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no painting for"),
        (["--style", "wheatfield"], "no painting for wheatfield"),
        (["--lbfgs", "ten"], "bad --lbfgs"),
        (["--photos", "nowhere"], "not a folder"),
        (["--vgg", "nowhere.safetensors"], "VGG weights not found"),
    ],
)
def test_bad_input_is_one_error(
    shop: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if "nowhere.safetensors" in arguments:
        arguments = ["--notes", str(shop / "notes.csv"), *arguments]
    assert evaluate(shop, *arguments) == 2
    error = capsys.readouterr().err
    assert message in error.replace("\n", " ")
    assert "Traceback" not in error
