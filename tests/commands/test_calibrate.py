"""livestyle calibrate, from a folder of photos to a graph that is installed, or refused."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import onnx
import pytest

from livestyle.cli import run
from livestyle.core.size import Size
from livestyle.model.card import STYLES_NAME, Card, Model, file_sha256
from livestyle.model.styles import StyleBank
from livestyle.stylizer.stylizer import Stylizer
from livestyle.workshop.export import int8_report, quantize
from tests.conftest import picture
from tests.workshop.small import write_photos


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, model: Model) -> Path:
    """Chosen frames, and the shipped model without its INT8 graph and with two styles."""
    folder = tmp_path_factory.mktemp("shop")
    write_photos(folder / "photos", 10)
    frames = str(folder / "frames")
    assert calibrate("--from", str(folder / "photos"), "--frames", frames, "--only-frames") == 0
    shutil.copytree(model.folder, folder / "tiny", ignore=shutil.ignore_patterns("*int8*"))
    card = Card.load(model.folder)
    del card.graphs["int8"], card.sha256["int8"]
    replace(card, name="tiny").save(folder / "tiny")
    StyleBank(model.styles.names[:2], model.styles.vectors[:2]).save(folder / "tiny" / STYLES_NAME)
    return folder


@pytest.fixture(autouse=True)
def small_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    """How fast a graph is, is measured on small pictures."""
    monkeypatch.setattr(int8_report, "SPEED_SIZE", Size(96, 64))


def calibrate(*arguments: str) -> int:
    try:
        run(["calibrate", *arguments])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def arguments(shop: Path, folder: Path) -> list[str]:
    return ["--frames", str(shop / "frames"), "--model", str(folder), "--json"]


def files(folder: Path) -> dict[str, str]:
    return {p.name: file_sha256(p) for p in folder.iterdir()}


@pytest.mark.parametrize("more", [["--min-psnr", "98"], ["--no-install"]])
def test_a_graph_that_is_not_good_enough_or_not_wanted_is_judged_and_left_out(
    shop: Path,
    model: Model,
    more: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(quantize, "quantize", lambda _, out, *__: shutil.copyfile(model.graph("int8"), out))
    before = files(shop / "tiny")
    refused = "--min-psnr" in more
    assert calibrate(*arguments(shop, shop / "tiny"), *more) == (2 if refused else 0)
    shown = capsys.readouterr()
    assert min(json.loads(shown.out)["psnr_db"].values()) > 35
    assert ("2 of 2 styles are below 98 dB" in shown.err) == refused
    assert files(shop / "tiny") == before


def test_calibrates_judges_and_installs(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(shop / "tiny", tmp_path / "tiny"))
    assert calibrate(*arguments(shop, folder), "--min-psnr", "98", "--install-anyway") == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found["psnr_db"]) == list(Model.load(folder).styles)
    assert min(found["psnr_db"].values()) > 30
    assert found["installed_db"] == {}
    assert found["bytes"]["int8"] < 0.65 * found["bytes"]["float"]
    assert found["times_faster"]["f32"] > 0
    assert (found["frames"], found["judged_by"]) == (9, 1)

    model = Model.load(folder)
    assert file_sha256(model.graph("int8")) == model.card.sha256["int8"]
    operators = {node.op_type for node in onnx.load(str(model.graph("int8"))).graph.node}
    assert "QuantizeLinear" in operators
    assert model.card.figures["int8_calibration"] == {"frames": 9, "judged_by": 1}
    with Stylizer(model, precision="int8") as stylizer:
        assert stylizer.stylize(picture(Size(96, 64))).shape == (64, 96, 3)


def test_frames_are_not_chosen_over_others_unasked(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = files(shop / "frames")
    choosing = ["--from", str(shop / "photos"), "--frames", str(shop / "frames"), "--only-frames"]
    assert calibrate(*choosing) == 2
    assert "give --overwrite" in capsys.readouterr().err
    assert files(shop / "frames") == before
    assert calibrate(*choosing, "--overwrite", "--count", "8") == 0
    assert len(list((shop / "frames").iterdir())) == 8


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--only-frames"], "nothing to choose from"),
        (["--frames", "no/such/folder"], "0 calibration frames in no/such/folder"),
        (["--model", "monet"], "no model 'monet'"),
        (["--from", "no.mp4", "--frames", "no/such/folder"], "does not exist"),
    ],
)
def test_errors_say_what_to_do(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert calibrate(*arguments) == 2
    assert says in " ".join(capsys.readouterr().err.split())
