from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.card import Model, resolve_shapes
from livestyle.stylizer.stylizer import Stylizer
from livestyle.workshop.export.check import check_export, psnr
from livestyle.workshop.export.onnx import load_net, restore
from livestyle.workshop.export.publish import Published, publish
from livestyle.workshop.networks.styled import StyledTransformer
from livestyle.workshop.networks.transformer import ARCHITECTURES, Transformer
from livestyle.workshop.training.cin.train import load_checkpoint
from livestyle.workshop.training.dead_leaves import dead_leaf_photos

STATE = ("frame", "hold", "stylized", "look")


def frames(count: int = 6) -> list[Pixels]:
    return dead_leaf_photos(count, 96)


@pytest.fixture(scope="module")
def trained(shop: Path) -> StyledTransformer:
    return load_checkpoint(shop / "mine.training")[0]


@pytest.fixture(scope="module")
def published(shop: Path) -> Published:
    """As its card tells."""
    model = Model.load(shop / "mine")
    figures = model.card.figures
    return Published(model, figures["torch_difference_of_255"], figures["int8_psnr_db"])


def test_the_graph_does_what_torch_does(published: Published) -> None:
    assert published.difference <= 2


def test_a_graph_that_does_something_else_is_found_out(published: Published) -> None:
    torch.manual_seed(1)
    other = StyledTransformer(Transformer(ARCHITECTURES["lite"]), published.model.styles.names)
    with pytest.raises(LivestyleError, match="differs from torch"):
        check_export(other.eval(), published.model, frames())


def test_int8_is_near_float(published: Published) -> None:
    assert set(published.psnr) == {"photo_0", "photo_1"}
    assert min(published.psnr.values()) > 25


def test_the_graph_keeps_the_contract(published: Published) -> None:
    graph = onnx.load(str(published.model.graph("float"))).graph
    types = {i.name: i.type.tensor_type.elem_type for i in (*graph.input, *graph.output)}
    float32, uint8 = onnx.TensorProto.FLOAT, onnx.TensorProto.UINT8
    assert types == {
        "frame": uint8,
        "style": float32,
        "strength": float32,
        "keep_color": float32,
        "steadiness": float32,
        "stylized": uint8,
        **dict.fromkeys([f"{way}_{name}" for way in ("state", "next") for name in STATE], float32),
    }
    operators = [node.op_type for node in graph.node]
    readers = [node.op_type for node in graph.node if "frame" in node.input]
    assert set(readers) - {"Shape"} == {"Cast"}
    assert operators.count("InstanceNormalization") == 14
    graph_of = {output: node for node in graph.node for output in node.output}
    assert graph_of["next_look"].op_type == "Add"  # no Concat: with one, OpenVINO's INT8 loses 3 dB
    behind_round = operators[operators.index("Round") :]
    assert behind_round[:2] == ["Round", "Clip"]
    assert behind_round[-1] == "Cast"
    assert set(behind_round[2:-1]) == {"Reshape", "Transpose", "Concat"}  # of the sides to reshape to


def test_the_card_says_what_the_state_is(published: Published) -> None:
    graph = onnx.load(str(published.model.graph("float"))).graph
    shapes = resolve_shapes(published.model.card.state, Size(160, 128))
    assert tuple(shapes) == STATE
    found = {i.name: len(i.type.tensor_type.shape.dim) for i in (*graph.input, *graph.output)}
    for name, shape in shapes.items():
        assert found[f"state_{name}"] == found[f"next_{name}"] == len(shape)


def test_int8_is_between_the_first_and_the_last_convolution(published: Published) -> None:
    nodes = onnx.load(str(published.model.graph("int8"))).graph.node
    made_by = {output: node for node in nodes for output in node.output}
    outputs = ["stylized", *(f"next_{name}" for name in STATE)]
    reached, waiting = set(), list(outputs)
    while waiting:
        node = made_by.get(waiting.pop())
        if node is None or node.name in reached:
            continue
        reached.add(node.name)
        assert node.op_type not in ("QuantizeLinear", "DequantizeLinear")
        if node.op_type != "Conv":
            waiting += node.input


def test_int8_lies_in_the_graph(published: Published) -> None:
    graph = onnx.load(str(published.model.graph("int8"))).graph
    operators = {node.op_type for node in graph.node}
    assert {"QuantizeLinear", "DequantizeLinear", "InstanceNormalization"} <= operators


def test_the_network_comes_back_from_the_graph(trained: StyledTransformer, published: Published) -> None:
    back = restore(Model.load(published.model.folder))
    assert back.names == trained.names
    torch.testing.assert_close(back.state_dict(), trained.state_dict(), rtol=2**-11, atol=2**-12)


def test_another_architecture_is_refused(published: Published) -> None:
    with pytest.raises(LivestyleError, match="architecture"):
        load_net(published.model.graph("int8"), ARCHITECTURES["wide"])


def test_a_new_model_runs_at_any_size(published: Published) -> None:
    with Stylizer(str(published.model.folder), precision="f32") as stylizer:
        for height, width in ((64, 64), (75, 101)):
            frame = np.full((height, width, 3), 90, np.uint8)
            assert stylizer.stylize(frame).shape == frame.shape


def test_psnr() -> None:
    black = np.zeros((4, 4, 3), np.uint8)
    assert psnr(black, black) == 99
    assert psnr(black, black + 255) == 0
    assert psnr(black, black + 1) == pytest.approx(48.13, abs=0.01)


def test_a_model_that_is_published_again_keeps_its_title_and_first_style(
    trained: StyledTransformer, published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = published.model.card.styles
    graph = published.model.graph("float")  # of the same network, and checked against it once more
    copied = "livestyle.workshop.export.publish.export_onnx"
    monkeypatch.setattr(copied, lambda net, path: shutil.copy(graph, path))
    first = publish(trained, tmp_path, "mine", notes, {}, frames(2), int8=False).model
    assert (first.card.title, first.title) == ("", "2 paintings")
    replace(first.card, title="two, bold", first_style=first.styles.names[1]).save(tmp_path)
    again = publish(trained, tmp_path, "mine", notes, {}, frames(2), int8=False).model
    assert (again.title, again.first_style) == ("two, bold", first.styles.names[1])
