"""What Engine promises, held against every engine in every precision that works on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.model.styles import Vector
from livestyle.runtime.engine import Engine
from tests.conftest import picture
from tests.runtime.engines import IN_F32, KINDS, WORKING, precisions

SIZE = Size(96, 64)


@pytest.fixture(scope="module", params=WORKING, ids=lambda pair: "-".join(pair))
def engine(request: pytest.FixtureRequest, model: Model) -> Iterator[Engine]:
    name, precision = request.param
    with KINDS[name](model, SIZE, precision, 1) as engine:
        yield engine


@pytest.fixture
def photo() -> Pixels:
    return picture(SIZE)


def style(engine: Engine, index: int = 0) -> Vector:
    return engine.model.styles.vector(engine.model.styles.names[index])


def test_paints_a_picture_of_the_same_shape_and_type(engine: Engine, photo: Pixels) -> None:
    painted = engine.infer(photo, FrameStyle.still(style(engine)))
    assert (painted.shape, painted.dtype) == (photo.shape, photo.dtype)
    assert np.abs(painted.astype(int) - photo).mean() > 5


def test_strength_zero_is_the_camera(engine: Engine, photo: Pixels) -> None:
    np.testing.assert_array_equal(
        engine.infer(photo, FrameStyle(style(engine), strength=0.0, steadiness=0.0)), photo
    )


def test_strength_lies_between_camera_and_painting(engine: Engine, photo: Pixels) -> None:
    half = engine.infer(photo, FrameStyle(style(engine), strength=0.5, steadiness=0.0)).astype(int)
    full = engine.infer(photo, FrameStyle.still(style(engine))).astype(int)
    assert np.abs(2 * half - photo - full).max() <= 3


def test_a_style_is_changed_without_compiling(
    engine: Engine, photo: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(engine), "_open_impl", lambda _: pytest.fail("compiled for a new style"))
    first, second = (engine.infer(photo, FrameStyle.still(style(engine, i))).astype(int) for i in (0, 1))
    assert np.abs(first - second).mean() > 3


def test_keep_color_changes_light_alone(engine: Engine, photo: Pixels) -> None:
    painted = engine.infer(photo, FrameStyle(style(engine), keep_color=1.0, steadiness=0.0))
    unclipped = ((painted > 0) & (painted < 255)).all(axis=2)
    change = (painted.astype(int) - photo)[unclipped]
    assert unclipped.mean() > 0.3
    assert np.ptp(change, axis=1).max() <= 1
    assert np.abs(change).mean() > 3


def test_inputs_are_left_alone_and_may_be_read_only(engine: Engine, photo: Pixels) -> None:
    vector = style(engine)
    frame_before, vector_before = photo.copy(), vector.copy()
    photo.setflags(write=False)
    vector.setflags(write=False)
    engine.infer(photo, FrameStyle(vector, 0.7, 0.3, 0.0))
    np.testing.assert_array_equal(photo, frame_before)
    np.testing.assert_array_equal(vector, vector_before)


def test_inputs_may_be_views(engine: Engine, photo: Pixels) -> None:
    mirrored, spread = photo[:, ::-1], np.repeat(style(engine), 2)[::2]
    expected = engine.infer(mirrored.copy(), FrameStyle.still(spread.copy()))
    np.testing.assert_array_equal(engine.infer(mirrored, FrameStyle.still(spread)), expected)


def test_the_result_is_the_callers_own(engine: Engine, photo: Pixels) -> None:
    first = engine.infer(photo, FrameStyle.still(style(engine, 0)))
    kept = first.copy()
    second = engine.infer(photo, FrameStyle.still(style(engine, 1)))
    np.testing.assert_array_equal(first, kept)
    first[:] = 0
    assert second.any()
    assert not np.shares_memory(second, photo)


def test_is_deterministic_and_carries_nothing_over(engine: Engine, photo: Pixels) -> None:
    before = engine.infer(photo, FrameStyle.still(style(engine)))
    engine.infer(picture(SIZE, seed=7), FrameStyle(style(engine, 2), 0.4, keep_color=1.0, steadiness=0.0))
    np.testing.assert_array_equal(engine.infer(photo, FrameStyle.still(style(engine))), before)


@pytest.mark.parametrize("value", [0, 255])
def test_a_covered_lens_gives_a_finite_picture(engine: Engine, photo: Pixels, value: int) -> None:
    painted = engine.infer(np.full_like(photo, value), FrameStyle.still(style(engine)))
    assert painted.shape == photo.shape


def test_wrong_frames_are_refused(engine: Engine, photo: Pixels) -> None:
    wrongs: list[Any] = [photo[:-8], photo[..., 0], photo.astype(np.float32), photo[None]]
    for wrong in wrongs:
        with pytest.raises(LivestyleError, match=r"bad frame: .*expected uint8 \(64, 96, 3\)"):
            engine.infer(wrong, FrameStyle.still(style(engine)))


def test_wrong_style_vectors_are_refused(engine: Engine, photo: Pixels) -> None:
    vector = style(engine)
    wrongs: list[Any] = [vector[:-1], vector[None], vector.astype(np.float64)]
    for wrong in wrongs:
        with pytest.raises(LivestyleError, match=rf"bad style vector: .*\({len(vector)},\)"):
            engine.infer(photo, FrameStyle.still(wrong))


def test_info_says_what_runs(engine: Engine) -> None:
    info = engine.info
    assert info.precision is engine.precision
    assert info.threads == 1
    assert info.device
    assert info.lanes in ("1 thread", "2 slots")
    assert str(info).endswith(info.lanes)


@pytest.mark.parametrize("name", KINDS)
def test_works_only_while_open(name: str, model: Model, photo: Pixels) -> None:
    engine = KINDS[name](model, SIZE, precisions(name)[0], 1)
    with pytest.raises(LivestyleError, match="not open"):
        engine.infer(photo, FrameStyle.still(style(engine)))
    engine.close()
    with engine:
        engine.open()
        assert engine.infer(photo, FrameStyle.still(style(engine))).any()
    engine.close()
    with pytest.raises(LivestyleError, match="not open"):
        engine.infer(photo, FrameStyle.still(style(engine)))
    with engine:
        assert engine.infer(photo, FrameStyle.still(style(engine))).any()


@pytest.mark.parametrize("name", KINDS)
def test_sizes_off_the_multiple_are_refused(name: str, model: Model) -> None:
    with pytest.raises(LivestyleError, match=r"multiples of \d+ px; got 100x64"):
        KINDS[name](model, Size(100, 64), precisions(name)[0], 1)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("size", [Size(64, 64), Size(72, 104), Size(248, 64)], ids=str)
def test_sizes(name: str, size: Size, model: Model) -> None:
    photo = picture(size)
    with KINDS[name](model, size, precisions(name)[0], 1) as engine:
        np.testing.assert_array_equal(
            engine.infer(photo, FrameStyle(style(engine), strength=0.0, steadiness=0.0)), photo
        )
        assert engine.infer(photo, FrameStyle.still(style(engine))).shape == photo.shape


@pytest.mark.parametrize("index", [0, 1, -1])
def test_engines_agree_in_f32(model: Model, index: int) -> None:
    size = Size(136, 72)
    paintings = []
    for kind in IN_F32:
        with kind(model, size, Precision.F32, 1) as engine:
            paintings.append(engine.infer(picture(size), FrameStyle.still(style(engine, index))).astype(int))
    for other in paintings[1:]:
        assert np.abs(other - paintings[0]).max() <= 2


def film(count: int, sigma: float = 4.0) -> list[Pixels]:
    """A still picture with a sensor's noise."""
    noise = np.random.default_rng(1).normal(0, sigma, (count, SIZE.height, SIZE.width, 3))
    return [np.clip(picture(SIZE) + n, 0, 255).astype(np.uint8) for n in noise]


