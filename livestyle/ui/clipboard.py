"""The text on the clipboard, from the program that the system has for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

from livestyle.core.errors import LivestyleError

PROGRAMS = (
    ("wl-paste", "--no-newline"),
    ("xclip", "-selection", "clipboard", "-out"),
    ("xsel", "--clipboard", "--output"),
    ("pbpaste",),
    ("powershell", "-NoProfile", "-Command", "Get-Clipboard"),
)
PATIENCE_S = 0.5
REMEDY = "apt install xclip (on Wayland wl-clipboard)" if sys.platform.startswith("linux") else "type it"


def pasted_path() -> Path:
    """The file that was copied, or whose path was; it need not exist.

    LivestyleError where there is no path on the clipboard, or nothing reads it.
    """
    lines = [line.strip() for line in _text().splitlines() if line.strip()]
    text = lines[0].strip("'\"") if lines else ""
    if text.startswith("file:"):
        text = unquote(urlsplit(text).path)
        if os.name == "nt":
            text = text.lstrip("/")
    if not text or len(text) > 4096 or "\0" in text:
        raise LivestyleError("there is no path on the clipboard; copy a file or its path")
    return Path(text)


def _text() -> str:
    found = [words for words in PROGRAMS if shutil.which(words[0]) and _fits(words[0])]
    if not found:
        raise LivestyleError(f"nothing here reads the clipboard; {REMEDY}")
    try:
        done = subprocess.run(found[0], capture_output=True, timeout=PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LivestyleError(f"{found[0][0]} can't read the clipboard: {error}") from error
    return done.stdout.decode("utf-8", "replace")


def _fits(program: str) -> bool:
    """Whether it speaks to the desktop that this is."""
    return program != "wl-paste" or bool(os.environ.get("WAYLAND_DISPLAY"))
