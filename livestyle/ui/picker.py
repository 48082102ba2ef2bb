"""A picture file chosen in the window: a path that is typed, and the names that fit it below."""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import Enum, auto
from pathlib import Path

from livestyle.core.config import expanded
from livestyle.core.errors import LivestyleError
from livestyle.sinks.pointer import Gesture
from livestyle.sources.images import SUFFIXES, natural_key
from livestyle.ui.previews import Previews

INSERT = 0xFF63
"""The key that pastes where Ctrl+V does not come through."""


class Move(Enum):
    """What a key does in the picker, where it types nothing."""

    UP = auto()
    DOWN = auto()
    PAGE_UP = auto()
    PAGE_DOWN = auto()
    OUT = auto()
    INTO = auto()
    ERASE = auto()
    TAKE = auto()
    CANCEL = auto()


MOVES = {
    **dict.fromkeys((0xFF52, 0xFF97, 0x260000, 0xF700), Move.UP),
    **dict.fromkeys((0xFF54, 0xFF99, 0x280000, 0xF701), Move.DOWN),
    **dict.fromkeys((0xFF55, 0xFF9A, 0x210000, 0xF72C), Move.PAGE_UP),
    **dict.fromkeys((0xFF56, 0xFF9B, 0x220000, 0xF72D), Move.PAGE_DOWN),
    **dict.fromkeys((0xFF51, 0xFF96, 0x250000, 0xF702), Move.OUT),
    **dict.fromkeys((0xFF53, 0xFF98, 0x270000, 0xF703, 0x09), Move.INTO),
    **dict.fromkeys((0x08, 0x7F), Move.ERASE),
    **dict.fromkeys((0x0D, 0x0A, 0xFF8D), Move.TAKE),
    0x1B: Move.CANCEL,
}
"""By the codes of cv2.waitKeyEx on X11 (the number pad's too), Windows and macOS."""


