"""livestyle calibrate, from a folder of photos to a graph that is installed, or refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import onnx
import pytest

from livestyle.card import Model, file_sha256
from livestyle.cli import run
from livestyle.export.publish import publish
from livestyle.networks.styled import StyledTransformer
from livestyle.networks.transformer import ARCHITECTURES, Transformer
from livestyle.size import Size
from livestyle.stylizer import Stylizer
from livestyle.training.leaves import dead_leaf_photos
from tests.conftest import picture
from tests.workshop import write_photos


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos, and a model without INT8."""
    folder = tmp_path_factory.mktemp("shop")
    write_photos(folder / "photos", 10)
    trained = StyledTransformer(Transformer(ARCHITECTURES["lite"]), ["plain", "other"])
    publish(trained, folder / "tiny", "tiny", [], {}, dead_leaf_photos(1, 64), int8=False)
    assert (
        calibrate("--from", str(folder / "photos"), "--frames", str(folder / "frames"), "--only-frames") == 0
    )
    return folder


def calibrate(*arguments: str) -> int:
    try:
        run(["calibrate", *arguments])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def copy_of(shop: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(shop / "tiny", tmp_path / "tiny"))


def test_calibrates_judges_and_installs(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copy_of(shop, tmp_path)
    arguments = ["--frames", str(shop / "frames"), "--model", str(folder), "--json"]
    assert calibrate(*arguments, "--min-psnr", "99") == 2
    shown = capsys.readouterr()
    assert "2 of 2 styles are below 99 dB" in shown.err
    assert "int8" not in Model.load(folder).card.graphs
    assert sorted(p.name for p in folder.iterdir()) == ["card.json", "model.onnx", "styles.npz"]

    assert calibrate(*arguments, "--min-psnr", "99", "--install-anyway") == 0
    found = json.loads(capsys.readouterr().out)
    assert found == {**json.loads(shown.out), "times_faster": found["times_faster"]}
    assert set(found["psnr_db"]) == {"plain", "other"}
    assert found["installed_db"] == {}
    assert found["bytes"]["int8"] < 0.6 * found["bytes"]["float"]
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
    before = {p.name: file_sha256(p) for p in (shop / "frames").iterdir()}
    arguments = ["--from", str(shop / "photos"), "--frames", str(shop / "frames"), "--only-frames"]
    assert calibrate(*arguments) == 2
    assert "give --overwrite" in capsys.readouterr().err
    assert {p.name: file_sha256(p) for p in (shop / "frames").iterdir()} == before
    assert calibrate(*arguments, "--overwrite", "--count", "8") == 0
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
