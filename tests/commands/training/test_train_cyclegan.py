from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from livestyle.cli import run
from livestyle.model.card import Model
from livestyle.stylizer.stylizer import Stylizer
from tests.workshop.small import write_photos


def call(*arguments: str | Path) -> int:
    """The exit code."""
    try:
        run([str(a) for a in arguments])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def train(shop: Path, out: Path, *more: str) -> int:
    sets = ["--a", str(shop / "photos"), "--b", str(shop / "paintings")]
    return call("train", "--method", "cyclegan", *sets, "--crop", "64", "--steps", "2", "--out", out, *more)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    write_photos(folder / "photos", 2)
    write_photos(folder / "paintings", 2, seed=1)
    return folder


@pytest.fixture(scope="module")
def made(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("models") / "cycle"
    assert train(shop, out, "--no-int8") == 0
    return out


def test_both_directions_are_models_of_the_live_app(shop: Path, made: Path, tmp_path: Path) -> None:
    """Each graph was compared with torch before its card was written; the figure is on the card."""
    back = tmp_path / "back"
    work = made.with_name("cycle.training")
    options = ["--direction", "ba", "--no-int8"]
    assert call("export", work, back, "--frames", shop / "paintings", *options) == 0
    models = [Model.load(folder) for folder in (made, back)]
    assert [model.styles.names for model in models] == [("paintings",), ("photos",)]
    frame = np.random.default_rng(0).integers(0, 256, (70, 90, 3), np.uint8)
    seen = []
    for model in models:
        assert model.card.method == "CycleGAN: Zhu 2017"
        assert model.card.figures["torch_difference_of_255"] <= 2
        with Stylizer(model, precision="f32") as stylizer:
            seen.append(stylizer.stylize(frame))
    assert seen[0].shape == frame.shape
    assert bool((seen[0] != seen[1]).any())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--b", "nowhere"], "not a folder: nowhere"),
        (["--arch", "vast"], "unknown architecture 'vast'"),
        (["--resume"], "nothing to resume"),
    ],
)
def test_bad_input_is_one_error(
    shop: Path, tmp_path: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [] if "--b" in arguments else ["--b", str(shop / "paintings")]
    start = ["train", "--method", "cyclegan", "--a", str(shop / "photos"), "--crop", "64", *folders]
    assert call(*start, "--out", str(tmp_path / "m"), *arguments) == 2
    error = capsys.readouterr().err
    assert message in error.replace("\n", " ")
    assert "Traceback" not in error


def test_what_is_missing_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("train", "--method", "cyclegan", "--a", "photos") == 2
    assert "--b, --out" in capsys.readouterr().err