class Picker:
    """Where the user is in the folders, and what is typed.

    Case doesn't count. `text` is a folder that ends in '/'
    and the part of a name behind it; `names` are the pictures and folders ('name/') in that folder
    which hold this part, those that begin with it first; `names[index]` is marked.
    """

    def __init__(self, folder: Path, previews: Previews) -> None:
        self.open = True
        self.previews = previews
        self.index = 0
        self.names: tuple[str, ...] = ()
        self._folder = expanded(folder).absolute()
        self._listed: tuple[str, ...] = ()
        self._part = ""
        self._first, self._rows = 0, 1
        self._enter(self._folder)

    @property
    def text(self) -> str:
        return _as_folder(self._folder) + self._part

    @property
    def marked(self) -> Path | None:
        """The picture that is marked; None where that is a folder, or nothing."""
        name = self.names[self.index] if self.names else "/"
        return None if name.endswith("/") else self.path(name)

    def path(self, name: str) -> Path:
        return self._folder / name

    def first(self, rows: int) -> int:
        """The number of the first name that is seen, of so many; follows the mark."""
        last = max(0, len(self.names) - rows)
        self._rows = rows
        self._first = max(0, min(max(self._first, self.index - rows + 1), self.index, last))
        return self._first

    def go_to(self, path: Path) -> str:
        """Go into a folder, or to a file, whose name is typed out; gives what to tell the user.

        LivestyleError for a path that is not here.
        """
        path = expanded(path).absolute()
        folder = path if path.is_dir() else path.parent
        if not folder.is_dir():
            raise LivestyleError(f"{path} is not here; the clipboard has it")
        self._enter(folder)
        if path != folder:
            self._narrow(path.name)
        return f"Pasted {path.name}"

    def point(self, row: int | None, gesture: Gesture) -> Path | None:
        """What the mouse does on a row, from the first that is seen; gives the picture once one is chosen."""
        number = None if row is None else self._first + row
        if gesture in (Gesture.WHEEL_UP, Gesture.WHEEL_DOWN):
            self._move(1 if gesture is Gesture.WHEEL_DOWN else -1)
        elif number is not None and number < len(self.names) and gesture in (Gesture.MOVE, Gesture.DOWN):
            self.index = number
            if gesture is Gesture.DOWN:
                return self._take(self.names[number], finish=True)
        return None

    def _move(self, rows: int) -> None:
        """Up or down, as far as there are names."""
        self.index = max(0, min(self.index + rows, len(self.names) - 1))

    def press(self, code: int) -> Path | None:
        """Do what a key of cv2.waitKeyEx asks; gives the picture once one is chosen.

        `open` is false from then on, and after Esc.
        """
        move = MOVES.get(code) or MOVES.get(code & 0xFFFF)
        if move is None:
            self._type(code)
        elif move in (Move.UP, Move.DOWN):
            self.index = (self.index + (1 if move is Move.DOWN else -1)) % max(1, len(self.names))
        elif move in (Move.PAGE_UP, Move.PAGE_DOWN):
            self._move(self._rows if move is Move.PAGE_DOWN else -self._rows)
        elif move is Move.OUT or (move is Move.ERASE and not self._part):
            self._enter(self._folder.parent)
        elif move is Move.ERASE:
            self._narrow(self._part[:-1])
        elif move is Move.CANCEL:
            self.open = False
        elif self.names:
            return self._take(self.names[self.index], finish=move is Move.TAKE)
        return None

    def _take(self, name: str, finish: bool) -> Path | None:
        """Enter a folder, or choose a picture; Tab only writes its name out."""
        if name.endswith("/"):
            self._enter(self._folder / name)
        elif finish:
            self.open = False
            return self._folder / name
        else:
            self._narrow(name)
        return None

    def _type(self, code: int) -> None:
        letter = chr(code & 0xFFFF)
        if not letter.isprintable() or ord(letter) >= 0xE000:  # keys without a letter
            return
        if letter != "/":
            self._narrow(self._part + letter)
        elif not self._part:
            self._enter(Path(self._folder.anchor))
        else:
            wanted = self._part.casefold() + "/"
            found = [name for name in self._listed if name.casefold() == wanted]
            self._enter(expanded("~") if wanted == "~/" else self._folder / (found or [self._part])[0])

    def _enter(self, folder: Path) -> None:
        """Go into a folder; one that can't be read stays where it is, with nothing that fits."""
        if folder.is_dir():
            self._folder = Path(os.path.normpath(folder))
            self._listed = _listing(self._folder)
            self._narrow("")

    def _narrow(self, part: str) -> None:
        self._part, self.index, self._first = part, 0, 0
        wanted = part.casefold()
        fits = [name for name in self._listed if wanted in name.casefold()]
        self.names = tuple(sorted(fits, key=lambda name: not name.casefold().startswith(wanted)))


def neighbour(path: Path, step: int) -> Path:
    """The picture `step` places behind this one in its folder, in natural order, round and round."""
    pictures = [name for name in _listing(path.parent) if not name.endswith("/")]
    here = pictures.index(path.name) if path.name in pictures else -1
    return path.parent / pictures[(here + step) % len(pictures)] if pictures else path


def _listing(folder: Path) -> tuple[str, ...]:
    """Pictures, then folders with '/' behind them; none where the folder can't be read."""
    try:
        entries = [entry for entry in os.scandir(folder) if not entry.name.startswith(".")]
        folders = [entry.name + "/" for entry in entries if entry.is_dir()]
        pictures = [e.name for e in entries if Path(e.name).suffix.lower() in SUFFIXES and e.is_file()]
    except OSError:
        return ()
    return (*_in_order(pictures), *_in_order(folders))


def _in_order(names: Sequence[str]) -> list[str]:
    return sorted(names, key=lambda name: natural_key(Path(name)))


def _as_folder(path: Path) -> str:
    text = path.as_posix()
    return text if text.endswith("/") else text + "/"
