"""The virtual camera of a session: on and off by key, and what is told of it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from livestyle.core.closing import Closing
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame
from livestyle.sinks.virtual_camera import VirtualCameraSink
from livestyle.ui.feed import Feed


class VirtualCamera(Closing):
    """Gets all that is shown while it is on. Used by the display thread; nothing but `start` waits for long.

    A device that refuses pictures, hangs, dies or never opens holds up nobody else.
    """

    def __init__(self, open_sink: Callable[[], VirtualCameraSink] = VirtualCameraSink) -> None:
        self._open_sink = open_sink
        self._feed: Feed[VirtualCameraSink] | None = None
        self._told_open = False

    @property
    def on(self) -> bool:
        """Whether it is open or being opened."""
        return self._feed is not None

    def start(self) -> str:
        """Switch it on; gives the device and its size. LivestyleError where it does not open."""
        self._feed = Feed(self._open_sink)
        self._feed.wait()
        return self._opened() or self._end(self._feed)

    def toggle(self) -> str:
        """Switch it on or off; gives what to tell the user."""
        if self._feed is not None:
            return self._end(self._feed)
        self._feed = Feed(self._open_sink)
        return "Opening the virtual camera …"

    def add(self, frame: Frame, mirrored: bool) -> None:
        """Have a picture sent, as it was before it was `mirrored`; nobody may write into it afterwards."""
        if self._feed is not None:
            self._feed.add(frame, mirrored)

    def news(self) -> str:
        """Says once that it is open; empty = nothing new. Raises the error that ended it."""
        if self._feed is not None and self._feed.failed:
            self._end(self._feed)
        return self._opened()

    @property
    def figures(self) -> str:
        """'29.9 fps · 3 dropped · /dev/video10'; empty while it is off."""
        feed = self._feed
        if feed is None or feed.sink is None:
            return ""
        return f"{feed.sent.recent():.1f} fps  ·  {feed.dropped} dropped  ·  {feed.sink.device}"

    def report(self) -> dict[str, Any]:
        """What the summary says of it, as plain values for JSON; empty while it is off."""
        feed = self._feed
        if feed is None or feed.sink is None:
            return {}
        figures = {"device": feed.sink.device, "size": str(feed.sink.size), "sent": feed.sent.count}
        return {"virtual_camera": {**figures, "fps": round(feed.sent.mean(), 2), "dropped": feed.dropped}}

    def close(self) -> None:
        """Switch it off, if it is on."""
        with contextlib.suppress(LivestyleError):  # it is over anyway
            if self._feed is not None:
                self._end(self._feed)

    def _opened(self) -> str:
        sink = self._feed.sink if self._feed else None
        if sink is None or self._told_open:
            return ""
        self._told_open = True
        size = str(sink.size).replace("x", "×")
        return f"Virtual camera: {sink.device}, {size} at {sink.rate:g} fps"

    def _end(self, feed: Feed[VirtualCameraSink]) -> str:
        self._feed, self._told_open = None, False
        feed.finish()
        return "Virtual camera off"
