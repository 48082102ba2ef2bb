"""What the mouse does: a click opens the gallery, the wheel is the strength, the compare line is dragged."""

from __future__ import annotations

from livestyle.core.bars import Box
from livestyle.core.size import Size
from livestyle.model.controls import STRENGTH
from livestyle.sinks.pointer import Gesture, Pointer
from livestyle.ui.actions import Actions
from livestyle.ui.keys import Action, Key
from livestyle.ui.screen import Screen

NEAR = 40
"""The compare line is taken hold of within the picture's width divided by this."""


class Mouse:
    """Hears the mouse for a session. What lies in front gets it: picker, help, gallery, then the picture."""

    def __init__(self, screen: Screen, actions: Actions) -> None:
        self._screen = screen
        self._actions = actions
        self._pressed = self._drags = False

    def hear(self, pointer: Pointer) -> None:
        """Do what was done with the mouse asks; coordinates are those of the canvas shown last."""
        screen, gesture = self._screen, pointer.gesture
        if screen.picker is not None:
            self._actions.point_at_picker(screen.picker, pointer)
        elif gesture is Gesture.RIGHT:
            self._actions.press(Key(Action.HELP))
        elif screen.help:
            if gesture is Gesture.DOWN:
                self._actions.press(Key(Action.HELP))
        elif screen.gallery is not None:
            self._actions.point_at_gallery(screen.gallery, pointer)
        else:
            self._on_picture(pointer)

    def _on_picture(self, pointer: Pointer) -> None:
        gesture = pointer.gesture
        if gesture in (Gesture.WHEEL_UP, Gesture.WHEEL_DOWN):
            self._actions.press(Key(STRENGTH, 1 if gesture is Gesture.WHEEL_UP else -1))
        elif gesture is Gesture.DOWN:
            share = self._share(pointer)
            self._pressed = not pointer.again
            self._drags = self._screen.compare and abs(share - self._screen.split) < 1 / NEAR
        elif gesture is Gesture.MOVE and self._drags:
            self._screen.split = min(1.0, max(0.0, self._share(pointer)))
        elif gesture is Gesture.UP:
            if self._pressed and not self._drags:
                self._actions.press(Key(Action.GALLERY))
            self._pressed = self._drags = False

    def _share(self, pointer: Pointer) -> float:
        """How far to the right it is in the picture under it, 0 at the left edge, 1 at the right one."""
        painting = self._screen.painting
        if painting is None:
            return 0.0
        box = Box.of(Size.of(painting.painted.pixels), self._screen.canvas)
        share = (pointer.x - box.left) / box.size.width * self._screen.tiles.columns
        tile = min(max(0, int(share)), self._screen.tiles.columns - 1)
        return share - tile
