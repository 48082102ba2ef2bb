"""TensorRT takes every graph that ships. Nothing here runs an engine: parsing and building need no GPU."""

from __future__ import annotations

import itertools
import sys
import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper

from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size, SizeRule
from livestyle.model.card import Model
from livestyle.runtime.tensorrt import builder
from livestyle.runtime.tensorrt.builder import BuildOptions, Flavour, Network, Phases, build, parse
from livestyle.runtime.tensorrt.onnx_nodes import CONVOLUTIONS
from livestyle.runtime.tensorrt.plan_cache import Order
from livestyle.runtime.tensorrt.typed_graph import KINDS, typed_graph
from tests.runtime.graphs import SHIPPED, Arrays, small
from tests.runtime.tensorrt.test_half import conv, weights

pytest.importorskip("tensorrt_rtx", reason="tensorrt-rtx is not made for this system")

RTX = Flavour.RTX
SIZES = [Size(640, 480), Size(1280, 720), Size(1920, 1080)]
"""What the first model is built for; the others are for the first size."""
PAIRS = [
    (name, precision)
    for name in SHIPPED
    for precision, kind in KINDS.items()
    if kind in Model.load(name).card.graphs
]
EVERY = pytest.mark.parametrize(("name", "precision"), PAIRS, ids="-".join)
SMALL = Size(64, 64)


def network(name: str, precision: Precision, size: Size) -> Network:
    model = Model.load(name)
    return parse(RTX, typed_graph(model, precision), Order(model, size, precision, RTX).shapes)


def kinds(layer: Any) -> set[str]:
    tensors = [layer.get_input(i) for i in range(layer.num_inputs)]
    tensors += [layer.get_output(i) for i in range(layer.num_outputs)]
    return {tensor.dtype.name for tensor in tensors}


def sources(found: Network, tensor: Any) -> set[str]:
    """Names of the inputs of the network that a tensor is made of."""
    layers = [found.definition.get_layer(i) for i in range(found.definition.num_layers)]
    made_by = {la.get_output(i).name: la for la in layers for i in range(la.num_outputs)}
    seen: set[str] = set()
    waiting = [tensor.name]
    while waiting:
        name = waiting.pop()
        if name not in seen and name in made_by:
            layer = made_by[name]
            waiting += [t.name for i in range(layer.num_inputs) if (t := layer.get_input(i)) is not None]
        seen.add(name)
    return seen - made_by.keys()


CANVAS = "net.canvas.conv.conv.weight"
"""Where a model has it: outside the convolutions that are quantised."""


@pytest.mark.parametrize(
    ("name", "precision", "size"),
    [(*pair, size) for pair in PAIRS for size in (SIZES if pair[0] == "cin-lite" else SIZES[:1])],
    ids=lambda part: str(part),
)
def test_every_shipped_graph_is_built(name: str, precision: Precision, size: Size) -> None:
    fits = SizeRule(Model.load(name).card.size_multiple).padded(size)
    found = network(name, precision, fits)
    shapes = {t.name: tuple(t.shape) for t in map(found.definition.get_output, range(2))}
    assert shapes["stylized"] == (1, fits.height, fits.width, 3)
    plan, timing = build(found, BuildOptions())
    assert len(plan) > 100_000
    assert timing == b""


@EVERY
def test_types_are_those_of_the_precision(name: str, precision: Precision) -> None:
    found = network(name, precision, SMALL)
    graph = onnx.load(str(Model.load(name).graph("float"))).graph
    operators = [node.op_type for node in graph.node]
    convolutions = found.layers("CONVOLUTION") + found.layers("DECONVOLUTION")
    norms = found.layers("NORMALIZATION")
    assert len(convolutions) == sum(operator in CONVOLUTIONS for operator in operators)
    assert len(norms) == operators.count("InstanceNormalization")
    expected = "FLOAT" if precision is Precision.F32 else "HALF"
    assert all(kinds(layer) == {expected} for layer in convolutions)
    assert all(kinds(layer) == {"FLOAT"} for layer in norms)
    canvas = sum(tensor.name == CANVAS for tensor in graph.initializer)  # stays float
    quantized = len(convolutions) - canvas if precision is Precision.INT8 else 0
    assert len(found.layers("QUANTIZE")) == quantized


@EVERY
def test_normalisations_are_native_and_take_scale_and_bias_at_run_time(
    name: str, precision: Precision
) -> None:
    found = network(name, precision, SMALL)
    for layer in found.layers("NORMALIZATION"):
        assert layer.num_inputs == 3
        assert "frame" in sources(found, layer.get_input(0))
        assert [sources(found, layer.get_input(i)) for i in (1, 2)] == [{"style"}] * 2


def test_an_unsupported_operator_fails_with_the_node_s_name() -> None:
    odd = helper.make_node("Unicorn", ["a"], ["y"], "the_odd_one", domain="com.example")
    model = small([conv("x", "w", "a"), odd], {"w": weights()})
    model.opset_import.append(helper.make_opsetid("com.example", 1))
    with pytest.raises(LivestyleError, match=r"can't take the graph:\n  node 'the_odd_one' \(Unicorn\)"):
        parse(RTX, model.SerializeToString(), {})


