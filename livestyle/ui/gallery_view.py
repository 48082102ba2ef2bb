"""The gallery in the window: which thumbnail is marked, and what keys and clicks ask of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import Enum, auto

from livestyle.core.size import Size
from livestyle.pipeline.gallery import Thumbnail
from livestyle.sinks.pointer import Gesture, Pointer
from livestyle.sinks.xcb_input import SHIFT_HELD
from livestyle.ui.gallery_layout import GalleryLayout, layout_of
from livestyle.ui.keys import CODES_OF

AGAIN_S = 0.4
"""How soon a second click on a thumbnail has to follow; so long the gallery stays after the first."""

DIGITS_S = 1.0
"""How soon the second digit of a number has to follow."""


class Choice(Enum):
    """What is asked of the gallery. NOTHING: heard, and done by itself; OTHER: it isn't for the gallery."""

    TAKE = auto()
    BLEND = auto()
    ADD = auto()
    MODEL = auto()
    CLOSE = auto()
    NOTHING = auto()
    OTHER = auto()


@dataclass(frozen=True)
class Offer:
    """What there is to choose from, as of now.

    models: their titles
    model:  the number of the one that paints, in `models`
    coming: the number of the one that is being prepared; None = none is
    style, second: the names of those that are on; second empty = none
    titles: of the style of each thumbnail, the longest first
    adds:   a picture can be added: behind the thumbnails there is a place for it
    about:  what each model is
    problem: why there are no thumbnails; empty = there are, or will be
    busy: what goes on, such as 'Preparing cin'; empty = nothing
    """

    thumbnails: tuple[Thumbnail, ...]
    style: str
    second: str
    models: tuple[str, ...]
    model: int
    adds: bool
    titles: tuple[tuple[str, ...], ...]
    about: tuple[str, ...] = ()
    coming: int | None = None
    problem: str = ""
    busy: str = ""

    @property
    def count(self) -> int:
        return len(self.thumbnails) + self.adds


_STEPS = {"←": (-1, 0), "→": (1, 0), "↑": (0, -1), "↓": (0, 1)}
_ENTER = (0x0D, 0x0A, 0xFF8D)


