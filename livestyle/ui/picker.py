"""A picture file chosen in the window: a path that is typed, and the names that fit it below."""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import Enum, auto
from pathlib import Path

from livestyle.core.config import expanded
from livestyle.sources.images import SUFFIXES, natural_key


class Move(Enum):
    """What a key does in the picker, where it types nothing."""

    UP = auto()
    DOWN = auto()
    OUT = auto()
    INTO = auto()
    ERASE = auto()
    TAKE = auto()
    CANCEL = auto()


MOVES = {
    **dict.fromkeys((0xFF52, 0xFF97, 0x260000, 0xF700), Move.UP),
    **dict.fromkeys((0xFF54, 0xFF99, 0x280000, 0xF701), Move.DOWN),
    **dict.fromkeys((0xFF51, 0xFF96, 0x250000, 0xF702), Move.OUT),
    **dict.fromkeys((0xFF53, 0xFF98, 0x270000, 0xF703, 0x09), Move.INTO),
    **dict.fromkeys((0x08, 0x7F), Move.ERASE),
    **dict.fromkeys((0x0D, 0x0A, 0xFF8D), Move.TAKE),
    0x1B: Move.CANCEL,
}
"""By the codes of cv2.waitKeyEx on X11 (the number pad's too), Windows and macOS."""


class Picker:
    """Where the user is in the folders, and what is typed.

    Case doesn't count: Qt gives the window small letters only. `text` is a folder that ends in '/'
    and the part of a name behind it; `names` are the pictures and folders ('name/') in that folder
    which hold this part, those that begin with it first; `names[index]` is marked.
    """

    def __init__(self, folder: Path) -> None:
        self.open = True
        self.index = 0
        self.names: tuple[str, ...] = ()
        self._folder = expanded(folder).absolute()
        self._listed: tuple[str, ...] = ()
        self._part = ""
        self._enter(self._folder)

    @property
    def text(self) -> str:
        return _as_folder(self._folder) + self._part

    def press(self, code: int) -> Path | None:
        """Do what a key of cv2.waitKeyEx asks; gives the picture once one is chosen.

        `open` is false from then on, and after Esc.
        """
        move = MOVES.get(code) or MOVES.get(code & 0xFFFF)
        if move is None:
            self._type(code)
        elif move in (Move.UP, Move.DOWN):
            self.index = (self.index + (1 if move is Move.DOWN else -1)) % max(1, len(self.names))
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
        self._part, self.index = part, 0
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
