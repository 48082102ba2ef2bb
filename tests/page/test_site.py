"""Pictures, files and uploads over HTTP."""

from __future__ import annotations

import asyncio
import socket
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame
from livestyle.model.controls import CONTROLS
from livestyle.page.options import Limits
from tests.page.served import BEARER, TOKEN, jpeg, run, served, until


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


def test_a_stream_that_nobody_reads_makes_room_and_is_hung_up() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)

    async def test() -> None:
        async with served(streams=1, requests=1000, idle_s=0.3) as site:
            with socket.socket() as unread:
                unread.settimeout(30)
                unread.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                unread.connect(("127.0.0.1", site.client.port))
                head = (
                    f"GET /stream.mjpg HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
                )
                unread.sendall(head.encode())
                site.studio.show(Frame(noise, 0, time.monotonic_ns()))
                assert await asyncio.to_thread(unread.recv, 12) == b"HTTP/1.1 200"
                statuses = {503}
                while 503 in statuses:
                    site.studio.show(Frame(noise, 1, time.monotonic_ns()))
                    await asyncio.sleep(0.01)
                    again = await site.client.get("/stream.mjpg", headers=BEARER)
                    statuses = {again.status}
                    again.close()
                assert statuses == {200}
                runner = site.client.server.runner
                assert runner is not None
                server = runner.server
                assert server is not None
                await until(lambda: not server.connections)

    run(test())


def test_a_stream_is_let_in_by_its_address_and_shown_by_any_page_and_nothing_else_is() -> None:
    async def test() -> None:
        async with served() as site:
            site.show(9)
            for path, policy in (("/stream.mjpg", "cross-origin"), ("/snapshot.png", "same-origin")):
                answer = await site.client.get(f"{path}?token={TOKEN}")
                assert answer.status == 200
                assert answer.headers["Cross-Origin-Resource-Policy"] == policy
                answer.close()

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
            assert answer["stun"] == ""

    run(test())


def test_a_picture_becomes_a_style() -> None:
    async def test() -> None:
        async with served() as site:
            answer = await site.client.post("/styles?name=my+red", headers=BEARER, data=jpeg(120, 90))
            assert answer.status == 200
            assert site.desk.asked == [("add_style", "my red", (90, 120, 3))]

    run(test())


def test_what_a_style_can_not_be_made_for_is_told_without_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise LivestyleError("cannot write /home/somebody/secret/a.npz: no")

    async def test() -> None:
        async with served() as site:
            monkeypatch.setattr(site.desk, "add_style", broken)
            answer = await site.client.post("/styles", headers=BEARER, data=jpeg())
            assert (answer.status, await answer.text()) == (422, "cannot write a.npz: no")

    run(test())


NOISE = cv2.imencode(".jpg", np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8))[1].tobytes()
SCAN = jpeg()[jpeg().index(b"\xff\xda") : -2]
SCANS = jpeg()[:-2] + 100 * SCAN + b"\xff\xd9"
HUGE = bytearray(jpeg())
HUGE[HUGE.index(b"\xff\xc0") + 5 : HUGE.index(b"\xff\xc0") + 9] = b"\xff\xdc\xff\xdc"
PNG = cv2.imencode(".png", np.zeros((64, 64, 3), np.uint8))[1].tobytes()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff\xff\xff",
        bytes(HUGE),
        PNG,
        jpeg()[:200],
        SCANS,
        jpeg(32, 32),
        b"a" * 999,
    ],
    ids=["nothing", "start", "fill", "huge", "png", "cut", "scans", "tiny", "letters"],
)
def test_what_is_no_small_jpeg_is_refused(data: bytes) -> None:
    async def test() -> None:
        async with served() as site:
            answer = await site.client.post("/styles", headers=BEARER, data=data)
            assert answer.status == 422
            assert site.desk.asked == []

    run(test())


def test_a_picture_cut_in_its_scan_is_known_before_a_decoder_fills_it_up() -> None:
    async def test() -> None:
        async with served() as site:
            answer = await site.client.post("/styles", headers=BEARER, data=NOISE[: len(NOISE) // 2])
            assert (answer.status, await answer.text()) == (422, "this JPEG breaks off before its end")

    run(test())


def test_a_progressive_picture_is_taken() -> None:
    pixels = np.full((64, 96, 3), 90, np.uint8)
    data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes()
    assert data.count(b"\xff\xda") > 1

    async def test() -> None:
        async with served() as site:
            assert (await site.client.post("/styles", headers=BEARER, data=data)).status == 200

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
