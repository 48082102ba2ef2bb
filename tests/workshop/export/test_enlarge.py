"""A network that enlarges, from torch to files, frames and films."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
import torch
from rich.console import Console

from livestyle import LivestyleError, Stylizer
from livestyle.cli import run
from livestyle.core.config import Precision
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime import tiling
from livestyle.runtime.onnxruntime import OnnxRuntimeEngine
from livestyle.sources.video.container import open_container
from livestyle.sources.video.tracks import film_track
from livestyle.ui.run import ShowOptions, show
from livestyle.workshop.export.onnx import restore
from livestyle.workshop.export.publish import Published, publish
from livestyle.workshop.networks.choices import Norm
from livestyle.workshop.networks.styled import StyledTransformer
from livestyle.workshop.networks.transformer import ENLARGERS, Transformer
from livestyle.workshop.training.dead_leaves import dead_leaf_photos
from tests.conftest import picture
from tests.offline.clips import Clip, make, steady, times


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The lite network, batch-normalised, as a few pictures left it."""
    torch.manual_seed(0)
    arch = replace(ENLARGERS["lite"], norm=Norm.BATCH)
    trained = StyledTransformer(Transformer(arch), ["x4"])
    with torch.no_grad():
        torch.nn.init.normal_(trained.net.head.conv.weight, std=0.01)
        for _ in range(3):
            trained(torch.rand(2, 3, 24, 24), torch.zeros(2, dtype=torch.int64))
    folder = tmp_path_factory.mktemp("models") / "larger"
    return publish(trained, folder, "larger", [], {"steps": 0}, dead_leaf_photos(2, 96), figures={"a": 1})


@pytest.fixture(scope="module")
def larger(published: Published) -> Model:
    return Model.load(published.model.folder)


def test_the_graph_does_what_torch_does_and_takes_a_frame_alone(published: Published, larger: Model) -> None:
    assert published.difference <= 2
    graph = onnx.load(str(larger.graph("float"))).graph
    assert [i.name for i in (*graph.input, *graph.output)] == ["frame", "stylized"]
    card = larger.card
    assert (card.scale, card.style_length, card.size_multiple, card.state) == (4, 0, 1, {})
    assert card.figures == {"a": 1, "torch_difference_of_255": published.difference}


def test_engines_agree(larger: Model) -> None:
    photo = picture(Size(70, 66))
    with OnnxRuntimeEngine(larger, Size(70, 66), Precision.F32, 1) as engine:
        other = engine.infer(photo, FrameStyle.still(larger.styles.vectors[0]))
    with Stylizer(larger, precision="f32", threads=1) as enlarger:
        found = enlarger.stylize(photo)
    assert found.shape == (264, 280, 3)
    assert np.abs(found.astype(int) - other).max() <= 1


def test_tiles_leave_no_seam(larger: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = picture(Size(230, 150))
    with Stylizer(larger, precision="f32", threads=1) as enlarger:
        whole = enlarger.stylize(photo)
        monkeypatch.setattr(tiling, "TILE_PX", 80)
        tiled = enlarger.stylize(photo)
    assert whole.shape == tiled.shape == (600, 920, 3)
    assert np.abs(whole.astype(int) - tiled).max() <= 1


def test_there_is_no_strength_and_no_live_picture(larger: Model) -> None:
    with Stylizer(larger) as enlarger:
        enlarger.strength, enlarger.keep_color = 1.0, False
        with pytest.raises(LivestyleError, match="larger enlarges pictures 4 times"):
            enlarger.strength = 0.5
        with pytest.raises(LivestyleError, match="livestyle image"):
            enlarger.keep_color = True
    with pytest.raises(LivestyleError, match="does not paint"):
        show(
            ShowOptions(("synthetic",), model=str(larger.folder), window=False, max_frames=1),
            Console(stderr=True),
        )
    with pytest.raises(LivestyleError, match="does not paint"):
        restore(larger)


def test_pictures_come_out_larger(larger: Model, tmp_path: Path) -> None:
    alpha = np.full((64, 80), 130, np.uint8)
    cv2.imwrite(str(tmp_path / "in.png"), np.dstack([picture(Size(80, 64)), alpha]))
    with pytest.raises(SystemExit) as stop:
        run(["image", str(tmp_path / "in.png"), str(tmp_path / "out.png"), "--model", str(larger.folder)])
    assert stop.value.code == 0
    made = cv2.imread(str(tmp_path / "out.png"), cv2.IMREAD_UNCHANGED)
    assert made is not None
    assert made.shape == (256, 320, 4)
    assert (made[:, :, 3] == 130).all()


def test_films_come_out_larger(larger: Model, tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", Clip(steady(3), 66, 64))
    target = tmp_path / "out.mp4"
    with pytest.raises(SystemExit) as stop:
        run(["video", str(source), str(target), "--model", str(larger.folder), "--preset", "ultrafast"])
    assert stop.value.code == 0
    assert times(target) == times(source)
    with open_container(target) as container:
        stream = film_track(container, target)
        assert (stream.width, stream.height) == (264, 256)
