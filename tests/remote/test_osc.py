"""OSC as programs send it: over a real socket of this machine."""

from __future__ import annotations

import contextlib
import random
import socket
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import build_msg

from livestyle.core.errors import LivestyleError
from livestyle.model.controls import CONTROLS, Control, Slider, Switch
from livestyle.remote.osc import DATAGRAM_BYTES, PEERS, Osc, parse_place
from livestyle.remote.osc_messages import BUNDLE, ROOT, messages
from livestyle.ui.buttons import BUTTONS
from tests.remote.desk import LookDesk

ANSWER_S = 30.0


class Sender:
    """Sends to a session, and hears what it answers."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(ANSWER_S)
        self._socket.connect(("127.0.0.1", port))

    @property
    def to(self) -> int:
        return int(self._socket.getpeername()[1])

    def wait(self, seconds: float) -> None:
        """So long for an answer at most; 0 = not at all."""
        self._socket.settimeout(seconds)

    def send(self, address: str, *values: Any) -> None:
        self.send_bytes(build_msg(ROOT + address, values).dgram)

    def send_bytes(self, datagram: bytes) -> None:
        self._socket.send(datagram)

    def heard(self, address: str, value: Any = None) -> Any:
        """What comes next at an address; where a value is given, all is passed over until it comes."""
        while True:
            message = OscMessage(self._socket.recv(4096))
            found = message.params[0]
            if message.address == ROOT + address and value in (None, found):
                return found


def answered(port: int) -> bool:
    """Ask for the state until it comes: while others send much, one may be lost."""
    sender = Sender(port)
    sender.wait(0.2)
    for _ in range(100):
        sender.send("state")
        with contextlib.suppress(TimeoutError):
            return bool(sender.heard("model") == "tiny")
    return False


@contextlib.contextmanager
def hearing() -> Iterator[tuple[LookDesk, Sender, list[str]]]:
    """A desk that hears OSC, somebody who sends, and what the terminal is told."""
    desk, said = LookDesk(), list[str]()
    with Osc("0", BUTTONS, said.append) as osc, osc.welcome(desk):
        yield desk, Sender(osc.port), said


def other_value(control: Control[Any]) -> Any:
    if isinstance(control, Slider):
        return control.high if control.default != control.high else control.low
    return 1 if isinstance(control, Switch) else "mosaic"


def test_every_control_has_an_address_and_is_answered() -> None:
    with hearing() as (desk, sender, _):
        for control in CONTROLS:
            value = other_value(control)
            sender.send(control.name, value)
            assert sender.heard(control.name, value) == value
            assert getattr(desk.look, control.name) == value


def test_every_button_is_pressed_and_letting_go_is_nothing() -> None:
    with hearing() as (desk, sender, _):
        for button in BUTTONS:
            sender.send(button, 1.0)
            sender.send(button, 0.0)
        sender.send("record")
        sender.send("model", "small")
        sender.send("model", 1)
        sender.send("strength", 0.25)
        sender.heard("strength", 0.25)
        assert desk.done == [*BUTTONS, "record", "model small", "model tiny"]


@pytest.mark.parametrize(
    ("address", "values", "says"),
    [
        ("strength", (2.0,), "expected 0 to 1"),
        ("strength", (float("nan"),), "expected 0 to 1"),
        ("strength", ("much",), "a number, 0 to 1"),
        ("strength", (), "a number, 0 to 1"),
        ("crossfade_s", (-1.0,), "expected 0 to 60"),
        ("mirror", (3,), "expected 0 to 1"),
        ("style", (99,), "out of range, 1 to 4"),
        ("style", ("nobody",), "expected one of great_wave"),
        ("style", (1.5,), "a number from 1"),
        ("model", (9,), "from 1 to 2"),
        ("answer_to", (0,), "1 to 65535"),
        ("frame_style", (1,), "there is no 'frame_style' here"),
        ("quit", (1,), "there is no 'quit' here"),
    ],
)
def test_what_can_not_be_is_refused_and_the_sender_is_told(
    address: str, values: tuple[Any, ...], says: str
) -> None:
    with hearing() as (desk, sender, _):
        before = desk.state()
        sender.send(address, *values)
        assert says in sender.heard("refused")
        assert desk.state() == before


def test_a_fader_that_was_refused_gets_the_value_that_is() -> None:
    with hearing() as (_, sender, _):
        sender.send("strength", 0.5)
        sender.heard("strength", 0.5)
        sender.send("strength", 7.0)
        assert sender.heard("strength") == 0.5


def test_styles_go_by_number_and_none_is_zero() -> None:
    with hearing() as (desk, sender, _):
        sender.send("style", 4.0)
        sender.heard("style", "kiss")
        sender.send("second_style", 1)
        sender.heard("second_style", "great_wave")
        sender.send("second_style", 0)
        sender.heard("second_style", "")
        assert desk.look.second_style == ""


def test_what_others_change_is_told_and_no_folder_is() -> None:
    with hearing() as (desk, sender, _):
        sender.send("state")
        assert sender.heard("camera") == "a.mp4"
        desk.ask(lambda: desk.set({"strength": 0.75}))
        sender.heard("strength", 0.75)
        desk.ask(lambda: desk.set({"mirror": True}))
        assert sender.heard("mirror") == 1


def test_answers_go_to_another_port_of_the_sender_where_it_asks_for_that() -> None:
    with hearing() as (_, sender, _), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(ANSWER_S)
        sender.send("answer_to", ear.getsockname()[1])
        assert OscMessage(ear.recv(4096)).address.startswith(ROOT)


def test_bundles_are_opened() -> None:
    inner, outer = OscBundleBuilder(IMMEDIATELY), OscBundleBuilder(IMMEDIATELY)
    inner.add_content(build_msg(f"{ROOT}strength", [0.5]))
    outer.add_content(build_msg(f"{ROOT}mirror", [1]))
    outer.add_content(inner.build())
    with hearing() as (_, sender, _):
        sender.send_bytes(outer.build().dgram)
        sender.heard("strength", 0.5)
        sender.heard("mirror", 1)


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"hello",
        b"/a",
        b"/a\0\0f\0\0\0",
        BUNDLE + bytes(8) + struct.pack(">i", -4) + b"/a\0\0",
        BUNDLE + bytes(8) + struct.pack(">i", 400) + b"/a\0\0",
        (BUNDLE + bytes(8) + struct.pack(">i", 999)) * 50,
    ],
)
def test_what_is_no_osc_is_an_error(datagram: bytes) -> None:
    with pytest.raises(LivestyleError, match="no OSC"):
        list(messages(datagram))


def test_a_flood_of_bad_datagrams_breaks_nothing_and_is_said_once(capfd: pytest.CaptureFixture[str]) -> None:
    rng = random.Random(14)
    bundle = OscBundleBuilder(IMMEDIATELY)
    bundle.add_content(build_msg(f"{ROOT}strength", [0.5]))
    good = [
        build_msg(ROOT + name, [value]).dgram for name in ("strength", "style") for value in (0.5, "a", True)
    ]
    good += [bundle.build().dgram, build_msg(f"{ROOT}model", [b"blob", 7, None]).dgram]
    with hearing() as (_, sender, said):
        sender.send_bytes(bytes(DATAGRAM_BYTES + 1))
        for number in range(2000):
            data = bytearray(rng.choice(good))
            for _ in range(rng.randint(1, 4)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            sender.send_bytes(bytes(data[: rng.randint(1, len(data))] if number % 2 else data))
            if number % 200 == 199:
                assert answered(sender.to)
    assert len(said) <= 3, said
    assert capfd.readouterr() == ("", "")


def test_no_more_than_a_few_are_told() -> None:
    with hearing() as (desk, sender, _):
        others = [Sender(sender.to) for _ in range(PEERS)]
        sender.send("state")
        sender.heard("model")
        for other in others:
            other.send("state")
            other.heard("compare")
        desk.ask(lambda: desk.set({"strength": 0.125}))
        for other in others:
            other.heard("strength", 0.125)
        sender.wait(0)
        with pytest.raises(BlockingIOError):
            sender.heard("strength", 0.125)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("9000", ("127.0.0.1", 9000)),
        ("0.0.0.0:1", ("0.0.0.0", 1)),
        ("[::1]:9", ("::1", 9)),
        ("a-host:9", ("a-host", 9)),
    ],
)
def test_places(text: str, place: tuple[str, int]) -> None:
    assert parse_place(text) == place


@pytest.mark.parametrize("text", ["", "x", "9000:", "-1", "70000", "1.5", "host"])
def test_bad_places_say_what_is_expected(text: str) -> None:
    with pytest.raises(LivestyleError, match=r"expected \[HOST:\]PORT"):
        parse_place(text)


def test_a_port_that_is_taken_is_an_error() -> None:
    with (
        Osc("0", BUTTONS, lambda _: None) as first,
        pytest.raises(LivestyleError, match="choose another port with --osc"),
        Osc(str(first.port), BUTTONS, lambda _: None),
    ):
        pass
