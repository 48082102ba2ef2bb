"""A session that streams: beside a window, to servers that come, go and hang."""

from __future__ import annotations

import shutil
import socket
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame
from livestyle.core.size import Size
from livestyle.model.controls import FREEZE
from livestyle.pipeline.live import LivePipeline
from livestyle.sinks.stream import StreamSink
from livestyle.ui import streaming as streaming_module
from livestyle.ui.keys import Action, Key
from livestyle.ui.plan import SessionOptions
from livestyle.ui.streaming import Streaming
from tests.pipeline.conftest import stylizer
from tests.sinks.servers import free_port, received
from tests.ui.desktop import wait_for
from tests.ui.list_sink import ListSink
from tests.ui.test_session import FakeWindow, pipeline, session_of
from tests.ui.test_virtual_camera import until

__all__ = ["pipeline", "stylizer"]


class FakeSink(StreamSink):
    """Takes pictures as long as its server is up, and starts no process."""

    up = True
    taken: int = 0

    def repeat(self) -> None:
        if not self.up:
            raise LivestyleError("no stream goes to it: it is away")
        self.connected = True
        FakeSink.taken += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


def grey(side: int = 64) -> Frame:
    return Frame(np.full((side, side, 3), 90, np.uint8), 0, 0)


def told(streaming: Streaming, count: int) -> list[str]:
    """What is told while pictures go on, until there are so many lines."""
    lines: list[str] = []

    def look() -> bool:
        streaming.add(grey(), mirrored=False)
        lines.extend([line] if (line := streaming.news()) else [])
        return len(lines) >= count

    wait_for(look)
    return lines


def test_each_change_is_told_once_and_the_size_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeSink, "taken", 0)
    opened: list[Size] = []

    def open_sink(size: Size) -> FakeSink:
        opened.append(size)
        return FakeSink("rtmp://host/live/key", size, 200)

    with Streaming(open_sink, back_off_s=0.001) as streaming:
        assert streaming.figures == streaming.badge == ""
        assert told(streaming, 1) == ["Streaming to host/live/…, 64×64 at 200 fps"]
        assert "host/live/…" in streaming.figures
        monkeypatch.setattr(FakeSink, "up", False)
        assert told(streaming, 1) == ["no stream goes to it: it is away; it is tried again"]
        tries = len(opened)

        def tried_more() -> bool:
            streaming.add(grey(128), mirrored=False)
            assert streaming.news() == ""
            return len(opened) > tries + 2

        wait_for(tried_more)
        assert streaming.badge == "Stream away"
        monkeypatch.setattr(FakeSink, "up", True)
        assert told(streaming, 1) == ["Streaming to host/live/…, 64×64 at 200 fps"]
        assert set(opened) == {Size(64, 64)}
        assert streaming.report()["stream"]["connections"] == 2


class Clock:
    """Stands in for the module `time`; it goes on when it is told to."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now


def test_each_try_waits_twice_as_long_as_the_one_before_up_to_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    monkeypatch.setattr(streaming_module, "time", clock)
    monkeypatch.setattr(FakeSink, "up", False)

    def waits(streaming: Streaming) -> float:
        """What is waited after a try has failed; nothing is tried before, and then there may be a next."""

        def failed() -> bool:
            streaming.news()
            return streaming._feed is None

        wait_for(failed)
        began, clock.now = clock.now, streaming._next_try - 0.25
        streaming.add(grey(), mirrored=False)
        assert streaming._feed is None
        clock.now = streaming._next_try
        return clock.now - began

    def tried(streaming: Streaming) -> float:
        streaming.add(grey(), mirrored=False)
        assert streaming._feed is not None
        return waits(streaming)

    with Streaming(lambda size: FakeSink("rtmp://host/live/key", size, 200)) as streaming:
        assert [tried(streaming) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
        monkeypatch.setattr(FakeSink, "up", True)
        assert told(streaming, 1) == ["Streaming to host/live/…, 64×64 at 200 fps"]
        monkeypatch.setattr(FakeSink, "up", False)
        assert waits(streaming) == 1


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="FFmpeg's own server")
@pytest.mark.parametrize("protocol", ["rtmp", "rtsp"])
def test_a_server_gets_what_is_painted_and_again_when_it_comes_back(
    protocol: str, pipeline: LivePipeline
) -> None:
    """What lies over the picture stays in the window."""
    address = f"{protocol}://127.0.0.1:{free_port()}/live/key"
    plan = SessionOptions(
        ListSink,
        figures=True,
        stream=Streaming(lambda size: StreamSink(address, size, 30), back_off_s=0.05),
    )
    session = session_of(pipeline, plan, FakeWindow())
    session.actions.press(Key(FREEZE, 1))
    session.actions.press(Key(Action.HELP))
    size = pipeline.source.size.even()
    with ThreadPoolExecutor(1) as pool, plan.stream:
        receiving = pool.submit(lambda: [received(address, size, 5) for _ in range(2)])
        until(session, pipeline, receiving.done)
        painting = session.screen.painting
        assert painting is not None
        for frames in receiving.result():
            assert len(frames) == 5
            assert np.abs(frames[-1].astype(int) - painting.painted.pixels).mean() < 8
        assert plan.stream.report()["stream"]["connections"] >= 2


def test_a_server_that_never_reads_slows_nobody(pipeline: LivePipeline) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        address = f"rtmp://127.0.0.1:{server.getsockname()[1]}/live/key"
        plan = SessionOptions(ListSink, stream=Streaming(lambda size: StreamSink(address, size, 30)))
        window = FakeWindow()
        session = session_of(pipeline, plan, window)
        connecting = pool.submit(server.accept)
        shown_before: list[int] = []

        def shown_since() -> bool:
            if connecting.done():
                shown_before.append(window.shown)
            return bool(shown_before) and window.shown > shown_before[0] + 30

        with plan.stream:
            until(session, pipeline, shown_since)
            assert plan.stream.report()["stream"]["connections"] == 0
        connecting.result()[0].close()
