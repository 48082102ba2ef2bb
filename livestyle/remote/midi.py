"""MIDI: knobs and pads of devices, by mido and the backend it finds, which is RtMidi."""

from __future__ import annotations

import queue
import re
import time
from collections.abc import Callable
from typing import Any, Self

import mido

from livestyle.core.errors import LivestyleError
from livestyle.remote.controller import Controller
from livestyle.remote.knobs import Knob, KnobDesk, KnobMove, Knobs

ANY = ""
THROUGH = "midi through"
"""Linux' own port, which no device is at."""

LOOK_S = 1.0
"""How often it is looked whether the device is there."""

WAIT_S = 0.1
WAITING = 1024
"""Messages; more are dropped until the session has done these."""


class Midi(Controller[KnobDesk]):
    """Hears a port from entering on. Entering raises LivestyleError where none fits."""

    def __init__(self, name: str, knobs: Knobs, say: Callable[[str], None]) -> None:
        """name: a part of the port's; ANY = the first device there is. say: told which, and when it goes."""
        super().__init__("midi")
        self._name = name
        self._knobs = knobs
        self._say = say
        self._port: Any = None
        self._moves: queue.Queue[KnobMove] = queue.Queue(WAITING)

    def __enter__(self) -> Self:
        names = ports()
        found = _first(self._name, names)
        if found is None:
            wanted = f"no MIDI port is called {self._name!r}" if self._name else "there is no MIDI device"
            there = f"there are {', '.join(map(_plain, names))}" if names else "there are no ports at all"
            raise LivestyleError(f"{wanted}; {there}; connect one, or name one: --midi NAME")
        self._open(found)
        self._name = _plain(found)
        self._say(f"midi    {self._name}")
        return self

    def close(self) -> None:
        if self._port is not None:
            self._port.close()
            self._port = None

    def _open(self, name: str) -> None:
        try:
            self._port = mido.open_input(name, callback=self._hear)
        except OSError as error:
            raise LivestyleError(f"the MIDI port {_plain(name)} does not open: {error}") from error

    def _hear(self, message: Any) -> None:
        """On the backend's thread."""
        move = _move(message)
        if move is not None and not self._moves.full():
            self._moves.put(move)

    def _run(self, desk: KnobDesk) -> None:
        self._asked(desk, desk.offer_learning)
        looked_at = time.monotonic()
        while not self._over.is_set():
            moves = self._waiting()
            if moves:
                self._asked(desk, lambda moves=moves: self._knobs.do(desk, moves))  # type: ignore[misc]
            if time.monotonic() > looked_at + LOOK_S:
                self._look(desk)
                looked_at = time.monotonic()

    def _waiting(self) -> list[KnobMove]:
        """The moves that came, in order; waits a moment where none has come."""
        try:
            moves = [self._moves.get(timeout=WAIT_S)]
        except queue.Empty:
            return []
        return [*moves, *(self._moves.get() for _ in range(self._moves.qsize()))]

    def _look(self, desk: KnobDesk) -> None:
        """Let go of a device that is gone, and take it up again when it is back."""
        try:
            names = ports()
        except LivestyleError:  # the system's MIDI has gone as a whole
            names = []
        found = _first(self._name, names)
        if found is None and self._port is not None:
            self.close()
            self._tell(desk, f"{self._name} is gone; it is taken up again when it is back")
        elif found is not None and self._port is None:
            try:
                self._open(found)
            except LivestyleError:
                return  # not yet; in a second again
            self._tell(desk, f"{self._name} is back")

    def _tell(self, desk: KnobDesk, line: str) -> None:
        self._say(f"midi    {line}")
        self._asked(desk, lambda: desk.tell(line))


def ports() -> list[str]:
    """The names of the ports that can be heard. LivestyleError where there is no MIDI."""
    try:
        return list(mido.get_input_names())
    except ImportError as error:
        raise LivestyleError(f"MIDI needs more packages ({error}); pip install '.[midi]'") from error
    except OSError as error:
        raise LivestyleError(f"this system has no MIDI: {str(error).rstrip('.')}") from error


def _first(name: str, names: list[str]) -> str | None:
    """The first port whose name has `name` in it; with ANY, of a device."""
    wanted = name.casefold()
    fits = [n for n in names if (wanted in n.casefold() if name else THROUGH not in n.casefold())]
    return fits[0] if fits else None


def _plain(name: str) -> str:
    """Without the numbers that ALSA gives anew each time a device is connected."""
    return re.sub(r" \d+:\d+$", "", name)


def _move(message: Any) -> KnobMove | None:
    """What a message of mido says of a knob or a pad; None for all others. Letting go of a pad is nothing."""
    if message.type == "control_change":
        return KnobMove(Knob(message.control, message.channel + 1), message.value)
    if message.type == "note_on" and message.velocity:
        return KnobMove(Knob(message.note, message.channel + 1, pad=True), message.velocity)
    return None
