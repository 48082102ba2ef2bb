"""Huang's own network, live: from torch to files, engines and TensorRT. Weights are random."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch

from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size
from livestyle.model.card import Model, resolve_shapes
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime.onnxruntime import OnnxRuntimeEngine
from livestyle.runtime.style_encoder import StyleEncoder, scaled
from livestyle.runtime.tensorrt.half import restore_floats
from livestyle.runtime.tensorrt.onnx_nodes import CONVOLUTIONS
from livestyle.runtime.tensorrt.plan_cache import Order
from livestyle.runtime.tensorrt.typed_graph import typed_graph
from livestyle.stylizer.stylizer import Stylizer
from livestyle.workshop.export.adain import adain_from_live, adain_to_live
from livestyle.workshop.export.check import psnr
from livestyle.workshop.export.float16_weights import store_halves
from livestyle.workshop.export.live_transformer import live_graph
from livestyle.workshop.export.onnx import load_network, restore
from livestyle.workshop.export.steadiness import state_shapes
from livestyle.workshop.networks.adain import SIDE_PX, STRIDE, AdaIN
from livestyle.workshop.training.data import to_tensor
from tests.conftest import picture
from tests.runtime.engines import TorchOnHost
from tests.workshop.small import random_adain

SIZE = Size(96, 64)


@pytest.fixture(scope="module")
def net() -> AdaIN:
    return random_adain()


@torch.no_grad()
def test_the_painting_is_the_network_s(net: AdaIN) -> None:
    frame, style = torch.from_numpy(picture(SIZE)[None]), net.style(to_tensor(picture(SIZE, 3)))
    one, zero = torch.ones(1), torch.zeros(1)
    past = (torch.zeros(s) for s in resolve_shapes(state_shapes(net.style_length), SIZE).values())
    found = live_graph(net)(frame, style, one, zero, zero, *past)[0].float()
    rgb = frame.flip(3).permute(0, 3, 1, 2).float() / 255
    expected = (net(rgb, style) * 255).permute(0, 2, 3, 1).flip(3).clamp(0, 255)
    assert float(expected.std()) > 20
    assert float((found - expected).abs().max()) < 2


def test_the_weights_go_there_and_back(net: AdaIN) -> None:
    state = net.state_dict()
    back = adain_from_live(adain_to_live(state))
    assert back.keys() == state.keys()
    for name, value in state.items():
        assert float((back[name] - value).abs().max()) <= 2**-10 * float(value.abs().max())


def test_the_graph_does_what_torch_does_and_the_card_says_what_it_is(huang: Model) -> None:
    card = huang.card
    assert card.figures["torch_difference_of_255"] <= 2
    assert (card.method, card.style_length, card.size_multiple) == ("AdaIN: Huang 2017", 1024, 8)
    assert card.description.endswith("2 come with it; no INT8 graph")
    assert card.graphs == {"float": "model.onnx"}
    assert card.figures["encoder_difference"] < 1e-3
    assert card.encoder is not None
    assert (card.encoder.side_px, card.encoder.size_multiple) == (SIDE_PX, STRIDE)


def test_the_graph_keeps_the_contract(huang: Model) -> None:
    cin, graph = (onnx.load(str(m.graph("float"))).graph for m in (Model.load("cin-lite"), huang))
    tensors, expected = (
        [(t.name, t.type.tensor_type.elem_type) for t in (*g.input, *g.output)] for g in (graph, cin)
    )
    assert tensors == expected
    assert {n.op_type for n in graph.node if "frame" in n.input} - {"Shape"} == {"Cast"}
    (norm,) = (n for n in graph.node if n.op_type == "InstanceNormalization")
    assert not {*norm.input[1:]} & {i.name for i in graph.initializer}  # gamma and beta come with the frame


@pytest.mark.parametrize("file", ["model.onnx", "encoder.onnx"])
def test_weights_lie_as_float16(huang: Model, file: str) -> None:
    graph = onnx.load(str(huang.folder / file)).graph
    casts = {n.output[0]: n.input[0] for n in graph.node if n.op_type == "Cast"}
    kinds = {i.name: i.data_type for i in graph.initializer}
    weights = [n.input[1] for n in graph.node if n.op_type in CONVOLUTIONS]
    assert len(weights) == (18 if file == "model.onnx" else 9)
    assert {kinds[casts[name]] for name in weights} == {onnx.TensorProto.FLOAT16}


def test_for_int8_they_are_float32_again(huang: Model) -> None:
    stored = onnx.load(str(huang.graph("float")))
    model = onnx.load(str(huang.graph("float")))
    restore_floats(model)
    graph = model.graph
    assert not any(i.data_type == onnx.TensorProto.FLOAT16 for i in graph.initializer)
    weights = {n.input[1] for n in graph.node if n.op_type in CONVOLUTIONS}
    assert weights <= {i.name for i in graph.initializer}
    store_halves(model)
    assert sorted(i.SerializeToString() for i in model.graph.initializer) == sorted(
        i.SerializeToString() for i in stored.graph.initializer
    )


def test_engines_agree(huang: Model) -> None:
    photo, vector = picture(SIZE), huang.styles.vectors[0]
    with OnnxRuntimeEngine(huang, SIZE, Precision.F32, 1) as engine:
        other = engine.infer(photo, FrameStyle.still(vector))
    with TorchOnHost(huang, SIZE, Precision.F16) as engine:
        half = engine.infer(photo, FrameStyle.still(vector))
    with Stylizer(huang, precision="f32", threads=1) as stylizer:
        stylizer.style, stylizer.steadiness = "dark", 0.0
        found = stylizer.stylize(photo)
        assert stylizer.stylize(photo[:, :75]).shape == (64, 75, 3)
    assert np.abs(found.astype(int) - other).max() <= 1
    assert psnr(found, half) > 40


def test_an_encoded_picture_is_a_style_like_any_other(huang: Model, net: AdaIN) -> None:
    painting = picture(Size(200, 130), 5)
    vector = StyleEncoder(huang).encode(painting)
    rgb = np.ascontiguousarray(scaled(painting, SIDE_PX, STRIDE)[:, :, ::-1])
    with torch.no_grad():
        expected = net.style(to_tensor(rgb))[0].numpy()
    np.testing.assert_allclose(vector, expected, atol=1e-3 * float(np.abs(expected).max()))


def test_the_network_comes_back_and_learns_no_styles(huang: Model, net: AdaIN) -> None:
    back = load_network(huang)
    assert isinstance(back, AdaIN)
    torch.testing.assert_close(back.encoder.state_dict(), net.encoder.state_dict(), rtol=2**-11, atol=1e-7)
    with pytest.raises(LivestyleError, match="huang learns no styles, any picture is one"):
        restore(huang)


@pytest.mark.parametrize("precision", [Precision.F32, Precision.F16])
def test_tensorrt_takes_it(huang: Model, precision: Precision) -> None:
    pytest.importorskip("tensorrt_rtx", reason="tensorrt-rtx is not made for this system")
    from livestyle.runtime.tensorrt.builder import BuildOptions, Flavour, build, parse

    shapes = Order(huang, SIZE, precision, Flavour.RTX).shapes
    network = parse(Flavour.RTX, typed_graph(huang, precision), shapes)
    layers = network.layers("CONVOLUTION") + network.layers("DECONVOLUTION")
    kinds = {layer.get_input(0).dtype.name for layer in layers}
    assert kinds == {"FLOAT" if precision is Precision.F32 else "HALF"}
    assert {layer.get_input(0).dtype.name for layer in network.layers("NORMALIZATION")} == {"FLOAT"}
    plan, _ = build(network, BuildOptions())
    assert len(plan) > 1_000_000
