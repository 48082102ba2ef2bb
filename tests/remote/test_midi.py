"""MIDI without a device: mido's own backends, one of which is the tests'."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import mido
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.model.controls import CONTROLS, Slider, Switch
from livestyle.remote import midi as midi_module
from livestyle.remote.knobs import Knob, Knobs
from livestyle.remote.midi import ANY, Midi
from livestyle.ui.buttons import BUTTONS
from livestyle.ui.remembered import recall_knobs, remember_knobs
from tests.remote import fake_midi
from tests.remote.desk import STYLES, LookDesk

DEVICE = "nanoKONTROL2:nanoKONTROL2 MIDI 1 28:0"
SWITCHES = [control.name for control in CONTROLS if isinstance(control, Switch)]
SLIDER, PAD = Knob(21), Knob(36, channel=10, pad=True)


@pytest.fixture(autouse=True)
def backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(midi_module, "LOOK_S", 0.01)
    monkeypatch.setattr(fake_midi, "NAMES", ["Midi Through:Midi Through Port-0 14:0", DEVICE])
    before = mido.backend
    mido.set_backend("tests.remote.fake_midi")
    yield
    mido.set_backend(before)


def until(true: Callable[..., object]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.002)


def turn(value: int, number: int = 21, channel: int = 0, name: str = DEVICE) -> None:
    message = mido.Message("control_change", channel=channel, control=number, value=value)
    fake_midi.OPEN[name].callback(message)


def hit(note: int = 36, velocity: int = 90) -> None:
    fake_midi.OPEN[DEVICE].callback(mido.Message("note_on", channel=9, note=note, velocity=velocity))


def test_a_knob_learns_is_remembered_and_turns_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVESTYLE_DATA", str(tmp_path))
    said: list[str] = []

    def knobs() -> Knobs:
        return Knobs(recall_knobs(Knob.parse, said.append), lambda bound: remember_knobs(bound, said.append))

    desk = LookDesk()
    with Midi(ANY, knobs(), said.append) as midi, midi.welcome(desk):
        until(desk.can_learn.is_set)
        turn(9)
        desk.learning = "steadiness", "steadiness/up"
        turn(10)
        until(lambda: desk.learning is None)
        turn(127)
        until(lambda: desk.look.steadiness == 1.0)
        desk.learning = "", "record"
        hit()
        until(lambda: desk.done == ["record"])
    kept = json.loads((tmp_path / "settings.json").read_text("utf-8"))["midi"]
    assert kept == {str(SLIDER): "steadiness", str(PAD): "record"}

    desk = LookDesk()
    with Midi("nanokontrol", knobs(), said.append) as midi, midi.welcome(desk):
        turn(127)
        turn(0)
        until(lambda: desk.look.steadiness == 0.0)
        hit()
        until(lambda: desk.done == ["record"])
    assert said == ["midi    nanoKONTROL2:nanoKONTROL2 MIDI 1"] * 2


def test_a_slider_is_picked_up_where_the_knob_passes_it() -> None:
    desk = LookDesk()
    desk.look.strength = 0.5
    with Midi(ANY, Knobs({SLIDER: "strength"}, lambda _: None), lambda _: None) as midi, midi.welcome(desk):
        turn(20)
        until(lambda: desk.lines)
        assert desk.lines[-1] == "Strength 16 % on the knob; it takes over at strength 50 %"
        assert desk.look.strength == 0.5
        turn(90)
        until(lambda: desk.look.strength == 0.709)
        turn(30)
        until(lambda: desk.look.strength == 0.236)
        desk.ask(lambda: desk.set({"strength": 0.9}))
        turn(20)
        until(lambda: len(desk.lines) == 2)
        assert desk.look.strength == 0.9


def test_every_control_and_every_button_can_be_learned() -> None:
    desk, kept = LookDesk(), dict[Knob, str]()
    with Midi(ANY, Knobs({}, kept.update), lambda _: None) as midi, midi.welcome(desk):
        for number, control in enumerate(CONTROLS):
            desk.learning = control.name, f"{control.name}/up"
            turn(0, number)
            until(lambda: desk.ask(lambda: desk.learning is None).result())
            turn(127, number)
            end = control.high if isinstance(control, Slider) else control.name in SWITCHES or STYLES[-1]
            until(lambda name=control.name, end=end: getattr(desk.look, name) == end)
        assert [kept[Knob(number)] for number in range(len(CONTROLS))] == [c.name for c in CONTROLS]
        for number, button in enumerate(BUTTONS):
            desk.learning = "", button
            hit(number)
            until(lambda count=number + 1: len(desk.done) == count)
        hit(3, velocity=0)
        assert desk.done == [*BUTTONS]


@pytest.mark.parametrize(("knob", "target"), [(SLIDER, "steadiness"), (PAD, "record")])
def test_what_is_learned_once_more_is_forgotten(knob: Knob, target: str) -> None:
    other, desk, kept = Knob(99), LookDesk(), list[dict[Knob, str]]()
    knobs = Knobs({knob: target, other: "snapshot"}, lambda bound: kept.append({**bound}))
    before = desk.look.steadiness
    with Midi(ANY, knobs, lambda _: None) as midi, midi.welcome(desk):
        desk.learning = "" if knob.pad else target, target
        for _ in range(2):
            hit() if knob.pad else turn(127)
        for value in (0, 127):
            turn(value, other.number)
        until(lambda: desk.done)
    assert kept == [{other: "snapshot"}]
    assert desk.lines == [f"{str(knob).capitalize()}: nothing any more"]
    assert (desk.done, desk.look.steadiness) == (["snapshot"], before)


def test_a_knob_that_is_a_button_presses_once_as_it_rises() -> None:
    desk = LookDesk()
    knobs = Knobs({SLIDER: "snapshot", Knob(1): "mirror"}, lambda _: None)
    with Midi(ANY, knobs, lambda _: None) as midi, midi.welcome(desk):
        for value in (0, 70, 127, 3, 100):
            turn(value)
            turn(value, 1)
        until(lambda: len(desk.done) == 2 and desk.look.mirror)
        assert desk.done == ["snapshot", "snapshot"]


def test_a_device_that_goes_is_said_and_taken_up_when_it_is_back() -> None:
    desk, said = LookDesk(), list[str]()
    with Midi(ANY, Knobs({PAD: "record"}, lambda _: None), said.append) as midi, midi.welcome(desk):
        fake_midi.NAMES.remove(DEVICE)
        until(lambda: "is gone" in said[-1])
        assert DEVICE not in fake_midi.OPEN
        again = DEVICE.replace("28:0", "32:0")
        fake_midi.NAMES.append(again)
        until(lambda: said[-1].endswith("2 MIDI 1 is back"))
        fake_midi.OPEN[again].callback(mido.Message("note_on", channel=9, note=36, velocity=1))
        until(lambda: desk.done == ["record"])
        assert desk.lines[-1].endswith("is back")


@pytest.mark.parametrize(
    ("name", "there", "says"),
    [
        (ANY, [], "there is no MIDI device; there are no ports at all"),
        (ANY, ["Midi Through Port-0 14:0"], "there are Midi Through Port-0"),
        ("launch", [DEVICE], "no MIDI port is called 'launch'; there are nanoKONTROL2:nanoKONTROL2 MIDI 1;"),
    ],
)
def test_without_a_port_there_is_one_error_with_those_there_are(
    name: str, there: list[str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake_midi, "NAMES", there)
    with pytest.raises(LivestyleError) as error, Midi(name, Knobs({}, lambda _: None), lambda _: None):
        pass
    assert says in str(error.value)


def test_a_system_without_midi_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> list[str]:
        raise OSError("error creating ALSA sequencer client object.")

    monkeypatch.setattr(mido, "get_input_names", fails)
    with pytest.raises(LivestyleError, match="this system has no MIDI: error creating ALSA"):
        midi_module.ports()


def test_knobs_of_the_settings_that_can_not_be_used_are_said_and_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVESTYLE_DATA", str(tmp_path))
    good = {str(SLIDER): "blend"}
    bad = {"knob 300 on channel 1": "blend", "wheel": "blend", "knob 2 on channel 1": "quit", str(PAD): ["x"]}
    (tmp_path / "settings.json").write_text(json.dumps({"midi": {**good, **bad}, "live": {"camera": "0"}}))
    said: list[str] = []
    assert recall_knobs(Knob.parse, said.append) == {SLIDER: "blend"}
    assert len(said) == len(bad)
    remember_knobs({PAD: "record"}, said.append)
    whole = json.loads((tmp_path / "settings.json").read_text("utf-8"))
    assert whole == {"midi": {**good, **bad, str(PAD): "record"}, "live": {"camera": "0"}}
