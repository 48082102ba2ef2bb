"""Cameras that take their time to open: the window is there meanwhile, and can be left."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.sinks.window import Window
from livestyle.sources.camera.reconnecting import draw_notice
from livestyle.sources.source import Source
from livestyle.ui.keys import Action, key_of

PATIENCE_S = 1.0
"""How long nothing is said."""

HEIGHT_PX = 480
"""Height of what is shown before there is a picture."""

TURN_S = 0.1
LEAVE_S = 0.5
LEAVING = (Action.QUIT, Action.BACK)


def enter_all(
    sources: Sequence[Source],
    names: Sequence[str],
    stack: contextlib.ExitStack,
    window: Window | None,
    say: Callable[[str], None],
) -> bool:
    """Enter the sources, one after the other, into `stack`. False where the user left before they were open.

    After PATIENCE_S `window` opens and shows what is waited for. Raises what a source raises.
    """
    pool = ThreadPoolExecutor(1, "livestyle-open")
    opening = pool.submit(lambda: [stack.enter_context(source) for source in sources])
    pool.shutdown(wait=False)
    text = ", ".join(names)
    try:
        if wait([opening], PATIENCE_S).not_done:
            say(f"waiting for {text}")
            if window is not None and not _wait_in(stack.enter_context(window), opening, text):
                _stop(sources, opening)
                return False
        opening.result()
    except BaseException:
        _stop(sources, opening)
        raise
    return True


def _wait_in(window: Window, opening: Future[list[Source]], text: str) -> bool:
    """Whether the sources were open before the user left the window."""
    began = time.monotonic()
    while not opening.done():
        window.show(notice(window, "Connecting ...", text, time.monotonic() - began))
        while (code := window.key()) >= 0:
            key = key_of(code)
            if key is not None and key.asks in LEAVING:
                return False
        if window.closed:
            return False
        wait([opening], TURN_S / 2)
    return True


def waiting_for(sources: Iterable[Source], window: Window, seconds: float) -> Pixels:
    """What a window shows of sources that have given no picture yet; see `notice`."""
    names = ", ".join(source.info.name for source in sources)
    return notice(window, "livestyle", f"waiting for {names}", seconds)


def notice(window: Window, text: str, name: str, seconds: float) -> Pixels:
    """What a window shows while it waits, in the window's shape; a wheel turns with the seconds."""
    width_px = round(HEIGHT_PX * window.size.width / window.size.height)
    return draw_notice(Size(width_px, HEIGHT_PX), text, name, round(seconds / TURN_S))


def _stop(sources: Sequence[Source], opening: Future[list[Source]]) -> None:
    for source in sources:
        source.stop()
    wait([opening], LEAVE_S)
