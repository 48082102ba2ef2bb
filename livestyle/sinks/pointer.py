"""What a mouse does in a window."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

import cv2


class Gesture(Enum):
    """One thing that is done with a mouse."""

    DOWN = auto()
    MOVE = auto()
    UP = auto()
    RIGHT = auto()
    WHEEL_UP = auto()
    WHEEL_DOWN = auto()


@dataclass(frozen=True)
class Pointer:
    """A gesture and where it was made, in pixels of the picture that is shown.

    shift: with Shift held. again: the second click of a double click
    """

    gesture: Gesture
    x: int
    y: int
    shift: bool = False
    again: bool = False


_GESTURES = {
    cv2.EVENT_LBUTTONDOWN: Gesture.DOWN,
    cv2.EVENT_LBUTTONDBLCLK: Gesture.DOWN,
    cv2.EVENT_LBUTTONUP: Gesture.UP,
    cv2.EVENT_MOUSEMOVE: Gesture.MOVE,
    cv2.EVENT_RBUTTONDOWN: Gesture.RIGHT,
    cv2.EVENT_RBUTTONDBLCLK: Gesture.RIGHT,
}


def pointer_of(event: int, x: int, y: int, flags: int) -> Pointer | None:
    """What OpenCV tells a mouse callback; None for what has no meaning here."""
    if event == cv2.EVENT_MOUSEWHEEL:  # the upper 16 bits are how far, signed
        gesture = Gesture.WHEEL_UP if flags > 0 else Gesture.WHEEL_DOWN
    elif event in _GESTURES:
        gesture = _GESTURES[event]
    else:
        return None
    again = event == cv2.EVENT_LBUTTONDBLCLK
    return Pointer(gesture, x, y, bool(flags & cv2.EVENT_FLAG_SHIFTKEY), again)
