from __future__ import annotations

import threading
from dataclasses import fields, replace

import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.model.card import Model
from livestyle.model.controls import CONTROLS
from livestyle.model.frame_style import FRAME_CONTROLS, STYLE_INPUTS, Controlled, FrameStyle, inputs_of

VECTOR = np.array([1, 2, 3], np.float32)


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.load("cin-lite")


def test_the_inputs_of_a_graph_come_from_its_fields(model: Model) -> None:
    vector = model.styles.vectors[1]
    tensors = FrameStyle(vector, 0.7, True, 0.2).tensors(STYLE_INPUTS)
    assert {name: tensor.shape for name, tensor in tensors.items()} == inputs_of(model.card)
    assert {tensor.dtype for tensor in tensors.values()} == {np.dtype(np.float32)}
    assert tensors["style"][0].tolist() == vector.tolist()
    assert [round(float(tensors[name][0]), 3) for name in STYLE_INPUTS[1:]] == [0.7, 1.0, 0.2]


def test_a_graph_without_a_past_takes_no_steadiness_and_an_enlarger_nothing(model: Model) -> None:
    assert list(inputs_of(replace(model.card, state={}))) == ["style", "strength", "keep_color"]
    assert inputs_of(replace(model.card, scale=4)) == {}


@pytest.mark.parametrize("name", [control.name for control in FRAME_CONTROLS])
@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_a_value_out_of_range_is_refused_and_names_the_control(name: str, value: float) -> None:
    looks = Controlled(VECTOR)
    before = getattr(looks, name)
    with pytest.raises(LivestyleError, match=rf"{name} .* out of range; expected 0 to 1"):
        looks.set_controls({name: value})
    assert getattr(looks, name) == before


def test_every_field_is_a_control_that_an_object_has_as_an_attribute() -> None:
    looks = Controlled(VECTOR)
    assert {c.name for c in FRAME_CONTROLS} == {f.name for f in fields(FrameStyle)} - {"vector", "second"}
    for control in FRAME_CONTROLS:
        assert getattr(looks, control.name) == control.default
        assert type(getattr(looks, control.name)) is type(control.default)
        assert getattr(type(looks), control.name).__doc__ == control.about


def test_what_an_enlarger_can_do_is_the_default_whatever_the_steadiness() -> None:
    assert FrameStyle(VECTOR).default
    assert FrameStyle.still(VECTOR).default
    assert not FrameStyle(VECTOR, strength=0.9).default
    assert not FrameStyle(VECTOR, keep_color=True).default


def test_threads_that_set_different_controls_lose_none() -> None:
    looks = Controlled(VECTOR)
    start = threading.Barrier(len(FRAME_CONTROLS))

    def turn(name: str) -> None:
        start.wait(60)
        for step in range(500):
            looks.set_controls({name: step % 2})

    threads = [threading.Thread(target=turn, args=(control.name,)) for control in FRAME_CONTROLS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(getattr(looks, control.name) == 1 for control in FRAME_CONTROLS)


def test_a_control_that_is_not_there_is_an_error_with_those_that_are() -> None:
    for name in ("wobble", "change", "mirror"):
        with pytest.raises(LivestyleError, match=f"no control '{name}'; expected one of .*strength"):
            Controlled(VECTOR).set_controls({name: 1})


def test_controls_have_names_of_their_own() -> None:
    assert len({control.name for control in CONTROLS}) == len(CONTROLS)