def paint(engine: Engine, frames: list[Pixels], steadiness: float, index: int = 0) -> list[Pixels]:
    engine.reset()
    return [engine.infer(frame, FrameStyle(style(engine, index), steadiness=steadiness)) for frame in frames]


def test_steadiness_holds_a_still_picture(engine: Engine) -> None:
    deviation = [float(np.std(paint(engine, film(24), s)[12:], axis=0).mean()) for s in (0.0, 0.8)]
    assert deviation[1] < 0.4 * deviation[0]


def test_without_steadiness_every_frame_stands_alone(engine: Engine) -> None:
    frames = film(3)
    alone = [paint(engine, [frame], 0.0)[0] for frame in frames]
    np.testing.assert_array_equal(paint(engine, frames, 0.0), alone)
    np.testing.assert_array_equal(paint(engine, frames, 0.8)[0], alone[0])


def test_what_is_held_reaches_what_is_painted(engine: Engine, photo: Pixels) -> None:
    painted = paint(engine, [photo], 0.8)[0]
    engine.state = {**engine.state, "state_stylized": engine.state["state_stylized"] + 12}
    shown = [engine.infer(photo, FrameStyle(style(engine), steadiness=0.8)) for _ in range(150)]
    assert np.abs(shown[0].astype(int) - painted).max() >= 5
    assert (shown[-1] != painted).mean() < 0.005
    assert np.abs(shown[-1].astype(int) - painted).max() <= 1


