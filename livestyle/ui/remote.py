"""What somebody elsewhere, such as a page in a browser, sees of a session and may ask of it."""

from __future__ import annotations

import queue
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame, Pixels
from livestyle.model.card import StyleNote
from livestyle.model.controls import CONTROLS, Values
from livestyle.model.styles import pretty
from livestyle.pipeline.grid import AnyPipeline
from livestyle.sources.source import Source
from livestyle.ui.actions import Actions
from livestyle.ui.buttons import ALLOWED, BUTTONS, HERE
from livestyle.ui.captures import Captures
from livestyle.ui.chooser import Chooser
from livestyle.ui.keys import HELP, NAMES, Action, Key
from livestyle.ui.screen import Hud, Screen

T = TypeVar("T")


class Guest(Protocol):
    """Somebody elsewhere who is shown the picture."""

    def source(self, camera: str, open_it: Callable[[], Source]) -> Source:
        """What is painted for a camera: what `open_it` gives, or what gives its frames and others."""
        ...

    def welcome(self, remote: Remote) -> AbstractContextManager[object]:
        """Entered when there are pictures to see, and left when there are none any more."""
        ...

    def show(self, frame: Frame) -> None:
        """Take a picture. Never waits; nobody writes into its pixels any more."""
        ...


class Remote:
    """A session as its guests have it.

    Any thread may call `ask`; all else is done on the display thread, which does it in `work`.
    """

    def __init__(
        self,
        pipeline: AnyPipeline,
        actions: Actions,
        chooser: Chooser,
        captures: Captures,
        screen: Screen,
        hud: Hud,
    ) -> None:
        self._pipeline = pipeline
        self._actions = actions
        self._chooser = chooser
        self._captures = captures
        self._screen = screen
        self._hud = hud
        self._asked: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def ask(self, act: Callable[[], T]) -> Future[T]:
        """Have something done on the display thread, a few milliseconds from now."""
        future: Future[T] = Future()

        def done() -> None:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(act())
                except BaseException as error:
                    future.set_exception(error)

        self._asked.put(done)
        return future

    def work(self) -> None:
        """Do what was asked since the last call."""
        for _ in range(self._asked.qsize()):
            self._asked.get()()

    def state(self) -> dict[str, Any]:
        """All that a guest shows beside the picture and that may change, as plain values for JSON."""
        look, model = self._pipeline.look, self._chooser.model
        notes = {note.name: note for note in model.card.styles}
        recording = self._captures.recording
        return {
            "model": model.card.name,
            "models": [
                {
                    "name": other.card.name,
                    "about": self._chooser.models.about(number),
                    "takes_pictures": other.card.encoder is not None,
                }
                for number, other in enumerate(self._chooser.models.all)
            ],
            "takes_pictures": model.card.encoder is not None,
            "styles": [_style(name, notes.get(name)) for name in look.bank.names],
            "values": {control.name: getattr(look, control.name) for control in CONTROLS},
            "busy": self._screen.busy,
            "said": {"number": self._screen.toasts, "text": self._screen.said},
            "compare": self._screen.compare,
            "recording": recording is not None,
            "recorded_so_far": recording.clock if recording else "",
            "recorded": self._captures.finished.name if self._captures.finished else "",
            "camera": self._pipeline.source.name,
            "cameras": len(self._pipeline.lanes),
        }

    def thumbnails(self) -> dict[str, Pixels]:
        """The camera small in every style, as far as painted; a few more are painted of the newest frame."""
        painting = self._screen.painting
        if painting is not None and not painting.original.notice:
            self._chooser.gallery.show(self._screen.tiles.chosen(painting.original.pixels))
        found = self._chooser.gallery.thumbnails
        return {thumbnail.style: thumbnail.pixels for thumbnail in found if thumbnail.pixels is not None}

    def figures(self) -> Sequence[Sequence[str]]:
        """Label and value of every figure, as of now."""
        return self._hud.rows()

    @property
    def recorded(self) -> Path | None:
        """The file that was recorded last."""
        return self._captures.finished

    def set(self, values: Values, show: bool = False) -> None:
        """Set controls by name. LivestyleError for a bad value, or one that isn't there.

        show: say on the screen how far they are now
        """
        turned = [control for control in CONTROLS if control.name in values]
        for control in turned:
            control.check(values[control.name])
        self._pipeline.look.set_controls(values)
        for control in turned:
            self._actions.learning.note(Key(control, 1))
            if show:
                self._actions.show(control)

    def press(self, key: str) -> None:
        """Do what a key of the window does, by its name. LivestyleError for one that is not a guest's."""
        found = NAMES.get(key)
        if found is None or (isinstance(found.asks, Action) and found.asks not in ALLOWED):
            raise LivestyleError(f"there is no key {key[:20]!r} for guests")
        self._actions.press(found)

    def do(self, button: str) -> None:
        """Do what a button does, by its name in BUTTONS. LivestyleError for one that isn't there."""
        if button not in BUTTONS:
            raise LivestyleError(f"there is no button {button[:40]!r}")
        self._actions.press(NAMES[BUTTONS[button]])

    @property
    def learning(self) -> tuple[str, str] | None:
        """What the next knob is to be for, see Learning.wanted; None = nothing."""
        return self._actions.learning.wanted if self._actions.learning.on else None

    def offer_learning(self) -> None:
        """There are knobs that may learn."""
        self._actions.learning.possible = True

    def learned(self) -> None:
        """A knob knows what it is for."""
        self._actions.learning.on = False

    def tell(self, line: str) -> None:
        """Show a line on the screen for a moment."""
        self._screen.toast(line)

    def turn_to(self, model: str) -> None:
        """Prepare another model. LivestyleError for one that isn't here."""
        self._screen.toast(self._chooser.models.choose_named(model))

    def add_style(self, name: str, picture: Pixels) -> None:
        """Begin to make a style of a picture, uint8 BGR; it is kept. LivestyleError as Chooser.add."""
        self._screen.toast(self._chooser.add_picture(name, picture))


def keys() -> list[dict[str, Any]]:
    """The keys that a guest has beside those of the controls, for JSON: names, what they do, and where.

    here: what the guest does itself; empty = `Remote.press` does it
    """
    return [
        {"keys": list(line.keys), "does": line.does, "here": action.name.lower() if action in HERE else ""}
        for column in HELP
        for line in column
        for action in line.actions[:1]
        if action in HERE | ALLOWED
    ]


def _style(name: str, note: StyleNote | None) -> dict[str, str]:
    """A style: what it is called, shortly and in full, and whose it is: 'Kiss', 'The Kiss', 'Klimt, 1907'."""
    about = ", ".join(part for part in (note.artist, note.year) if part) if note else ""
    title = note.title if note and note.title else pretty(name)
    short = note.titles[-1] if note else title
    return {"name": name, "short": short, "title": title, "about": about}
