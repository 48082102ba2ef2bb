"""The stream of a session: begun with the first picture, and again when it breaks; what is told of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from livestyle.core.closing import Closing
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame
from livestyle.core.size import Size
from livestyle.sinks.stream import StreamSink
from livestyle.sinks.stream_protocols import check_address
from livestyle.sources.microphone import Microphone
from livestyle.ui.feed import Feed

BACK_OFF_S, BACK_OFF_LIMIT_S = 1.0, 30.0
"""Before the first try to connect again; doubled for each further one that fails, up to the limit."""

NAME = "livestyle-stream"


class Streaming(Closing):
    """Sends all that is shown to a server. Used by the display thread; only `close` waits, and not long.

    It has the size of the first picture, also after it has broken. A server that is slow, hangs or is away
    holds up nobody.
    """

    def __init__(
        self, open_sink: Callable[[Size], StreamSink] | None = None, back_off_s: float = BACK_OFF_S
    ) -> None:
        """open_sink: makes one of a size that is not entered yet; None = no stream."""
        self._open_sink = open_sink
        self._first_back_off_s = self._back_off_s = back_off_s
        self._feed: Feed[StreamSink] | None = None
        self._size: Size | None = None
        self._next_try = 0.0
        self._live = False
        self._told = ""
        self._sent = self._dropped = self._connections = 0

    @property
    def wanted(self) -> bool:
        """There is a stream, be it away."""
        return self._open_sink is not None

    @property
    def badge(self) -> str:
        """What the corner of the window says: 'Streaming'; empty without a stream."""
        return ("Streaming" if self._live else "Stream away") if self._size else ""

    def add(self, frame: Frame, mirrored: bool) -> None:
        """Have a picture sent, as it was before it was `mirrored`; nobody may write into it afterwards."""
        open_sink = self._open_sink
        if open_sink is None:
            return
        size = self._size = self._size or Size.of(frame.pixels)
        if self._feed is None and time.monotonic() >= self._next_try:
            self._feed = Feed(lambda: open_sink(size), NAME)
        if self._feed is not None:
            self._feed.add(frame, mirrored)

    def news(self) -> str:
        """Tells that the stream goes out, or why not, each time that changes; empty = nothing new."""
        feed = self._feed
        if feed is None:
            return ""
        if feed.failed:
            return self._broken(feed)
        if self._live or feed.sink is None or not feed.sink.connected:
            return ""
        self._live, self._told, self._back_off_s = True, "", self._first_back_off_s
        self._connections += 1
        size = str(feed.sink.size).replace("x", "×")
        return f"Streaming to {feed.sink.name}, {size} at {feed.sink.rate:g} fps"

    def _broken(self, feed: Feed[StreamSink]) -> str:
        """Try again later; what was said last is not said again."""
        why = "it has ended"
        try:
            self._end(feed)
        except LivestyleError as error:
            why = str(error)
        self._next_try = time.monotonic() + self._back_off_s
        self._back_off_s = min(2 * self._back_off_s, BACK_OFF_LIMIT_S)
        told, self._told = self._told, why
        return "" if told == why else f"{why}; it is tried again"

    @property
    def figures(self) -> str:
        """'29.9 fps · 3 dropped · live.example/app/…'; empty without a stream."""
        feed = self._feed
        if self._size is None:
            return ""
        if feed is None or feed.sink is None or not self._live:
            return "away: it is tried again" if self._told else "connecting"
        return f"{feed.sent.recent():.1f} fps  ·  {feed.dropped} dropped  ·  {feed.sink.name}"

    def report(self) -> dict[str, Any]:
        """What the summary says of the whole run, as plain values for JSON; empty without a stream."""
        if self._size is None:
            return {}
        feed = self._feed
        sent, dropped = (feed.sent.count, feed.dropped) if feed else (0, 0)
        figures = {"size": str(self._size.even()), "connections": self._connections}
        return {"stream": {**figures, "sent": self._sent + sent, "dropped": self._dropped + dropped}}

    def close(self) -> None:
        """End it, if there is one."""
        if self._feed is not None:
            try:
                self._end(self._feed)
            except LivestyleError:
                return  # it is over anyway

    def _end(self, feed: Feed[StreamSink]) -> None:
        self._feed, self._live = None, False
        if feed.sink is not None:
            feed.sink.give_up()
        try:
            feed.finish()
        finally:
            self._sent += feed.sent.count
            self._dropped += feed.dropped


def streaming(address: str | None, rate: float, microphone: str | None) -> Streaming:
    """One to `address`; None = to nobody. LivestyleError where no stream can go there.

    microphone: as `Microphone` takes it; None = silence
    """
    if address is None:
        return Streaming()
    check_address(address)

    def open_sink(size: Size) -> StreamSink:
        ear = None if microphone is None else Microphone(microphone)
        return StreamSink(address, size, rate, ear)

    return Streaming(open_sink)
