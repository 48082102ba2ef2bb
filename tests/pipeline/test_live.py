from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame
from livestyle.core.size import Size
from livestyle.pipeline.live import LivePipeline, PaintedFrame
from livestyle.pipeline.look import Look
from livestyle.runtime.film import HostFilm
from livestyle.sources.camera.connection import Request
from livestyle.sources.camera.source import CameraSource, Patience
from livestyle.sources.source import Source
from livestyle.sources.synthetic.source import SyntheticSource
from livestyle.stylizer.stylizer import Stylizer
from tests.pipeline.fakes import FakeCamera, NotingEngine
from tests.sources.cameras import MjpegServer


def pipeline_of(camera: Source, stylizer: Stylizer) -> LivePipeline:
    return LivePipeline(camera, stylizer, Look(stylizer.model.styles, stylizer.styles[0]))


def next_of(pipeline: LivePipeline) -> PaintedFrame:
    painting = pipeline.next(30)
    assert painting is not None
    pipeline.shown(painting)
    return painting


def until(pipeline: LivePipeline, good: Callable[[PaintedFrame], bool]) -> PaintedFrame:
    limit = time.monotonic() + 30
    while not good(painting := next_of(pipeline)):
        assert time.monotonic() < limit
    return painting


def test_paints_to_the_end_and_joins_every_thread(stylizer: Stylizer) -> None:
    threads = threading.active_count()
    with FakeCamera(frames=20) as camera, pipeline_of(camera, stylizer) as pipeline:
        seen = []
        while not pipeline.ended:
            painting = pipeline.next(30)
            if painting is not None:
                pipeline.shown(painting)
                seen.append(painting.painted.index)
    assert seen[-1] == 19
    assert seen == sorted(set(seen))
    assert len(seen) + pipeline.stats.dropped == 20 - seen[0]
    assert threading.active_count() == threads


def test_a_painting_keeps_its_original_and_its_time(stylizer: Stylizer) -> None:
    with FakeCamera() as camera, pipeline_of(camera, stylizer) as pipeline:
        painting = next_of(pipeline)
    assert painting.original.index == painting.painted.index
    assert painting.original.captured_ns == painting.painted.captured_ns <= time.monotonic_ns()
    assert painting.painted.pixels[0, 0, 0] == painting.original.index


def test_a_slow_reader_gets_the_newest(stylizer: Stylizer) -> None:
    with FakeCamera(rate=500) as camera, pipeline_of(camera, stylizer) as pipeline:
        first = next_of(pipeline)
        while pipeline.stats.inference.count < first.painted.index + 30:
            time.sleep(0.005)
        next_of(pipeline)
        assert next_of(pipeline).painted.index > first.painted.index + 20
    assert pipeline.stats.dropped >= 20


def test_a_style_is_in_the_first_frame_whose_inference_starts_after_the_key(stylizer: Stylizer) -> None:
    bank = stylizer.model.styles
    stylizer.open(Size(64, 64))
    with FakeCamera(rate=60) as camera, pipeline_of(camera, stylizer) as pipeline:
        switches = []
        for index in (1, 5, 2, 0, 7):
            until(pipeline, lambda p: p.style == pipeline.look.style)
            pipeline.look.index = index
            switches.append((time.monotonic(), index))
        until(pipeline, lambda p: p.style == pipeline.look.style)
    for pressed, index in switches:
        after = next(vector for started, vector in NotingEngine.notes if started > pressed)
        assert np.array_equal(after, bank.vectors[index])
    assert NotingEngine.opened == 1


def test_a_switch_drops_no_frame(stylizer: Stylizer) -> None:
    with FakeCamera(rate=20) as camera, pipeline_of(camera, stylizer) as pipeline:
        numbers = []
        for count in range(30):
            pipeline.look.index = count
            numbers.append(next_of(pipeline).painted.index)
    assert numbers == list(range(numbers[0], numbers[0] + 30))


