"""A page's socket: pictures with flow control, state, requests."""

from __future__ import annotations

import asyncio
import json

import numpy as np
import pytest
from aiohttp import WSServerHandshakeError

from livestyle.pipeline.desk import without_paths
from tests.page.served import heard, run, seen, served, thumbnail, until

MESSAGES: list[tuple[str, tuple[object, ...]]] = [
    (
        '{"type": "set", "values": {"strength": 0.5, "mirror": true}}',
        ("set", {"strength": 0.5, "mirror": True}),
    ),
    ('{"type": "set", "values": {"style": "scream"}}', ("set", {"style": "scream"})),
    ('{"type": "press", "key": "→"}', ("press", "→")),
    ('{"type": "model", "name": "cin"}', ("turn_to", "cin")),
]


@pytest.mark.parametrize(("message", "asked"), MESSAGES)
def test_what_a_page_asks_is_done(message: str, asked: tuple[object, ...]) -> None:
    async def test() -> None:
        async with served() as site:
            socket = await site.socket()
            await socket.send_str(message)
            await until(lambda: site.desk.asked == [asked])
            await socket.close()

    run(test())


@pytest.mark.parametrize(
    "message",
    [
        "",
        "nothing",
        "[" * 100_000,
        "[]",
        "{}",
        '{"type": 1}',
        '{"type": "fly"}',
        '{"type": "set"}',
        '{"type": "set", "values": {"strength": "much"}}',
        '{"type": "set", "values": {"strength": NaN}}',
        '{"type": "set", "values": {"strength": true}}',
        '{"type": "set", "values": {"mirror": 1}}',
        '{"type": "set", "values": {"frame_style": 1}}',
        json.dumps({"type": "set", "values": {"style": "x" * 999}}),
        '{"type": "press", "key": ""}',
        '{"type": "model", "name": 3}',
        '{"type": "seen", "number": "3"}',
        '{"type": "pictures", "on": "yes"}',
    ],
)
def test_what_can_not_be_meant_is_refused_and_the_socket_lives(message: str) -> None:
    async def test() -> None:
        async with served() as site:
            socket = await site.socket()
            await socket.send_str(message)
            assert (await heard(socket, "refused"))["text"]
            assert site.desk.asked == []
            await socket.send_str('{"type": "press", "key": "x"}')
            await until(lambda: site.desk.asked == [("press", "x")])
            await socket.close()

    run(test())


def test_errors_and_figures_name_no_folder() -> None:
    async def test() -> None:
        async with served() as site:
            socket = await site.socket()
            await socket.send_str('{"type": "press", "key": "q"}')
            assert (await heard(socket, "refused"))["text"] == "cannot write a.mp4: no"
            await socket.send_str('{"type": "figures", "on": true}')
            assert (await heard(socket, "figures"))["rows"] == [["Source", "holiday.mp4 · 640×480"]]
            await socket.close()

    run(test())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/home/My Name/a b.png is no picture", "a b.png is no picture"),
        ("cannot read 'C:\\Users\\me\\a.png'", "cannot read 'a.png'"),
        ("cannot read (/a/b/c.png): 3 / 4", "cannot read (c.png): 3 / 4"),
        ("30 fps · bf16/int8, 1 / 20", "30 fps · bf16/int8, 1 / 20"),
    ],
)
def test_folders_are_cut_off(text: str, told: str) -> None:
    assert without_paths({"a": [text]}) == {"a": [told]}


def test_a_change_reaches_every_page() -> None:
    async def test() -> None:
        async with served() as site:
            sockets = [await site.socket() for _ in range(3)]
            for socket in sockets:
                assert (await heard(socket, "state"))["values"]["strength"] == 1.0
            await sockets[0].send_str('{"type": "set", "values": {"strength": 0.25}}')
            for socket in sockets:
                assert (await heard(socket, "state"))["values"]["strength"] == 0.25
            site.desk.said = "Saved it"  # a change that no page has asked for
            assert (await heard(sockets[1], "state"))["said"] == "Saved it"
            for socket in sockets:
                await socket.close()

    run(test())


