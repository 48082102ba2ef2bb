from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from livestyle.cli import run
from livestyle.model.card import Model
from livestyle.stylizer.stylizer import Stylizer
from livestyle.workshop.export.onnx import restore
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
    return call("train", "cyclegan", *sets, "--crop", "64", "--steps", "2", "--out", out, *more)


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


def test_a_direction_is_a_model_of_the_live_app(made: Path) -> None:
    """The graph was compared with torch before its card was written; the figure is on the card."""
    model = Model.load(made)
    assert model.styles.names == ("paintings",)
    assert model.card.method == "CycleGAN: Zhu 2017"
    assert model.card.figures["torch_difference_of_255"] <= 2
    frame = np.random.default_rng(0).integers(0, 256, (70, 90, 3), np.uint8)
    with Stylizer(model, precision="f32") as stylizer:
        assert stylizer.stylize(frame).shape == frame.shape


def test_the_other_direction_is_exported_too(
    shop: Path, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported: list[Any] = []
    monkeypatch.setattr(
        "livestyle.workshop.export.publish.publish", lambda styled, *rest, **named: exported.append(styled)
    )
    monkeypatch.setattr("livestyle.commands.training.common.report_published", lambda made: None)
    work = made.with_name("cycle.training")
    for direction in ("ab", "ba"):
        options = ("--frames", shop / "paintings", "--direction", direction)
        assert call("export", work, tmp_path / direction, *options) == 0
    there, back = exported
    assert (there.names, back.names) == (["paintings"], ["photos"])
    torch.testing.assert_close(
        restore(Model.load(made)).state_dict(), there.state_dict(), rtol=2**-11, atol=1e-4
    )
    weights = [styled.net.state_dict() for styled in exported]
    assert any(bool((weights[0][name] != weights[1][name]).any()) for name in weights[0])


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
    start = ["train", "cyclegan", "--a", str(shop / "photos"), "--crop", "64", *folders]
    assert call(*start, "--out", str(tmp_path / "m"), *arguments) == 2
    error = capsys.readouterr().err
    assert message in error.replace("\n", " ")
    assert "Traceback" not in error


def test_what_is_missing_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("train", "cyclegan", "--a", "photos", "--out", "x") == 2
    assert "Missing option '--b'" in capsys.readouterr().err
