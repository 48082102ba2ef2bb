"""OpenVINO's cache of compiled models, with a hash beside each: OpenVINO itself would load a damaged one."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from livestyle.core.config import cache_dir
from livestyle.core.errors import LivestyleError
from livestyle.core.output_file import write_text
from livestyle.core.parts import locked
from livestyle.model.card import file_sha256

SUFFIX = ".sha256"
LOCK = "compiling.lock"

_ONE_AT_A_TIME = threading.RLock()
"""OpenVINO reads and writes its cache in the C locale, which is the whole process's, and then puts back what
it found. Two threads at once would leave the process in the C locale: all text would be ASCII from then on.
"""


@contextlib.contextmanager
def cached(name: str) -> Iterator[dict[str, str]]:
    """Gives the settings for a compile_model inside the block, which say where the model is cached.

    name: says the model and all that it is compiled for. Cached files are checked before the block, and new
    ones get their hash after it. The settings are empty if the folder can't be written, or if another run
    is compiling the same model right now: OpenVINO would read what that one has half written.
    """
    with contextlib.ExitStack() as stack:
        folder = cache_dir() / "openvino" / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            mine = os.access(folder, os.W_OK) and stack.enter_context(locked(folder / LOCK))
            if mine:
                _remove_damaged(folder)
        except OSError:
            mine = False
        with _ONE_AT_A_TIME if mine else contextlib.nullcontext():
            yield {"CACHE_DIR": str(folder)} if mine else {}
        if mine:
            with contextlib.suppress(OSError, LivestyleError):  # the next start compiles again
                _note_hashes(folder)


def _remove_damaged(folder: Path) -> None:
    for blob in _blobs(folder):
        note = blob.with_name(blob.name + SUFFIX)
        if not note.is_file() or note.read_text("utf-8", errors="replace") != file_sha256(blob):
            blob.unlink(missing_ok=True)
            note.unlink(missing_ok=True)


def _note_hashes(folder: Path) -> None:
    for blob in _blobs(folder):
        note = blob.with_name(blob.name + SUFFIX)
        if not note.exists():
            write_text(note, file_sha256(blob))


def _blobs(folder: Path) -> list[Path]:
    return [
        path
        for path in folder.iterdir()
        if path.is_file() and path.suffix not in (SUFFIX, ".part") and path.name != LOCK
    ]