def test_a_viewer_that_stalls_gets_two_pictures_and_delays_nobody() -> None:
    async def test() -> None:
        async with served() as site:
            stalled, quick = await site.socket(), await site.socket()
            for socket in (stalled, quick):
                await socket.send_str('{"type": "pictures", "on": true}')
            await until(lambda: site.studio.viewers == 2)
            for grey in range(10, 110, 10):
                site.show(grey)
                number, found = await seen(quick)
                assert abs(found - grey) <= 2
                await quick.send_str(json.dumps({"type": "seen", "number": number}))
            first, second = await seen(stalled), await seen(stalled)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(stalled.receive(), 0.2)
            # It goes on with the newest, not with what it has missed.
            await stalled.send_str(json.dumps({"type": "seen", "number": first[0]}))
            number, found = await seen(stalled)
            assert abs(found - 100) <= 2
            assert number > second[0] + 1
            await quick.close()
            await stalled.close()

    run(test())


def test_telling_of_pictures_that_were_never_sent_gives_no_more() -> None:
    async def test() -> None:
        async with served() as site:
            socket = await site.socket()
            await socket.send_str('{"type": "pictures", "on": true}')
            for number in range(50):
                await socket.send_str(json.dumps({"type": "seen", "number": number + 1000}))
            for grey in range(5):
                site.show(grey)
                await asyncio.sleep(0.02)
            await seen(socket)
            await seen(socket)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(socket.receive(), 0.2)
            await socket.close()

    run(test())


def test_one_picture_is_encoded_once_for_all() -> None:
    async def test() -> None:
        async with served() as site:
            site.show(50)
            await until(lambda: site.studio.pictures.item is not None)
            picture = site.studio.pictures.item
            assert picture is not None
            first, second = await asyncio.gather(picture.jpeg(), picture.jpeg())
            assert first is second

    run(test())


def test_thumbnails_are_sent_once_each_time_that_they_are_painted() -> None:
    async def test() -> None:
        async with served() as site:
            site.desk.painted = {name: np.full((120, 160, 3), 90, np.uint8) for name in ("scream", "große")}
            socket = await site.socket()
            await socket.send_str('{"type": "gallery", "on": true}')
            assert {(await thumbnail(socket))[0] for _ in range(2)} == {"scream", "große"}
            site.desk.painted["große"] = np.full((120, 160, 3), 200, np.uint8)
            name, pixels = await thumbnail(socket)
            assert name == "große"
            assert abs(float(pixels.mean()) - 200) < 2
            await socket.close()

    run(test())


@pytest.mark.parametrize("kind", ["state", "figures"])
def test_what_a_session_did_not_answer_comes_later(kind: str) -> None:
    async def test() -> None:
        async with served() as site:
            site.desk.silent = 3
            socket = await site.socket()
            await socket.send_str('{"type": "figures", "on": true}')
            assert await heard(socket, kind)
            assert site.desk.silent < 0
            await socket.close()

    run(test())


def test_thumbnails_go_on_after_a_session_that_did_not_answer() -> None:
    async def test() -> None:
        async with served() as site:
            site.desk.painted = {"scream": np.full((120, 160, 3), 90, np.uint8)}
            socket = await site.socket()
            await heard(socket, "state")
            site.desk.silent = 50  # by the state and the gallery, some seconds
            await socket.send_str('{"type": "gallery", "on": true}')
            assert (await thumbnail(socket))[0] == "scream"
            await socket.send_str('{"type": "gallery", "on": false}')
            await until(lambda: not any(wanted.is_set() for wanted in site.studio.galleries))
            await socket.close()
            await until(lambda: not site.studio.galleries)

    run(test())


def test_so_many_pages_and_no_more() -> None:
    async def test() -> None:
        async with served(sockets=2) as site:
            first, second = await site.socket(), await site.socket()
            with pytest.raises(WSServerHandshakeError) as refused:
                await site.socket()
            assert refused.value.status == 503
            await first.close()
            await until(lambda: site.studio.viewers == 1)
            third = await site.socket()
            await second.close()
            await third.close()

    run(test())


def test_a_flood_or_a_huge_message_ends_the_socket_that_sends_it() -> None:
    async def test() -> None:
        async with served(messages=5, message_bytes=1000) as site:
            flood, huge, calm = [await site.socket() for _ in range(3)]
            for _ in range(100):
                await flood.send_str('{"type": "press", "key": "x"}')
            await huge.send_str("x" * 5000)
            for socket, code in ((flood, {1008}), (huge, {1009, 1006})):
                while not socket.closed:
                    await socket.receive(timeout=30)
                assert socket.close_code in code
            assert len(site.desk.asked) < 30
            await calm.send_str('{"type": "press", "key": "calm"}')
            await until(lambda: ("press", "calm") in site.desk.asked)
            await calm.close()

    run(test())
