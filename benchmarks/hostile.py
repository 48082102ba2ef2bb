"""A session with a window and a page under hostile input: what the window gets before, and meanwhile.

xvfb-run -s '-screen 0 1280x800x24' python benchmarks/hostile.py --seconds 20 --out FILE

The limits are those that ship, and the attacker has the token: clients that drip a header all the while,
mutated requests, mutated messages by sockets, an offer of 1 MB, a hundred sockets. It is a process on this
machine, whose work is told. A page may take the camera, and then the window shows that; nobody asks for it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import random
import tempfile
import time
import urllib.request
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import ClientSession
from machine import machine, summary
from page import StampedPage
from rich.console import Console

from livestyle.core.frame import Frame
from livestyle.core.size import Size
from livestyle.page.options import LOOPBACK, Limits
from livestyle.ui.run import ShowOptions, show
from tests.page.hostile import messages, mutated, requests, upgrade

WARM_UP_S = 10.0
ANSWER_S, GAP_S, DRIP_S = 0.3, 0.05, 0.5
REFILL_S, HELD_S = 5.0, 3.0
"""Until the server takes many requests again; how long a hundred sockets stay."""

TOGETHER, WORKERS, DRIPPING, CROWD = 40, 8, 50, 100
NO_ANSWER = "none"
GONE = (OSError, EOFError, TimeoutError)


class NotingPage(StampedPage):
    """Notes each picture that goes to the window: when, its age, its number."""

    def __init__(self, size: Size, fps: float) -> None:
        super().__init__(size, fps)
        self._notes: list[tuple[int, float, int]] = []

    def show(self, frame: Frame) -> None:
        now = time.monotonic_ns()
        self._notes.append((now, (now - frame.captured_ns) / 1e6, frame.index))
        super().show(frame)

    def since(self, began_ns: int) -> dict[str, Any]:
        """Rate, drops and delays of the pictures from then on."""
        notes = [note for note in self._notes if note[0] >= began_ns]
        seconds = (time.monotonic_ns() - began_ns) / 1e9
        return {
            "seconds": round(seconds, 1),
            "fps": round(len(notes) / seconds, 2),
            "dropped": notes[-1][2] - notes[0][2] + 1 - len(notes),
            "capture_to_window": summary([age_ms for _, age_ms, _ in notes]),
        }


def status(head: bytes) -> str:
    """Of an answer, 'none' where there is none."""
    words = head.split()
    return words[1].decode("ascii", "replace") if len(words) > 1 else NO_ANSWER


async def asked(port: int, data: bytes) -> str:
    """The status that comes back."""
    try:
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
        with contextlib.closing(writer):
            writer.write(data)
            return status(await asyncio.wait_for(reader.readline(), ANSWER_S))
    except GONE:
        return NO_ANSWER


async def send_requests(port: int, token: str, count: int) -> Counter[str]:
    """Mutated ones as fast as they go: how many answers of each status came."""
    rng, turns, good = random.Random("http"), asyncio.Semaphore(TOGETHER), requests(token)

    async def one(data: bytes) -> str:
        async with turns:
            return await asked(port, data)

    return Counter(await asyncio.gather(*(one(mutated(rng.choice(good), rng)) for _ in range(count))))


async def send_messages(port: int, token: str, count: int) -> Counter[str]:
    """Mutated ones by sockets, each used until the server ends it: how many, and answers to upgrades."""
    rng = random.Random("socket")
    good = [message for message in messages() if b"camera" not in message]
    left = [mutated(rng.choice(good), rng) for _ in range(count)]
    found: Counter[str] = Counter()

    async def work() -> None:
        while left:
            with contextlib.suppress(*GONE):
                reader, writer = await asyncio.open_connection(LOOPBACK, port)
                with contextlib.closing(writer):
                    writer.write(upgrade(token))
                    answer = status(await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), ANSWER_S))
                    found[f"upgrades {answer}"] += 1
                    if answer != "101":
                        await asyncio.sleep(GAP_S)
                        continue
                    while left and not reader.at_eof():
                        writer.write(left.pop())
                        found["messages"] += 1
                        await writer.drain()
                        with contextlib.suppress(TimeoutError):
                            await asyncio.wait_for(reader.read(1 << 16), GAP_S)

    await asyncio.gather(*(work() for _ in range(WORKERS)))
    return found


async def send_offer(port: int, token: str) -> str:
    """What is said to an offer of 1 MB."""
    await asyncio.sleep(REFILL_S)
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        ClientSession(headers=headers) as client,
        client.ws_connect(f"http://{LOOPBACK}:{port}/socket") as socket,
    ):
        await socket.send_json({"type": "offer", "sdp": "x" * (1 << 20)})
        async for message in socket:
            answer = message.json()
            if answer["type"] == "refused":
                return str(answer["text"])
    return NO_ANSWER


async def crowd(port: int, token: str) -> dict[str, Any]:
    """A hundred sockets at once: the answers, and how many are open a while later."""
    await asyncio.sleep(REFILL_S)
    opened = await asyncio.gather(*(asyncio.open_connection(LOOPBACK, port) for _ in range(CROWD)))
    for _, writer in opened:
        writer.write(upgrade(token))
    heads = await asyncio.gather(*(reader.readuntil(b"\r\n\r\n") for reader, _ in opened))
    await asyncio.sleep(HELD_S)
    answers = Counter(map(status, heads))
    lasted = sum(
        status(head) == "101" and not reader.at_eof() for head, (reader, _) in zip(heads, opened, strict=True)
    )
    for _, writer in opened:
        writer.close()
    return {"answers": answers, "open_later": lasted}


async def drip(port: int, over: asyncio.Event) -> bool:
    """A header that has no end, letter by letter, until `over`. Whether the server has hung up."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    with contextlib.closing(writer):
        writer.write(b"GET / HTTP/1.1\r\nX-Slow: ")
        while not over.is_set():
            await asyncio.sleep(DRIP_S)
            if reader.at_eof() or writer.is_closing():
                return True
            writer.write(b"a")
    return False