class GalleryView:
    """Opened with what there is to choose from; the style that is on is marked first."""

    def __init__(self, offer: Offer, canvas: Size) -> None:
        self.offer = offer
        self.canvas = canvas
        """size of what is shown"""
        self.mark = _place(offer)
        self.model = offer.model
        """the number of the model that was clicked last"""
        self.pointed: int | None = None
        """the number of the model under the mouse"""
        self.before = offer.style
        """the style that is on, after a click the one before it: what a blend is with"""
        self._first_row = 0
        self._digits, self._digits_until = "", 0.0
        self._clicked, self._closes_at = -1, 0.0

    def update(self, offer: Offer, canvas: Size) -> None:
        """Set anew what there is, before it is drawn; another model's style that is on is marked."""
        if offer.model != self.offer.model:
            self.mark, self.before, self._clicked = _place(offer), offer.style, -1
        if not self._closes_at:  # a second click may still blend with the one before the first
            self.before = offer.style
        self.offer, self.canvas = offer, canvas
        self.mark = min(self.mark, offer.count - 1)

    @property
    def layout(self) -> GalleryLayout:
        return layout_of(self.offer.count, self.offer.models, self.canvas)

    @property
    def first(self) -> int:
        """The number of the thumbnail at the top left; follows the mark."""
        layout, row = self.layout, self.mark // self.layout.columns
        last = max(0, -(-self.offer.count // layout.columns) - layout.rows)
        self._first_row = min(max(self._first_row, row - layout.rows + 1), row, last)
        return self._first_row * layout.columns

    @property
    def marked(self) -> str:
        """The style that is marked; empty = the place to add a picture."""
        small = self.offer.thumbnails
        return small[self.mark].style if self.mark < len(small) else ""

    @property
    def done(self) -> bool:
        """A thumbnail was clicked, and no second click followed in time."""
        return 0 < self._closes_at < time.monotonic()

    def press(self, code: int) -> Choice:
        """What a key of cv2.waitKeyEx asks."""
        key = code & 0xFFFF
        if key in _ENTER:
            return self._take(blend=bool(code & SHIFT_HELD))
        if key in CODES_OF["a"]:
            return self._take(blend=True)
        if key in CODES_OF["esc"] or key in CODES_OF["g"]:
            return Choice.CLOSE
        for name, (right, down) in _STEPS.items():
            if code in CODES_OF[name] or key in CODES_OF[name]:
                self._move(right, down)
                return Choice.NOTHING
        if chr(key) in "0123456789":
            self._number(chr(key))
            return Choice.NOTHING
        return Choice.OTHER

    def point(self, pointer: Pointer) -> Choice:
        """What the mouse asks."""
        layout = self.layout
        place = layout.tile_at(pointer.x, pointer.y)
        number = None if place is None or self.first + place >= self.offer.count else self.first + place
        if pointer.gesture in (Gesture.WHEEL_UP, Gesture.WHEEL_DOWN):
            self._move(0, 1 if pointer.gesture is Gesture.WHEEL_DOWN else -1)
        elif pointer.gesture is Gesture.MOVE and not self._closes_at:
            self.pointed = layout.model_at(pointer.x, pointer.y)
            self.mark = self.mark if number is None else number
        elif pointer.gesture is Gesture.RIGHT:
            return Choice.OTHER
        elif pointer.gesture is Gesture.DOWN:
            return self._click(layout, number, pointer)
        return Choice.NOTHING

    def _click(self, layout: GalleryLayout, number: int | None, pointer: Pointer) -> Choice:
        if pointer.again and number != self._clicked:
            return Choice.NOTHING  # the first click was another thing's
        if number is not None:
            again = number == self._clicked and (pointer.again or not self.done)
            self.mark, self._clicked = number, number
            choice = self._take(blend=again or pointer.shift)
            if choice is Choice.TAKE:
                self._closes_at = time.monotonic() + AGAIN_S
            return choice
        model = layout.model_at(pointer.x, pointer.y)
        if model is not None:
            self.model = model
            return Choice.MODEL
        return Choice.NOTHING if _between(layout, pointer) else Choice.CLOSE

    def _take(self, blend: bool) -> Choice:
        if not self.marked:
            return Choice.ADD
        return Choice.BLEND if blend and self.marked != self.before else Choice.TAKE

    def _move(self, right: int, down: int) -> None:
        """One place along the row, round its end; or one row, as far as there are any."""
        target = self.mark + right + down * self.layout.columns
        if down:
            rows = -(-self.offer.count // self.layout.columns)
            if 0 <= target // self.layout.columns < rows:
                self.mark = min(target, self.offer.count - 1)
        else:
            self.mark = target % self.offer.count

    def _number(self, digit: str) -> None:
        """Mark the style of this number, or with the digit before it of the number that they make."""
        now = time.monotonic()
        longer = self._digits + digit if now < self._digits_until else digit
        for digits in (longer, digit):
            if 1 <= int(digits) <= len(self.offer.thumbnails):
                self.mark = int(digits) - 1
                self._digits, self._digits_until = digits, now + DIGITS_S
                return


def _place(offer: Offer) -> int:
    """The number of the style that is on."""
    names = [small.style for small in offer.thumbnails]
    return names.index(offer.style) if offer.style in names else 0


def _between(layout: GalleryLayout, pointer: Pointer) -> bool:
    """Whether it is among the thumbnails, though on none."""
    first, last = layout.tiles[0], layout.tiles[-1]
    right, bottom = last.left + last.size.width, last.top + last.size.height + layout.label
    return first.left <= pointer.x < right and first.top <= pointer.y < bottom
