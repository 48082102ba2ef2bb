"""The path or the picture on the clipboard, from the program that the system has for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from livestyle.core.config import data_dir
from livestyle.core.errors import LivestyleError
from livestyle.core.output_file import make_folder, replacing

PICTURES = (
    ("wl-paste", "--type", "image/png"),
    ("xclip", "-selection", "clipboard", "-out", "-target", "image/png"),
)
TEXTS = (
    ("wl-paste", "--no-newline"),
    ("xclip", "-selection", "clipboard", "-out"),
    ("xsel", "--clipboard", "--output"),
    ("pbpaste",),
    ("powershell", "-NoProfile", "-Command", "Get-Clipboard"),
)
PNG = b"\x89PNG\r\n"
PATIENCE_S = 0.5
REMEDY = "apt install xclip (on Wayland wl-clipboard)" if sys.platform.startswith("linux") else "type it"


def pasted_path() -> Path:
    """The file that was copied, or whose path was; it need not exist. A picture is made a file first.

    LivestyleError where there is neither on the clipboard, or nothing reads it.
    """
    picture = _read(PICTURES)
    if picture is not None and picture.startswith(PNG):
        return _kept(picture)
    text = _read(TEXTS)
    if text is None:
        raise LivestyleError(f"nothing here reads the clipboard; {REMEDY}")
    return path_in(text.decode("utf-8", "replace"), "on the clipboard; copy one")


def path_in(text: str, where: str) -> Path:
    """The first path, or address of a file, in these lines. LivestyleError where there is none `where`."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    text = lines[0].strip("'\"") if lines else ""
    if text.startswith("file:"):
        text = unquote(urlsplit(text).path)
        if os.name == "nt":
            text = text.lstrip("/")
    if not text or len(text) > 4096 or "\0" in text:
        raise LivestyleError(f"there is no path and no picture {where}")
    return Path(text)


def _kept(picture: bytes) -> Path:
    """The file in the user's data folder that this picture becomes."""
    path = data_dir() / "pasted" / time.strftime("pasted-%Y%m%d-%H%M%S.png")
    make_folder(path.parent)
    with replacing(path) as part:
        part.write_bytes(picture)
    return path


def _read(programs: Sequence[tuple[str, ...]]) -> bytes | None:
    """What the first of these programs that is here gives; None where none is."""
    found = [words for words in programs if shutil.which(words[0]) and _fits(words[0])]
    if not found:
        return None
    try:
        done = subprocess.run(found[0], capture_output=True, timeout=PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LivestyleError(f"{found[0][0]} can't read the clipboard: {error}") from error
    return done.stdout


def _fits(program: str) -> bool:
    """Whether it speaks to the desktop that this is."""
    return program != "wl-paste" or bool(os.environ.get("WAYLAND_DISPLAY"))