def test_a_crossfade_moves_frame_by_frame(stylizer: Stylizer) -> None:
    bank = stylizer.model.styles
    with FakeCamera() as camera, pipeline_of(camera, stylizer) as pipeline:
        next_of(pipeline)
        pipeline.look.crossfade_s = 0.3
        pipeline.look.index = 1
        until(pipeline, lambda _: np.array_equal(NotingEngine.notes[-1][1], bank.vectors[1]))
    shares = [float(np.linalg.norm(vector - bank.vectors[0])) for _, vector in NotingEngine.notes]
    assert shares == sorted(shares)
    assert len(set(shares)) > 4


def test_a_frozen_picture_stays_and_time_goes_on(stylizer: Stylizer) -> None:
    with FakeCamera() as camera, pipeline_of(camera, stylizer) as pipeline:
        next_of(pipeline)
        pipeline.look.frozen = True
        next_of(pipeline)
        held, later = next_of(pipeline), next_of(pipeline)
        assert later.original.index > held.original.index
        assert np.array_equal(later.original.pixels, held.original.pixels)
        pipeline.look.frozen = False
        until(pipeline, lambda p: p.original.pixels[0, 0, 0] != held.original.pixels[0, 0, 0])


def play(camera: FakeCamera, stylizer: Stylizer) -> None:
    with camera, pipeline_of(camera, stylizer) as pipeline:
        while not pipeline.ended:
            pipeline.next(30)


def test_an_exception_of_the_source_is_raised_and_threads_are_joined(stylizer: Stylizer) -> None:
    threads = threading.active_count()
    with pytest.raises(LivestyleError, match="unplugged"):
        play(FakeCamera(frames=2, error=LivestyleError("unplugged")), stylizer)
    assert threading.active_count() == threads


