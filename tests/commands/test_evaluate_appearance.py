"""`livestyle evaluate --appearance`: figures of every style, and of another's network beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import onnx.parser
import pytest

from livestyle.cli import run
from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size
from livestyle.evaluation.onnx_painter import OnnxPainter
from tests.tiny import write_tiny

SWAP = """
<ir_version: 9, opset_import: ["": 20]>
swap (float[1,3,H,W] x) => (float[1,3,H,W] y)
<int64[3] order = {2, 1, 0}> { y = Gather<axis = 1>(x, order) }
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A model of two greys, two photos, a painting for each style, and a network that swaps red and blue."""
    write_tiny(tmp_path / "greys", "dark", "light")
    random = np.random.default_rng(0)
    for folder, names in (("photos", "ab"), ("paintings", ("dark", "light"))):
        (tmp_path / folder).mkdir()
        for name in names:
            noise = random.integers(0, 255, (240, 320, 3), np.uint8)
            noise[:120] = 90
            cv2.imwrite(str(tmp_path / folder / f"{name}.png"), noise)
    onnx.save(onnx.parser.parse_model(SWAP), str(tmp_path / "swap.onnx"))
    return tmp_path


def evaluate(shop: Path, *more: str) -> int:
    """The exit code."""
    folders = ["--photos", str(shop / "photos"), "--paintings", str(shop / "paintings")]
    try:
        run(["evaluate", str(shop / "greys"), "--appearance", *folders, "--precision", "f32", *more])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def test_every_style_beside_another_network(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other, out = f"{shop / 'swap.onnx'}=light", shop / "out"
    assert evaluate(shop, "--size", "160x128", "--onnx", other, "--out", str(out), "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found == json.loads((out / "appearance.json").read_text())
    assert (found["photos"], found["size"]) == (2, "160x128")
    ours, theirs = found["painters"].values()
    assert list(ours["styles"]) == ["dark", "light"]
    assert ours["mean"]["brushwork"] < 0.05  # one grey has no brush marks
    assert list(theirs["styles"]) == ["light"]
    assert {p.name for p in out.glob("*.jpg")} == {"sheet-greys.jpg", "sheet-swap.jpg"}
    assert evaluate(shop, "--size", "160x128", "--out", str(out)) == 2  # what is there stays
    (out / "appearance.json").unlink()
    before = (out / "sheet-greys.jpg").read_bytes()
    assert evaluate(shop, "--size", "160x128", "--style", "dark", "--out", str(out)) == 2  # a sheet too
    assert (out / "sheet-greys.jpg").read_bytes() == before
    assert not (out / "appearance.json").exists()


def test_a_style_without_its_painting(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "paintings" / "light.png").unlink()
    assert evaluate(shop) == 2
    assert "no painting for light; found dark" in capsys.readouterr().err


def test_paintings_that_the_model_never_saw(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = shop / "paintings" / "light.png"
    image.rename(image.with_name("unseen.png"))
    assert (
        evaluate(shop, "--size", "160x128", "--style-image", str(shop / "paintings/unseen.png"), "--json")
        == 0
    )
    (found,) = json.loads(capsys.readouterr().out)["painters"].values()
    assert list(found["styles"]) == ["unseen"]


def test_another_network_paints_rgb_of_255(shop: Path) -> None:
    frame = np.zeros((64, 64, 3), np.uint8)
    frame[:] = (10, 20, 200)
    painted = OnnxPainter(shop / "swap.onnx", Size(64, 64)).stylize(frame)
    assert painted[0, 0].tolist() == [200, 20, 10]


def test_what_is_no_network_from_picture_to_picture(shop: Path) -> None:
    (shop / "text.onnx").write_text("no network")
    with pytest.raises(LivestyleError, match="cannot read"):
        OnnxPainter(shop / "text.onnx", Size(64, 64))
    with pytest.raises(LivestyleError, match="takes and gives"):
        OnnxPainter(shop / "greys" / "model.onnx", Size(64, 64))
