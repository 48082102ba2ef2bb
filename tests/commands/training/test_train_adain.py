"""`livestyle train adain`, from pictures to a model that takes any picture as a style."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch

from livestyle.cli import run
from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size
from livestyle.model.card import EncoderGraph, Model, file_sha256
from livestyle.runtime.openvino import core
from livestyle.stylizer.stylizer import Stylizer
from livestyle.workshop.export.encoder import check_encoder
from livestyle.workshop.networks.adain_lite import SIDE_PX, STRIDE, AdaINLite, Encoder
from livestyle.workshop.training.adain_lite.train import encoder_picture, load_adain
from livestyle.workshop.training.data import read_image, to_tensor
from tests.conftest import picture
from tests.workshop.small import write_photos, write_vgg

SIZE = Size(96, 64)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    write_photos(folder / "photos", 2)
    write_photos(folder / "paintings", 2, seed=1)
    write_photos(folder / "unseen", 1, seed=2)
    write_vgg(folder / "vgg.safetensors")
    return folder


def train(shop: Path, out: Path, *more: str) -> int:
    """The exit code of a training of two small steps."""
    small = ["--crop", "64", "--batch", "1", "--style-size", "128", "--pool", "2", "--steps", "2"]
    folders = ["--styles", str(shop / "paintings"), "--content", str(shop / "photos"), "--out", str(out)]
    others = ["--held-out", str(shop / "unseen"), "--vgg", str(shop / "vgg.safetensors"), "--no-int8"]
    try:
        run(["train", "adain", *small, *folders, *others, *more])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


@pytest.fixture(scope="module")
def made(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("models") / "any"
    assert train(shop, out) == 0
    return out


@pytest.fixture(scope="module")
def trained(made: Path) -> AdaINLite:
    return load_adain(made.with_name("any.training"))[0]


def test_the_model_has_an_encoder_and_a_bank(made: Path) -> None:
    model = Model.load(made)
    assert model.card.method.startswith("AdaIN")
    assert model.styles.names == ("photo_0", "photo_1")
    assert model.card.encoder is not None
    assert file_sha256(model.encoder()) == model.card.encoder.sha256
    assert model.card.figures["torch_difference_of_255"] <= 2
    assert model.card.figures["encoder_difference"] < 5e-3


def test_the_encoder_keeps_the_contract(made: Path) -> None:
    model = Model.load(made)
    graph = onnx.load(str(model.encoder())).graph
    shapes = {i.name: i.type.tensor_type for i in (*graph.input, *graph.output)}
    assert set(shapes) == {"picture", "style"}
    assert shapes["picture"].elem_type == onnx.TensorProto.UINT8
    assert shapes["style"].elem_type == onnx.TensorProto.FLOAT
    assert [d.dim_value for d in shapes["style"].shape.dim] == [1, model.card.style_length]
    readers = {node.op_type for node in graph.node if "picture" in node.input}
    assert readers - {"Shape"} == {"Cast"}
    compiled = core().compile_model(model.encoder(), "CPU")
    for height, width in ((16, 16), (320, 320), (136, 752)):
        black = np.zeros((1, height, width, 3), np.uint8)
        assert compiled({"picture": black})["style"].shape == (1, model.card.style_length)


def test_what_is_painted_after_an_encoded_picture_is_what_torch_paints(
    shop: Path, made: Path, trained: AdaINLite
) -> None:
    model, frame = Model.load(made), picture(SIZE)
    path = next((shop / "unseen").iterdir())
    encoded = encoder_picture(path, SIDE_PX, STRIDE)
    pixels = np.ascontiguousarray((encoded[0].permute(1, 2, 0) * 255).round().byte().numpy()[:, :, ::-1])
    settings = {"INFERENCE_PRECISION_HINT": "f32"}
    compiled = core().compile_model(model.encoder(), "CPU", settings)
    with Stylizer(model, precision="f32") as stylizer:
        stylizer.steadiness = 0.0
        stylizer.style_vector = compiled({"picture": pixels[None]})["style"][0]
        found = stylizer.stylize(frame)
    with torch.no_grad():
        painted = trained(to_tensor(frame[:, :, ::-1]), trained.style(encoded))
    expected = (painted[0].permute(1, 2, 0) * 255).round().numpy()[:, :, ::-1]
    assert float(np.abs(expected - found).max()) <= 2


def test_another_encoder_is_found_out(made: Path, trained: AdaINLite) -> None:
    torch.manual_seed(5)
    other = Encoder(trained.net, trained.encoder.trunk)
    graph = Model.load(made).card.encoder
    assert isinstance(graph, EncoderGraph)
    with pytest.raises(LivestyleError, match="encoder differs from torch"):
        check_encoder(other, made, graph, [picture(SIZE)])


def test_a_picture_is_encoded_at_one_size(tmp_path: Path) -> None:
    path = write_photos(tmp_path, 1, side_px=100)[0]
    assert encoder_picture(path, SIDE_PX, STRIDE).shape == (1, 3, 320, 320)
    assert read_image(path).shape == (100, 100, 3)


def test_export_makes_the_same_of_the_checkpoint(
    shop: Path, made: Path, trained: AdaINLite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported: list[tuple[Any, Any]] = []
    monkeypatch.setattr(
        "livestyle.workshop.export.publish.publish",
        lambda styled, *rest, encoder: exported.append((styled, encoder)),
    )
    monkeypatch.setattr("livestyle.commands.training.common.report_published", lambda made: None)
    with pytest.raises(SystemExit) as stop:
        run(["export", str(made.with_name("any.training")), str(tmp_path), "--frames", str(shop / "photos")])
    assert stop.value.code == 0
    ((styled, encoder),) = exported
    torch.testing.assert_close(styled.net.state_dict(), trained.net.state_dict(), rtol=0, atol=0)
    torch.testing.assert_close(encoder.state_dict(), trained.encoder.state_dict(), rtol=0, atol=0)
    bank = Model.load(made).styles
    assert tuple(styled.names) == bank.names
    np.testing.assert_allclose(styled.styles.detach().numpy(), bank.vectors, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--styles", "nowhere"], "not a folder"),
        (["--held-out", "nowhere"], "not a folder"),
        (["--more-styles", "nowhere"], "not a folder"),
        (["--arch", "tiny"], "unknown architecture"),
        (["--vgg", "nowhere.safetensors"], "VGG weights not found"),
    ],
)
def test_bad_input_is_one_error(
    shop: Path, tmp_path: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(shop, tmp_path / "m", *arguments) == 2
    error = capsys.readouterr().err
    assert message in error.replace("\n", " ")
    assert "Traceback" not in error
    assert not (tmp_path / "m").exists()
