"""OSC: faders and buttons of other programs and devices, over UDP."""

from __future__ import annotations

import contextlib
import logging
import math
import select
import socket
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from pythonosc.osc_message_builder import build_msg

from livestyle.core.errors import LivestyleError
from livestyle.core.rates import Buckets
from livestyle.model.controls import CONTROLS
from livestyle.pipeline.desk import Desk, without_paths
from livestyle.remote.controller import Controller
from livestyle.remote.osc_messages import LONGEST_NAME, ROOT, Argument, messages, pressed, told, value_of

STATE_S = 0.1
"""How often the state is looked at while somebody is told of it."""

DATAGRAM_BYTES = 2048
AT_ONCE = 64
"""Datagrams that are taken before something else is done."""

A_SECOND = 500
"""Datagrams of one address; for a moment four times as many."""

PEERS = 8
FORGOTTEN_S = 600.0

SocketAddress = tuple[Any, ...]
"""An address of a socket."""


@dataclass
class OscListener:
    """Who has sent something. place: where answers go. sent: the last that it was told, by address."""

    place: SocketAddress
    heard_at: float = 0.0
    sent: dict[str, float | int | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    peer: OscListener
    address: str
    arguments: Sequence[Argument]


def parse_place(text: str) -> tuple[str, int]:
    """Host and port of '[HOST:]PORT', 127.0.0.1 without a host. LivestyleError for other text."""
    host, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdigit() and int(port) < 65536):
        raise LivestyleError(f"bad --osc {text!r}; expected [HOST:]PORT, such as 9000 or 0.0.0.0:9000")
    return host.strip("[]") or "127.0.0.1", int(port)