@pytest.mark.parametrize("step", [1e-4, 1.0])
def test_a_style_is_changed_in_the_very_frame_with_a_past(engine: Engine, photo: Pixels, step: float) -> None:
    other = style(engine) + np.float32(step) * (style(engine, 1) - style(engine))
    engine.reset()
    expected = engine.infer(photo, FrameStyle(other, steadiness=0.8))
    paint(engine, film(4), 0.8)
    np.testing.assert_array_equal(engine.infer(photo, FrameStyle(other, steadiness=0.8)), expected)


def test_strength_and_colour_are_changed_in_the_very_frame_with_a_past(engine: Engine, photo: Pixels) -> None:
    for strength, keep_color in ((0.9, 0.0), (1.0, 1.0)):
        engine.reset()
        expected = engine.infer(photo, FrameStyle(style(engine), strength, keep_color, 0.8))
        paint(engine, film(4), 0.8)
        np.testing.assert_array_equal(
            engine.infer(photo, FrameStyle(style(engine), strength, keep_color, 0.8)), expected
        )


def test_reset_forgets(engine: Engine) -> None:
    frames = film(5)
    first = paint(engine, frames, 0.8)
    assert any(array.any() for array in engine.state.values())
    np.testing.assert_array_equal(paint(engine, frames, 0.8), first)
    engine.reset()
    assert not any(array.any() for array in engine.state.values())


def test_the_state_is_all_there_is(engine: Engine, model: Model) -> None:
    frames = film(6)
    paint(engine, frames[:3], 0.8)
    state = engine.state
    shown = [engine.infer(frame, FrameStyle(style(engine), steadiness=0.8)) for frame in frames[3:]]
    with KINDS[engine.name](model, SIZE, engine.precision, 1) as other:
        other.state = state
        again = [other.infer(frame, FrameStyle(style(engine), steadiness=0.8)) for frame in frames[3:]]
    np.testing.assert_array_equal(again, shown)


def test_engines_agree_from_one_state(model: Model) -> None:
    frames = film(6)
    paintings = []
    with IN_F32[0](model, SIZE, Precision.F32, 1) as first:
        paint(first, frames[:3], 0.8)
        state = first.state
    for kind in IN_F32:
        with kind(model, SIZE, Precision.F32, 1) as engine:
            engine.state = state
            shown = [engine.infer(frame, FrameStyle(style(engine), steadiness=0.8)) for frame in frames[3:]]
            paintings.append(np.array(shown, int))
    for other in paintings[1:]:
        assert np.abs(other - paintings[0]).max() <= 2


def test_another_state_is_refused(engine: Engine) -> None:
    state = engine.state
    for wrong in ({}, {**state, "state_frame": state["state_frame"][..., 1:]}):
        with pytest.raises(LivestyleError, match="bad state"):
            engine.state = wrong
