"""What each layer takes: every layer that runs is there once, and the sums are theirs."""

from __future__ import annotations

import json

import pytest

from livestyle import cli
from livestyle.bench.layers import Layer, LayerTimes, layer_times
from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size
from livestyle.model.card import Model


def test_kinds_are_the_sums_of_their_layers_the_longest_first() -> None:
    layers = (Layer("a", "MVN", "x", 1.0), Layer("b", "Convolution", "x", 3.0), Layer("c", "MVN", "x", 0.5))
    times = LayerTimes("engine", "model", "8x8", 5.0, layers)
    assert list(times.kinds().items()) == [("Convolution", 3.0), ("MVN", 1.5)]
    assert times.counted_ms == 4.5


def test_the_convolutions_of_a_model_are_counted() -> None:
    times = layer_times(Model.load("cin-lite"), Size(95, 64), "cpu", Precision.F32, 1, 2)
    assert times.size == "96x64"
    convolutions = [layer for layer in times.layers if layer.kind == "Convolution"]
    assert len(convolutions) >= 12
    assert all(layer.ms > 0 and "f32" in layer.kernel for layer in convolutions)
    assert len({(layer.name, layer.kind, layer.kernel) for layer in times.layers}) == len(times.layers)


def test_an_engine_without_counters_is_an_error() -> None:
    with pytest.raises(LivestyleError, match="--device onnxruntime is another engine"):
        layer_times(Model.load("cin-lite"), Size(96, 64), "onnxruntime", Precision.F32, 1, 2)


@pytest.mark.parametrize("as_json", [True, False])
def test_bench_shows_layers(as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--layers", "--size", "96x64", "--frames", "2", "--precision", "f32", "--threads", "1"]
    with pytest.raises(SystemExit) as stop:
        cli.run(["bench", *asked, *(["--json"] if as_json else [])])
    assert not stop.value.code
    shown = capsys.readouterr().out
    if as_json:
        found = json.loads(shown)
        assert found["counted_ms"] == pytest.approx(sum(found["kinds_ms"].values()), abs=0.01)
    else:
        assert "Convolution" in shown
        assert "all layers" in shown