class Osc(Controller[Desk]):
    """Listens from entering on. Entering raises LivestyleError where the address can't be listened at.

    Everybody who sends is told the state, and what changes in it, until nothing was heard for ten minutes.
    """

    def __init__(self, place: str, buttons: Collection[str], say: Callable[[str], None]) -> None:
        """place: see parse_place. buttons: what `Desk.do` takes. say: told where it is, and what is bad."""
        super().__init__("osc")
        self._host, self._port = parse_place(place)
        self._buttons = frozenset(buttons)
        self._say = say
        self._said: set[str] = set()
        self._socket: socket.socket | None = None
        self._peers: OrderedDict[SocketAddress, OscListener] = OrderedDict()
        self._datagrams = Buckets(A_SECOND)

    @property
    def port(self) -> int:
        assert self._socket is not None
        return int(self._socket.getsockname()[1])

    def __enter__(self) -> Self:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_DGRAM)
        try:
            listening.bind((self._host, self._port))
            listening.setblocking(False)
        except OSError as error:
            listening.close()
            raise LivestyleError(
                f"OSC can't be heard at {self._host}:{self._port}: {error}; choose another port with --osc"
            ) from error
        self._socket = listening
        self._say(f"osc     {self._host}:{self.port}")
        return self

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()

    def _run(self, desk: Desk) -> None:
        assert self._socket is not None
        with _without_lines_of_pythonosc():
            while not self._over.is_set():
                select.select([self._socket], [], [], STATE_S)
                asked = [*self._heard()]
                self._forget()
                if self._peers:
                    self._do(desk, asked)

    def _heard(self) -> Iterator[Asked]:
        """All messages that have come. What can't be read is said once, and so is too much of it."""
        assert self._socket is not None
        for _ in range(AT_ONCE):
            try:
                datagram, place = self._socket.recvfrom(DATAGRAM_BYTES + 1)
            except BlockingIOError:
                return
            except OSError:  # Windows tells here that an answer did not arrive
                continue
            if not self._datagrams.of(place[0]).take():
                self._once("more comes than is read", place)
                continue
            try:
                if len(datagram) > DATAGRAM_BYTES:
                    raise LivestyleError(f"a datagram is longer than {DATAGRAM_BYTES} bytes")
                found = [*messages(datagram)]
            except LivestyleError as error:
                self._once(f"{error}"[:LONGEST_NAME], place, kind="unreadable")
                continue
            peer = self._peer(place)
            yield from (Asked(peer, address, arguments) for address, arguments in found)

    def _once(self, what: str, place: SocketAddress, kind: str = "") -> None:
        if (kind or what) not in self._said:
            self._said.add(kind or what)
            self._say(f"osc     {what}; it came from {place[0]} and is passed over, as all of its like is")

    def _peer(self, place: SocketAddress) -> OscListener:
        peer = self._peers.setdefault(place, OscListener(place))
        peer.heard_at = time.monotonic()
        self._peers.move_to_end(place)
        if len(self._peers) > PEERS:
            self._peers.popitem(last=False)
        return peer

    def _forget(self) -> None:
        now = time.monotonic()
        for place in [p for p, peer in self._peers.items() if now > peer.heard_at + FORGOTTEN_S]:
            del self._peers[place]

    def _do(self, desk: Desk, asked: Sequence[Asked]) -> None:
        """Have it done by the session, and tell everybody what has changed."""

        def done() -> tuple[list[tuple[OscListener, str]], dict[str, float | int | str]]:
            refused = []
            for one in asked:
                try:
                    self._act(desk, one)
                except LivestyleError as error:
                    refused.append((one.peer, str(error)))
            return refused, told(desk.state())

        found = self._asked(desk, done)
        if found is not None:
            for peer, why in found[0]:
                self._send(peer, f"{ROOT}refused", without_paths(why)[:LONGEST_NAME])
            for peer in self._peers.values():
                self._tell(peer, found[1])

    def _act(self, desk: Desk, asked: Asked) -> None:
        """Do what a message asks. LivestyleError where that can't be done. On the display thread."""
        name = asked.address.removeprefix(ROOT)
        asked.peer.sent.pop(asked.address, None)  # whatever comes of it is answered
        control = next((control for control in CONTROLS if control.name == name), None)
        if control is not None:
            desk.set({name: value_of(control, asked.arguments)}, show=True)
        elif name in self._buttons:
            if pressed(asked.arguments):
                desk.do(name)
        elif name == "model":
            desk.turn_to(_model(desk, asked.arguments))
        elif name == "state":
            asked.peer.sent.clear()
        elif name == "answer_to":
            asked.peer.place = (asked.peer.place[0], _port(asked.arguments), *asked.peer.place[2:])
            asked.peer.sent.clear()
        else:
            raise LivestyleError(f"there is no {name[:40]!r} here; docs/remote.md has every address")

    def _tell(self, peer: OscListener, state: dict[str, float | int | str]) -> None:
        for address, value in state.items():
            if peer.sent.get(address, math.nan) != value:
                self._send(peer, address, value)
        peer.sent = dict(state)

    def _send(self, peer: OscListener, address: str, value: float | int | str) -> None:
        assert self._socket is not None
        with contextlib.suppress(OSError):  # nobody there, or no room: the next change is sent again
            self._socket.sendto(build_msg(address, [value]).dgram, peer.place)


def _model(desk: Desk, arguments: Sequence[Argument]) -> str:
    """The model that a message names, or gives the number of, from 1."""
    names = [model["name"] for model in desk.state()["models"]]
    value = arguments[0] if len(arguments) == 1 else None
    if isinstance(value, str):
        return value[:LONGEST_NAME]
    if isinstance(value, int | float) and value in range(1, len(names) + 1):
        return str(names[int(value) - 1])
    raise LivestyleError(f"model takes a name, or a number from 1 to {len(names)}")


def _port(arguments: Sequence[Argument]) -> int:
    value = arguments[0] if len(arguments) == 1 else None
    if not isinstance(value, int | float) or value not in range(1, 65536):
        raise LivestyleError("answer_to takes a port, 1 to 65535")
    return int(value)


@contextlib.contextmanager
def _without_lines_of_pythonosc() -> Iterator[None]:
    """python-osc logs what strangers send, by the root logger."""

    def ours(record: logging.LogRecord) -> bool:
        return "pythonosc" not in record.pathname

    logging.getLogger().addFilter(ours)
    try:
        yield
    finally:
        logging.getLogger().removeFilter(ours)
