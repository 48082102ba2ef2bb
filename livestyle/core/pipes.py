"""Films that come from stdin and go to stdout, to and from other programs."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size

PIPE = "-"
RAW = "raw"
EXPECTED = f"{RAW}:WIDTHxHEIGHT@RATE, for example {RAW}:640x480@30"
STDIN, STDOUT = 0, 1


@dataclass(frozen=True)
class StdinFilm:
    """A film that another program writes into stdin: any container, or bare pixels of a size and rate.

    size, rate: of raw BGR24; None and 0 = a container, which says it itself
    """

    size: Size | None = None
    rate: float = 0.0

    @property
    def format(self) -> str | None:
        """FFmpeg's name for what comes; None = to be found out."""
        return "rawvideo" if self.size else None

    @property
    def options(self) -> dict[str, str]:
        """What FFmpeg has to be told of it."""
        if self.size is None:
            return {}
        return {"pixel_format": "bgr24", "video_size": str(self.size), "framerate": f"{self.rate:g}"}


def is_stdin(spec: str) -> bool:
    """Whether what a user gave as a film or a camera is stdin: '-' or 'raw:640x480@30'."""
    return spec == PIPE or spec.lower().startswith(f"{RAW}:")


def stdin_film(spec: str) -> StdinFilm | None:
    """'-' or 'raw:640x480@30' as a film on stdin; None for any other text.

    LivestyleError for raw pixels of a bad size or rate, and where stdin is a terminal.
    """
    if not is_stdin(spec):
        return None
    film = StdinFilm() if spec == PIPE else _raw(spec)
    if sys.stdin is None or os.isatty(STDIN):
        raise LivestyleError(
            f"{spec} reads a film from stdin, which is a terminal; pipe a program's output in"
        )
    return film


def _raw(spec: str) -> StdinFilm:
    match = re.fullmatch(r"([^@]+)@(\d+(?:\.\d+)?)", spec[len(RAW) + 1 :])
    if match is None or not 0 < float(match[2]) <= 1000:
        raise LivestyleError(f"bad raw film {spec!r}; expected {EXPECTED}")
    size = Size.parse(match[1])
    if size != size.paintable():
        raise LivestyleError(f"a raw film of {size} can't be painted; expected 64 to 8192 px a side")
    return StdinFilm(size, float(match[2]))


def is_stdout(path: Path) -> bool:
    """Whether what a user gave as a file to write is stdout."""
    return str(path) == PIPE


def check_stdout() -> None:
    """LivestyleError where stdout is a terminal, which shows no film."""
    if sys.stdout is None or os.isatty(STDOUT):
        raise LivestyleError(
            "- writes a film to stdout, which is a terminal; pipe it into a program or a file"
        )


class StdoutFile:
    """The stdout of this process, for the film alone: what else is written there goes to stderr then."""

    def __init__(self) -> None:
        """LivestyleError as `check_stdout`. Once in a process."""
        check_stdout()
        sys.stdout.flush()
        self._out = os.dup(STDOUT)
        os.dup2(2, STDOUT)
        if sys.platform == "win32":
            import msvcrt

            msvcrt.setmode(self._out, os.O_BINARY)

    def write(self, data: bytes) -> int:
        """All of it, however long the reader takes. LivestyleError where there is none any more."""
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(self._out, left) :]
        except BrokenPipeError as error:
            raise LivestyleError("the program that reads the film from stdout has ended") from error
        return len(data)

    def close(self) -> None:
        """Let the reader see the end."""
        if self._out >= 0:
            os.close(self._out)
            self._out = -1