def test_an_exception_of_the_engine_reaches_the_caller(
    stylizer: Stylizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise LivestyleError("out of paint")

    threads = threading.active_count()
    monkeypatch.setattr(NotingEngine, "_infer_impl", fail)
    with pytest.raises(LivestyleError, match="out of paint"):
        play(FakeCamera(), stylizer)
    assert threading.active_count() == threads


def test_leaving_early_joins_every_thread(stylizer: Stylizer) -> None:
    threads = threading.active_count()
    with FakeCamera() as camera, pipeline_of(camera, stylizer) as pipeline:
        next_of(pipeline)
    assert threading.active_count() == threads
    assert pipeline.ended


def test_a_network_camera_that_dies_is_announced_unpainted_and_painted_again(stylizer: Stylizer) -> None:
    patience = Patience(stall=2, reopen=10, back_off=0.1, back_off_limit=0.5, notice=0.1)
    with (
        MjpegServer(Size(96, 64)) as server,
        CameraSource(Request(server.url), patience) as camera,
        pipeline_of(camera, stylizer) as pipeline,
    ):
        assert next_of(pipeline).style == pipeline.look.style
        server.close()
        away = until(pipeline, lambda p: p.original.notice)
        assert away.style == ""
        assert away.painted is away.original
        with MjpegServer(Size(160, 120), server.port):
            back = until(pipeline, lambda p: p.style != "")
            assert back.painted.pixels.shape == (120, 160, 3)


def test_a_mirrored_picture_is_mirrored_before_it_is_painted(stylizer: Stylizer) -> None:
    with SyntheticSource(Size(64, 64), 60) as camera, pipeline_of(camera, stylizer) as pipeline:
        pipeline.look.frozen = True
        next_of(pipeline)
        plain = next_of(pipeline).original.pixels
        pipeline.look.mirror = True
        until(pipeline, lambda p: np.array_equal(p.original.pixels, plain[:, ::-1]))


def test_steadiness_is_the_looks_and_a_mirrored_picture_has_no_past(
    stylizer: Stylizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    resets: list[float] = []
    monkeypatch.setattr(stylizer, "reset", lambda: resets.append(stylizer.steadiness))
    with FakeCamera() as camera, pipeline_of(camera, stylizer) as pipeline:
        next_of(pipeline)
        pipeline.look.steadiness = 0.3
        next_of(pipeline)
        until(pipeline, lambda _: stylizer.steadiness == 0.3)
        before = len(resets)
        for mirror in (True, False):
            pipeline.look.mirror = mirror
            next_of(pipeline)
            next_of(pipeline)
        assert resets[before:] == [0.3, 0.3]


def test_frames_in_flight_are_shown_in_order_to_the_last(
    stylizer: Stylizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HostFilm, "depth", 3)
    stylizer.open(Size(64, 64))
    with FakeCamera(frames=40, rate=2000) as camera, pipeline_of(camera, stylizer) as pipeline:
        seen = []
        while not pipeline.ended:
            painting = pipeline.next(30)
            if painting is not None:
                assert (painting.painted.pixels == painting.painted.index).all()
                seen.append(painting.painted.index)
    assert seen[-1] == 39
    assert seen == sorted(set(seen))
    assert stylizer.in_flight == 0


def test_a_slow_camera_is_not_kept_waiting_by_frames_in_flight(
    stylizer: Stylizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HostFilm, "depth", 3)
    stylizer.open(Size(64, 64))
    with FakeCamera(frames=10**9, rate=5) as camera, pipeline_of(camera, stylizer) as pipeline:
        first = next_of(pipeline)
        assert pipeline.stats.capture.count == first.painted.index + 1


def test_a_notice_waits_for_the_frames_before_it(stylizer: Stylizer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HostFilm, "depth", 3)
    stylizer.open(Size(64, 64))
    with FakeCamera(frames=3) as camera:
        pipeline = pipeline_of(camera, stylizer)
        shown: list[PaintedFrame] = []
        monkeypatch.setattr(pipeline._lane.paintings, "put", shown.append)
        frames = [Frame(np.full((64, 64, 3), n, np.uint8), n, 0, notice=n == 2) for n in range(3)]
        waiting = iter([*frames, None])
        monkeypatch.setattr(pipeline._lane.captured, "get", lambda timeout_s=None: next(waiting))
        pipeline._paint(threading.Event())
    assert [(p.painted.index, bool(p.style)) for p in shown] == [(0, True), (1, True), (2, False)]


def test_what_runs_is_known_while_another_size_is_compiled(
    stylizer: Stylizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiling, go_on = threading.Event(), threading.Event()

    def slow(self: NotingEngine) -> None:
        if self.size == Size(96, 64):
            compiling.set()
            assert go_on.wait(60)

    monkeypatch.setattr(NotingEngine, "_open_impl", slow)
    camera = FakeCamera(60)
    camera.changes = 20
    stylizer.open(Size(64, 64))
    with camera, LivePipeline(camera, stylizer, Look(stylizer.model.styles, stylizer.styles[0])) as pipeline:
        assert compiling.wait(60)
        assert pipeline.engine.engine == "Noting 1.0"
        go_on.set()
        sizes = set()
        while not pipeline.ended:
            painting = pipeline.next(30)
            if painting is not None:
                sizes.add(Size.of(painting.painted.pixels))
    assert Size(96, 64) in sizes


def test_leaving_wakes_a_camera_that_says_nothing(stylizer: Stylizer) -> None:
    class Silent(FakeCamera):
        def read(self) -> Frame | None:
            self._left.wait()
            return None

    stylizer.open(Size(64, 64))
    threads = threading.active_count()
    with Silent() as camera, LivePipeline(camera, stylizer, Look(stylizer.model.styles, stylizer.styles[0])):
        pass
    assert threading.active_count() == threads


@pytest.mark.parametrize("then", [Size(32, 48), Size(8200, 64)])
def test_a_camera_that_changes_to_what_cannot_be_painted_ends_nothing(stylizer: Stylizer, then: Size) -> None:
    camera = FakeCamera(30, rate=50)
    camera.changes, camera.then = 10, then
    stylizer.open(Size(64, 64))
    sizes = set()
    with camera, LivePipeline(camera, stylizer, Look(stylizer.model.styles, stylizer.styles[0])) as pipeline:
        while not pipeline.ended:
            painting = pipeline.next(30)
            if painting is not None:
                sizes.add(Size.of(painting.painted.pixels))
    assert then.paintable() in sizes
