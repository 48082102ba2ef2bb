"""Pictures, files and uploads over HTTP."""

from __future__ import annotations

import asyncio
from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle.model.controls import CONTROLS
from livestyle.page.options import Limits
from tests.page.served import BEARER, jpeg, run, served


def test_a_stream_shows_the_newest_pictures() -> None:
    async def test() -> None:
        async with served() as site:
            answer = await site.client.get("/stream.mjpg", headers=BEARER)
            assert answer.headers["Content-Type"] == "multipart/x-mixed-replace; boundary=livestyle"
            for grey in (40, 200):
                site.show(grey)
                await answer.content.readuntil(b"--livestyle\r\n")
                head = await answer.content.readuntil(b"\r\n\r\n")
                data = await answer.content.readexactly(int(head.split(b"Length: ")[1]))
                pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
                assert pixels is not None
                assert abs(pixels.mean() - grey) < 2
            answer.close()

    run(test())


def test_so_many_streams_and_no_more() -> None:
    async def test() -> None:
        async with served(streams=1) as site:
            site.show(9)
            first = await site.client.get("/stream.mjpg", headers=BEARER)
            assert (await site.client.get("/stream.mjpg", headers=BEARER)).status == 503
            first.close()
            while (again := await site.client.get("/stream.mjpg", headers=BEARER)).status == 503:
                site.show(9)
                await asyncio.sleep(0.01)
            assert again.status == 200
            again.close()

    run(test())


def test_a_snapshot_is_every_pixel_of_the_newest_picture() -> None:
    async def test() -> None:
        async with served() as site:
            site.show(77)
            answer = await site.client.get("/snapshot.png", headers=BEARER)
            assert answer.headers["Content-Disposition"] == 'attachment; filename="livestyle.png"'
            pixels = cv2.imdecode(np.frombuffer(await answer.read(), np.uint8), cv2.IMREAD_COLOR)
            assert pixels is not None
            assert np.array_equal(pixels, np.full((64, 96, 3), 77))

    run(test())


def test_a_recording_is_sent_by_its_name_alone(tmp_path: Path) -> None:
    async def test() -> None:
        async with served() as site:
            assert (await site.client.get("/recording", headers=BEARER)).status == 404
            site.desk.recorded = tmp_path / "livestyle-1.mp4"
            site.desk.recorded.write_bytes(b"a film")
            answer = await site.client.get("/recording", headers=BEARER)
            assert await answer.read() == b"a film"
            assert answer.headers["Content-Disposition"] == 'attachment; filename="livestyle-1.mp4"'

    run(test())


def test_the_controls_are_those_of_the_registry() -> None:
    async def test() -> None:
        async with served() as site:
            answer = await (await site.client.get("/controls.json", headers=BEARER)).json()
            assert [row["name"] for row in answer["controls"]] == [control.name for control in CONTROLS]

    run(test())


def test_a_picture_becomes_a_style() -> None:
    async def test() -> None:
        async with served() as site:
            answer = await site.client.post("/styles?name=my+red", headers=BEARER, data=jpeg(120, 90))
            assert answer.status == 200
            assert site.desk.asked == [("add_style", "my red", (90, 120, 3))]

    run(test())


HUGE = bytearray(jpeg())
HUGE[HUGE.index(b"\xff\xc0") + 5 : HUGE.index(b"\xff\xc0") + 9] = b"\xff\xdc\xff\xdc"
PNG = cv2.imencode(".png", np.zeros((64, 64, 3), np.uint8))[1].tobytes()


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xd8", b"\xff\xd8\xff\xff\xff", bytes(HUGE), PNG, jpeg()[:200], jpeg(32, 32), b"a" * 999],
    ids=["nothing", "start", "fill", "huge", "png", "cut", "tiny", "letters"],
)
def test_what_is_no_small_jpeg_is_refused(data: bytes) -> None:
    async def test() -> None:
        async with served() as site:
            answer = await site.client.post("/styles", headers=BEARER, data=data)
            assert answer.status == 422
            assert site.desk.asked == []

    run(test())


def test_an_upload_that_is_too_long_or_never_ends_is_refused() -> None:
    async def slowly() -> object:
        yield b"\xff\xd8"
        await asyncio.sleep(30)

    async def test() -> None:
        async with served(body_bytes=1000, idle_s=0.2) as site:
            assert (await site.client.post("/styles", headers=BEARER, data=b"x" * 2000)).status == 413
            assert (await site.client.post("/styles", headers=BEARER, data=slowly())).status == 408

    run(test())


def test_paths_lead_nowhere_else() -> None:
    async def test() -> None:
        async with served() as site:
            for path in ("/static/..%2f..%2fserver.py", "/static/server.py", "/static/", "/etc/passwd"):
                answer = await site.client.get(path, headers=BEARER)
                assert answer.status == 404
            assert (await site.client.put("/styles", headers=BEARER)).status == 405

    run(test())


def test_limits_are_what_the_page_says() -> None:
    assert Limits().body_bytes == 8 << 20
