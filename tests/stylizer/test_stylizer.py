"""The public API: any size, any style, at any time."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from livestyle import LivestyleError, Stylizer
from livestyle.core.config import Precision
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime.engine import Engine
from livestyle.runtime.select import EngineRequest
from tests.conftest import noisy, picture
from tests.pipeline.fakes import NotingEngine


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Engine]:
    """Every engine that a stylizer opens during the test."""
    engines: list[Engine] = []

    first = EngineRequest.open

    def recorded(request: EngineRequest) -> Engine:
        engines.append(first(request))
        return engines[-1]

    monkeypatch.setattr(EngineRequest, "open", recorded)
    return engines


def difference(a: Pixels, b: Pixels) -> float:
    return float(np.abs(a.astype(int) - b).mean())


@pytest.mark.parametrize("size", [Size(64, 64), Size(65, 77), Size(100, 71), Size(320, 64)], ids=str)
def test_any_size_comes_back_as_it_was(stylizer: Stylizer, size: Size) -> None:
    frame = picture(size)
    before = frame.copy()
    painted = stylizer.stylize(frame)
    assert painted.shape == frame.shape
    assert painted.dtype == np.uint8
    assert painted.flags.c_contiguous
    assert difference(painted, frame) > 5
    np.testing.assert_array_equal(frame, before)


def test_padding_leaves_no_trace_at_strength_zero(stylizer: Stylizer) -> None:
    stylizer.strength = 0
    frame = picture(Size(65, 77))
    np.testing.assert_array_equal(stylizer.stylize(frame), frame)


def test_the_result_is_the_callers_own(stylizer: Stylizer) -> None:
    for size in (Size(64, 64), Size(65, 77)):
        first = stylizer.stylize(picture(size))
        kept = first.copy()
        stylizer.stylize(picture(size, seed=1))
        np.testing.assert_array_equal(first, kept)
        first[:] = 0


def test_styles_change_and_nothing_is_compiled(stylizer: Stylizer, opened: list[Engine]) -> None:
    frame = picture(Size(96, 72))
    paintings = []
    for name in stylizer.styles:
        stylizer.style = name
        assert stylizer.style == name
        paintings.append(stylizer.stylize(frame))
    stylizer.strength, stylizer.keep_color = 0.5, True
    stylizer.stylize(frame)
    assert len(opened) == 1
    assert len({painting.tobytes() for painting in paintings}) == len(stylizer.styles)


def test_an_engine_lasts_until_another_size_comes(stylizer: Stylizer, opened: list[Engine]) -> None:
    for size in (Size(64, 64), Size(64, 64), Size(65, 64), Size(72, 64)):
        stylizer.stylize(picture(size))
    assert [engine.size for engine in opened] == [Size(64, 64), Size(72, 64)]


def test_a_blend_lies_between_its_styles(stylizer: Stylizer) -> None:
    frame = picture(Size(96, 72))
    one, two = stylizer.styles[:2]
    paintings = []
    for style in (one, {one: 2.0, two: 2.0}, two):
        stylizer.style = style
        paintings.append(stylizer.stylize(frame))
    first, blend, second = paintings
    assert 0 < difference(first, blend) < difference(first, second)
    assert 0 < difference(second, blend) < difference(first, second)


def test_a_blend_of_one_is_that_style(stylizer: Stylizer) -> None:
    frame = picture(Size(64, 64))
    name = stylizer.styles[1]
    stylizer.style = name
    alone = stylizer.stylize(frame)
    stylizer.style = {name: 3.0}
    np.testing.assert_array_equal(stylizer.stylize(frame), alone)


def test_keep_color_keeps_gray_gray(stylizer: Stylizer) -> None:
    frame = picture(Size(64, 64))
    frame[:] = frame[..., :1]
    stylizer.keep_color = True
    assert stylizer.keep_color is True
    assert np.ptp(stylizer.stylize(frame).astype(int), axis=2).max() <= 1


def test_a_bad_style_changes_nothing(stylizer: Stylizer) -> None:
    before = stylizer.style, stylizer.style_vector
    with pytest.raises(LivestyleError, match="is not here"):
        stylizer.style = "no such painting"
    assert (stylizer.style, stylizer.style_vector) == before


@pytest.mark.parametrize("value", [-0.1, 1.01, float("nan")])
def test_strength_out_of_range(stylizer: Stylizer, value: float) -> None:
    with pytest.raises(LivestyleError, match="expected 0 to 1"):
        stylizer.strength = value
    assert stylizer.strength == 1


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros((64, 64), np.uint8),
        np.zeros((64, 64, 4), np.uint8),
        np.zeros((64, 64, 3), np.float32),
        np.zeros((1, 64, 64, 3), np.uint8),
        None,
        [[1, 2, 3]],
    ],
)
def test_bad_frames(stylizer: Stylizer, frame: Any) -> None:
    with pytest.raises(LivestyleError, match=r"bad frame: .*expected uint8 \(H, W, 3\) in BGR"):
        stylizer.stylize(frame)


def test_frames_that_are_too_small(stylizer: Stylizer) -> None:
    with pytest.raises(LivestyleError, match="64x63 can't be painted"):
        stylizer.stylize(np.zeros((63, 64, 3), np.uint8))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"model": "monet"}, "no model 'monet'"),
        ({"precision": "f8"}, "unknown precision 'f8'; expected one of auto, f32, f16, bf16, int8"),
        ({"device": "tpu"}, "unknown device 'tpu'"),
        ({"threads": -1}, "threads"),
        ({"slots": 0}, "slots 0 is out of range"),
    ],
)
def test_bad_arguments_fail_at_once(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(LivestyleError, match=message):
        Stylizer(**arguments)


def test_info_is_known_while_open() -> None:
    stylizer = Stylizer(threads=1)
    with pytest.raises(LivestyleError, match="no engine is open yet"):
        _ = stylizer.info
    with stylizer.open(Size(64, 64)):
        assert stylizer.info.threads == 1
        assert stylizer.info.precision is not Precision.AUTO
    with pytest.raises(LivestyleError, match="no engine is open yet"):
        _ = stylizer.info


def test_it_paints_again_after_closing(stylizer: Stylizer) -> None:
    frame = picture(Size(64, 64))
    before = stylizer.stylize(frame)
    stylizer.close()
    stylizer.close()
    np.testing.assert_array_equal(stylizer.stylize(frame), before)


def test_reset_forgets_and_breaks_nothing(stylizer: Stylizer) -> None:
    frame = picture(Size(64, 64))
    before = stylizer.stylize(frame)
    stylizer.reset()
    np.testing.assert_array_equal(stylizer.stylize(frame), before)


def test_every_frame_has_one_whole_style_whoever_changes_it(stylizer: Stylizer) -> None:
    frame = picture(Size(64, 64))
    names = stylizer.styles[:3]
    whole = set()
    for name in names:
        stylizer.style = name
        whole.add(stylizer.stylize(frame).tobytes())
    stop = threading.Event()

    def switch() -> None:
        while not stop.is_set():
            for name in names:
                stylizer.style = name

    thread = threading.Thread(target=switch)
    thread.start()
    try:
        seen = {stylizer.stylize(frame).tobytes() for _ in range(60)}
    finally:
        stop.set()
        thread.join()
    assert seen <= whole


def test_a_still_scene_is_steady_unless_told_otherwise(stylizer: Stylizer) -> None:
    assert stylizer.steadiness == 0.8
    frames = noisy(Size(100, 71), 20)
    spread = []
    for steadiness in (0.8, 0.0):
        stylizer.steadiness = steadiness
        stylizer.reset()
        spread.append(float(np.std([stylizer.stylize(f) for f in frames][10:], axis=0).mean()))
    assert spread[0] < 0.4 * spread[1]


def test_reset_and_another_size_begin_anew(stylizer: Stylizer) -> None:
    frames = noisy(Size(66, 70), 3)
    first = [stylizer.stylize(frame) for frame in frames]
    stylizer.reset()
    np.testing.assert_array_equal([stylizer.stylize(frame) for frame in frames], first)
    stylizer.stylize(picture(Size(67, 70)))  # padded to the same size: the engine stays
    np.testing.assert_array_equal([stylizer.stylize(frame) for frame in frames], first)


@pytest.mark.parametrize("value", [-0.1, 1.01, float("nan")])
def test_steadiness_out_of_range(stylizer: Stylizer, value: float) -> None:
    with pytest.raises(LivestyleError, match=r"steadiness .* expected 0 to 1"):
        stylizer.steadiness = value


def test_a_model_without_state_is_painted_frame_by_frame(model: Model) -> None:
    engine = NotingEngine(replace(model, card=replace(model.card, state={})), Size(64, 64), Precision.F32, 1)
    with engine:
        engine.infer(picture(Size(64, 64)), FrameStyle(model.styles.vectors[0], steadiness=0.8))
        assert engine.state == {}
        engine.reset()
