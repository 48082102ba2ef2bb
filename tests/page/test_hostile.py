"""Requests that nobody should send, by the hundred: the page answers on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections import Counter

import pytest
from aiohttp import ClientWebSocketResponse, WSServerHandshakeError

from livestyle.page.options import Limits
from tests.page.hostile import messages, mutated, requests, upgrade
from tests.page.served import BEARER, TOKEN, Served, heard, run, served, until

REQUESTS = 500
"""Of each kind; benchmarks/hostile.py sends 2000 to a session."""

MESSAGES = 3
"""Of each socket."""

TOGETHER = 40


async def send(site: Served, parts: list[bytes]) -> None:
    """Send them one after the other, read what comes, and go."""
    port = site.client.port
    assert port is not None
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(OSError, TimeoutError):
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.wait_for(reader.read(200), 0.05)
        writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(writer.wait_closed(), 1)


@pytest.mark.parametrize("kind", ["http", "socket"])
def test_mutated_requests_break_nothing(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        rng = random.Random(kind)
        http, socket_messages, open_it = requests(TOKEN), messages(), upgrade(TOKEN)
        async with served(requests=100_000, refusals=100_000, sockets=1000) as site:
            site.show(50)
            turns = asyncio.Semaphore(TOGETHER)

            async def one() -> None:
                async with turns:
                    if kind == "http":
                        await send(site, [mutated(rng.choice(http), rng)])
                    else:
                        sent = (mutated(rng.choice(socket_messages), rng) for _ in range(MESSAGES))
                        await send(site, [open_it, *sent])

            await asyncio.gather(*(one() for _ in range(REQUESTS)))
            await until(lambda: site.studio.viewers == 0)
            assert (await site.client.get("/controls.json", headers=BEARER)).status == 200
            socket = await site.socket()
            assert await heard(socket, "state")
            await socket.close()

    run(test())
    ours = (record for record in caplog.records if record.name in ("asyncio", "livestyle.page"))
    assert [record.message for record in ours if record.levelno >= logging.ERROR] == []


def test_of_a_hundred_sockets_those_that_are_let_in_answer_and_the_others_are_refused() -> None:
    async def test() -> None:
        async with served() as site:
            tried = await asyncio.gather(*(site.socket() for _ in range(100)), return_exceptions=True)
            opened = [one for one in tried if isinstance(one, ClientWebSocketResponse)]
            refused = [one.status for one in tried if isinstance(one, WSServerHandshakeError)]
            assert len(opened) == Limits().sockets
            assert Counter(refused) == {503: 100 - Limits().sockets}
            for number, socket in enumerate(opened):
                await socket.send_json({"type": "press", "key": f"x{number}"})
            wanted = {("press", f"x{number}") for number in range(len(opened))}
            await until(lambda: wanted <= {*site.desk.asked})
            for socket in opened:
                await socket.close()

    run(test())


def test_who_says_nothing_or_drips_holds_up_nobody() -> None:
    async def test() -> None:
        async with served() as site:
            port = site.client.port
            assert port is not None
            slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(40)]
            dripping = [writer for _, writer in slow[::2]]  # the others say nothing
            for letter in b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: and more of it":
                for writer in dripping:
                    writer.write(bytes([letter]))
                    await writer.drain()
                if letter in b"\n ":
                    assert (await site.client.get("/controls.json", headers=BEARER)).status == 200
            for _, writer in slow:
                writer.close()

    run(test())