def test_a_zero_point_is_refused() -> None:
    """Why INT8 graphs of CPUs are made symmetric first (see qdq)."""
    names = ["step", "zero"]
    quantize = helper.make_node("QuantizeLinear", ["x", *names], ["code"], "quantize_x")
    dequantize = helper.make_node("DequantizeLinear", ["code", *names], ["y"])
    given: Arrays = {"step": np.array(0.1, np.float32), "zero": np.array(-5, np.int8)}
    with pytest.raises(LivestyleError, match=r"node 'quantize_x' .*zero point is not supported"):
        parse(RTX, small([quantize, dequantize], given).SerializeToString(), {})


def test_what_is_no_graph_is_refused() -> None:
    with pytest.raises(LivestyleError, match="can't take the graph"):
        parse(RTX, b"nothing of the kind", {})


def test_free_sides_are_refused(model: Model) -> None:
    with pytest.raises(LivestyleError, match="'state_frame' has no fixed shape"):
        parse(RTX, typed_graph(model, Precision.F32), {"frame": (1, 64, 64, 3)})


class Watched:
    """A builder, and the configurations that it was asked for."""

    def __init__(self, builder: Any) -> None:
        self._builder, self.configs = builder, list[Any]()

    def create_builder_config(self) -> Any:
        self.configs.append(self._builder.create_builder_config())
        return self.configs[-1]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._builder, name)


def test_an_engine_is_built_to_be_captured_and_in_the_types_of_its_graph() -> None:
    """Without memory that it would allocate itself while it runs, and without TF32."""
    found = network("cin-lite", Precision.F16, SMALL)
    watched, flags = Watched(found.builder), found.library.BuilderFlag
    build(replace(found, builder=watched), BuildOptions(level=0))
    (config,) = watched.configs
    assert config.get_flag(flags.REQUIRE_USER_ALLOCATION)
    assert not config.get_flag(flags.TF32)


def test_progress_rises_to_the_end_while_other_threads_run() -> None:
    found, ended, shares = network("cin-lite", Precision.F16, SMALL), threading.Event(), list[float]()
    ticks = itertools.count()
    ticking = threading.Thread(target=lambda: [next(ticks) for _ in iter(lambda: ended.wait(0.001), True)])
    ticking.start()
    try:
        build(found, BuildOptions(level=0), progress=shares.append)
    finally:
        ended.set()
        ticking.join()
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.5
    assert shares[-1] == 1
    assert next(ticks) > 10


def test_what_progress_raises_ends_the_build_and_is_raised() -> None:
    found = network("cin-lite", Precision.F16, SMALL)
    calls: list[float] = []

    def stop(share: float) -> None:
        calls.append(share)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(found, BuildOptions(), progress=stop)
    assert len(calls) < 20


def test_a_plan_for_one_chip() -> None:
    plan, _ = build(network("cin-lite", Precision.F16, SMALL), BuildOptions(0, (7, 5)))
    assert plan
    found = network("cin-lite", Precision.F16, SMALL)
    with pytest.raises(LivestyleError, match=r"doesn't know SM90, only SM75, .*\.\[tensorrt\]"):
        build(found, BuildOptions(0, (9, 0)))


def test_levels_have_a_range() -> None:
    with pytest.raises(LivestyleError, match="builder level 6 is out of range; expected 0 to 5"):
        BuildOptions(level=6)


@pytest.mark.parametrize("flavour", Flavour)
def test_a_missing_package_comes_with_its_remedy(flavour: Flavour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, flavour.package, None)
    with pytest.raises(LivestyleError, match=rf"pip install --upgrade '\.\[{flavour}\]'"):
        builder.library(flavour)


def test_full_tensorrt_has_a_least_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorrt", SimpleNamespace(__version__="10.9.0.34"))
    with pytest.raises(LivestyleError, match=r"TensorRT 10\.9\.0\.34 is too old; expected 10\.12"):
        builder.library(Flavour.FULL)
    for version in ("10.12.0.36", "11.0.0.1"):
        monkeypatch.setitem(sys.modules, "tensorrt", SimpleNamespace(__version__=version))
        assert builder.library(Flavour.FULL).__version__ == version


def test_phases_in_phases() -> None:
    phases = Phases()
    phases.begin("all", None, 2)
    phases.begin("first", "all", 4)
    assert [phases.step("first") for _ in range(4)] == [0.125, 0.25, 0.375, 0.5]
    assert phases.step("all") == 0.5
    phases.begin("first", "all", 1)
    assert phases.step("first") == 1
    assert phases.step("all") == 1


def test_other_precisions_are_refused(model: Model) -> None:
    with pytest.raises(LivestyleError, match="no bf16 here; use --precision f32, f16, int8"):
        typed_graph(model, Precision.BF16)


def test_without_onnx_the_remedy_is_named(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(LivestyleError, match="pip install onnx"):
        typed_graph(model, Precision.F16)


def test_a_float_graph_is_computed_in_float() -> None:
    found = parse(RTX, small([conv("x", "w", "y")], {"w": weights()}).SerializeToString(), {})
    assert kinds(found.layers("CONVOLUTION")[0]) == {"FLOAT"}
