"""A browser's camera in the place of this machine's."""

from __future__ import annotations

import asyncio
import json
import threading

import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.page.camera import BrowserSource
from livestyle.page.options import PageOptions
from livestyle.page.server import Page
from tests.page.served import heard, jpeg, run, served
from tests.pipeline.fakes import FakeCamera


def grey(value: int) -> Pixels:
    return np.full((96, 128, 3), value, np.uint8)


def nobody() -> None:
    raise AssertionError("nobody has lost the camera")


def test_a_loan_takes_the_place_of_the_machines_camera_and_ends() -> None:
    with BrowserSource(FakeCamera()) as source:
        first = source.read()
        assert first is not None
        assert source.info.name == "fake"
        source.lend("page", nobody)
        source.put("page", grey(7))
        borrowed = source.read()
        assert borrowed is not None
        assert borrowed.pixels[0, 0, 0] == 7
        assert borrowed.index == first.index + 1
        assert source.info.name == "browser"
        source.give_back("another")
        source.give_back("page")
        own = source.read()
        assert own is not None
        assert own.pixels.shape == (64, 64, 3)
        assert own.index == borrowed.index + 1


def test_a_loan_that_ends_while_a_picture_is_waited_for_is_not_the_end() -> None:
    with BrowserSource(FakeCamera()) as source:
        source.lend("page", nobody)
        threading.Timer(0.05, lambda: source.give_back("page")).start()
        assert source.read() is not None


def test_the_last_that_asks_has_the_loan_and_the_one_before_is_told() -> None:
    lost: list[str] = []
    with BrowserSource(None) as source:
        source.lend("first", lambda: lost.append("first"))
        source.lend("second", nobody)
        source.put("first", grey(1))
        source.put("second", grey(2))
        frame = source.read()
        assert frame is not None
        assert frame.pixels[0, 0, 0] == 2
        source.give_back("first")
        source.put("second", grey(3))
        assert source.read() is not None
    assert lost == ["first"]


def test_without_any_camera_it_says_so_and_ends_when_it_is_stopped() -> None:
    with BrowserSource(None) as source:
        notice = source.read()
        assert notice is not None
        assert notice.notice
        source.stop()
        assert source.read() is None


def test_the_end_of_the_machines_camera_is_the_end() -> None:
    with BrowserSource(FakeCamera(frames=2)) as source:
        assert [source.read() is None for _ in range(4)] == [False, False, True, True]


def test_browser_is_the_first_camera_or_none() -> None:
    page = Page(PageOptions(), [], lambda _: None)
    page.source("0", FakeCamera)
    assert isinstance(page.source("1", FakeCamera), FakeCamera)
    with pytest.raises(LivestyleError, match="has to be the first"):
        page.source("browser", FakeCamera)


def test_pictures_by_the_socket_are_taken_one_by_one_and_bad_ones_refused() -> None:
    async def test() -> None:
        async with served() as site:
            camera = site.studio.camera
            assert camera is not None
            socket, other = await site.socket(), await site.socket()
            await socket.send_str('{"type": "camera", "on": true}')
            await socket.send_bytes(jpeg(128, 96, 90))
            await heard(socket, "taken")
            frame = await asyncio.to_thread(camera.read)
            assert frame is not None
            assert frame.pixels.shape == (96, 128, 3)
            for bad in (b"", b"\xff\xd8 no", jpeg(2000, 64), jpeg()[:99]):
                await socket.send_bytes(bad)
                await heard(socket, "taken")
                assert (await heard(socket, "refused"))["text"]
            await other.send_str(json.dumps({"type": "camera", "on": True}))
            assert (await heard(socket, "camera"))["on"] is False
            await socket.close()
            await other.close()

    run(test())
