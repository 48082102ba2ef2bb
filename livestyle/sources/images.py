"""One picture, or a folder of them."""

from __future__ import annotations

import re
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame, Pixels
from livestyle.core.size import Size
from livestyle.sources.picture import load_photo
from livestyle.sources.source import SourceInfo

SUFFIXES = frozenset(
    f".{kind}"
    for kind in (
        *("avif", "bmp", "dib", "jfif", "jp2", "jpe", "jpeg", "jpg"),
        *("pbm", "pgm", "png", "pnm", "ppm", "tif", "tiff", "webp"),
    )
)
"""What is taken for a picture when a folder is read."""


def load_image(path: Path) -> Pixels:
    """A picture file as uint8 BGR (H, W, 3), turned upright as its EXIF says; errors as of `load_photo`."""
    return load_photo(path).pixels


def load_style_image(path: Path) -> tuple[str, Pixels]:
    """A painting to be a style: the name of its file, and its pixels as `load_image` gives them."""
    return path.stem, load_image(path)


def natural_key(path: Path) -> tuple[list[tuple[int, int | str]], str]:
    """Sorts 'shot2.png' before 'shot10.png', whatever the case."""
    parts = re.findall(r"\d+|\D+", path.name.casefold())
    return [(0, int(p)) if p.isdecimal() else (1, p) for p in parts], path.name


class ImagesSource:
    """A picture file, or a folder's in natural order; files that can't be read are skipped and counted.

    Frame.index is the place of its file in `paths`, so that a gap is a file that was skipped.
    Entering raises LivestyleError where there is no picture that can be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.paths: tuple[Path, ...] = ()
        self.damaged = 0
        self._next = 0
        self._stopped = False
        self._first: Frame | None = None
        self._info: SourceInfo | None = None

    @property
    def info(self) -> SourceInfo:
        if self._info is None:
            raise LivestyleError(f"{self._path} is not open; use it in a with block")
        return self._info

    def read(self) -> Frame | None:
        if self._stopped:
            return None
        if self._first is not None:
            frame, self._first = self._first, None
            return frame
        while self._next < len(self.paths):
            index, self._next = self._next, self._next + 1
            try:
                return Frame(load_image(self.paths[index]), index, time.monotonic_ns())
            except LivestyleError:
                self.damaged += 1
        return None

    def stop(self) -> None:
        self._stopped = True

    def __enter__(self) -> Self:
        self._next, self.damaged, self._stopped = 0, 0, False
        self.paths = self._list()
        if len(self.paths) == 1:
            self._first, self._next = Frame(load_image(self.paths[0]), 0, time.monotonic_ns()), 1
        else:
            self._first = self.read()
        if self._first is None:
            raise LivestyleError(f"none of the {len(self.paths)} pictures in {self._path} can be read")
        kind = self.paths[self._first.index].suffix[1:].lower()
        size = Size.of(self._first.pixels)
        self._info = SourceInfo(self._path.name, size, None, kind, live=False, frames=len(self.paths))
        return self

    def _list(self) -> tuple[Path, ...]:
        if self._path.is_file():
            return (self._path,)
        if not self._path.is_dir():
            raise LivestyleError(f"{self._path} does not exist; expected a picture or a folder of pictures")
        files = (p for p in self._path.iterdir() if p.is_file() and not p.name.startswith("."))
        pictures = sorted((p for p in files if p.suffix.lower() in SUFFIXES), key=natural_key)
        if not pictures:
            raise LivestyleError(f"{self._path} holds no picture; expected {', '.join(sorted(SUFFIXES))}")
        return tuple(pictures)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._first, self._next = None, len(self.paths)
