"""Who else is shown a live session, or turns it: a page, OSC, MIDI."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from livestyle.core.errors import LivestyleError
from livestyle.page.options import PageOptions
from livestyle.ui.buttons import BUTTONS
from livestyle.ui.guests import Guests
from livestyle.ui.remembered import recall_knobs, remember_knobs
from livestyle.ui.remote import Guest, keys

Say = Callable[[str], None]


@contextlib.contextmanager
def welcomed(page: PageOptions | None, osc: str | None, midi: str | None, say: Say) -> Iterator[Guest | None]:
    """All that is asked for, as one guest of `show`; None = nobody."""
    visits = [
        *([] if page is None else [open_page(page, say)]),
        *([] if osc is None else [open_osc(osc, say)]),
        *([] if midi is None else [open_midi(midi, say)]),
    ]
    with contextlib.ExitStack() as stack:
        guests = [stack.enter_context(visit) for visit in visits]
        yield Guests(guests) if guests else None


def open_page(where: PageOptions, say: Say) -> AbstractContextManager[Guest]:
    """A page in the browser. LivestyleError where aiohttp or aiortc is missing."""
    try:
        from livestyle.page.server import Page
    except ImportError as error:
        raise LivestyleError(f"a page needs more packages ({error}); pip install '.[page]'") from error
    return Page(where, keys(), say)


def open_osc(place: str, say: Say) -> AbstractContextManager[Guest]:
    """OSC at '[HOST:]PORT'. LivestyleError for another text, and where python-osc is missing."""
    try:
        from livestyle.remote.osc import Osc
    except ImportError as error:
        raise LivestyleError(f"OSC needs one more package ({error}); pip install '.[osc]'") from error
    return Osc(place, BUTTONS, say)


def open_midi(name: str, say: Say) -> AbstractContextManager[Guest]:
    """The MIDI port with this name in its name, or the first device. LivestyleError where mido is missing."""
    try:
        from livestyle.remote.knobs import Knob, Knobs
        from livestyle.remote.midi import Midi
    except ImportError as error:
        raise LivestyleError(f"MIDI needs more packages ({error}); pip install '.[midi]'") from error
    knobs = Knobs(recall_knobs(Knob.parse, say), lambda bound: remember_knobs(bound, say))
    return Midi(name, knobs, say)