async def all_of_it(address: str, count: int) -> dict[str, Any]:
    parts = urlsplit(address)
    assert parts.port is not None
    where, over = (parts.port, parse_qs(parts.query)["token"][0]), asyncio.Event()
    began, worked = time.monotonic(), time.process_time()
    slow = [asyncio.create_task(drip(parts.port, over)) for _ in range(DRIPPING)]
    found: dict[str, Any] = {
        "requests": await send_requests(*where, count),
        "sockets": await send_messages(*where, count),
        "offer_of_1_mb": await send_offer(*where),
        "hundred_sockets": await crowd(*where),
    }
    over.set()
    found["dripping"] = {"clients": DRIPPING, "hung_up": sum(await asyncio.gather(*slow))}
    seconds = time.monotonic() - began
    cores = round((time.process_time() - worked) / seconds, 2)
    return {"seconds": round(seconds, 1), "cores": cores, **found}


def attack(address: str, count: int) -> dict[str, Any]:
    """In a process of its own."""
    return asyncio.run(all_of_it(address, count))


def watch(page: NotingPage, seconds: float, count: int) -> dict[str, Any]:
    """Some seconds of peace, then the attack; then the session is over."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        try:
            address = page.wait()
            process.submit(int).result()  # it is there before anything is measured
            time.sleep(WARM_UP_S)
            began_ns = time.monotonic_ns()
            time.sleep(seconds)
            before, began_ns = page.since(began_ns), time.monotonic_ns()
            attacked = process.submit(attack, address, count).result()
            during = page.since(began_ns)
            with urllib.request.urlopen(address.replace("/?", "/controls.json?"), timeout=30) as answer:
                return {"before": before, "during": during, "attack": attacked, "afterwards": answer.status}
        finally:
            page.over()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="640x480")
    parser.add_argument("--fps", type=float, default=30)
    parser.add_argument("--seconds", type=float, default=20, help="Of peace, before.")
    parser.add_argument("--count", type=int, default=2000, help="Of requests and of messages.")
    parser.add_argument("--note", default="", help="What else the machine did meanwhile.")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    page = NotingPage(Size.parse(options.size), options.fps)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as pool:
        os.environ["LIVESTYLE_DATA"] = folder  # a picture that gets through is no style of the user's
        watching = pool.submit(watch, page, options.seconds, options.count)
        with page:
            session = show(ShowOptions(folder=Path(folder), mirror=False), Console(stderr=True), page)
        found = watching.result()
    about = {"machine": machine(), "note": options.note, "size": options.size, "limits": asdict(Limits())}
    result = json.dumps({**about, "count": options.count, **found, "session": session}, indent=2)
    print(result)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(result + "\n", "utf-8")


if __name__ == "__main__":
    main()
