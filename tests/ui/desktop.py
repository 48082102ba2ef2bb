"""A desktop without a screen, and the app on it as a user has it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
import pytest

from livestyle.core.frame import Pixels

PROGRAMS = ("Xvfb", "openbox", "xdotool", "import")
ROOT = Path(__file__).parents[2]
T = TypeVar("T")


def wait_for(get: Callable[[], T | None], seconds: float = 90) -> T:
    """What `get` gives once it gives something that is true."""
    limit = time.monotonic() + seconds
    while not (found := get()):
        assert time.monotonic() < limit, f"waited {seconds} s in vain"
        time.sleep(0.1)
    return found


@contextlib.contextmanager
def desktop() -> Iterator[dict[str, str]]:
    """Xvfb with a window manager; gives the environment for programs on it. Skips where they are missing.

    XVFB_PID in it is the server's.
    """
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed")
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "800x600x24"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as pipe:
        display = f":{pipe.readline().strip()}"
    env = {**os.environ, "DISPLAY": display, "XVFB_PID": str(server.pid)}
    manager = subprocess.Popen(["openbox"], env=env, stderr=subprocess.DEVNULL)
    try:
        yield env
    finally:
        for process in (manager, server):
            process.terminate()
            process.wait(30)


class App:
    """`run_live.py` in its own process, its window and its keyboard."""

    def __init__(self, env: dict[str, str], folder: Path, *options: str) -> None:
        self._env = env
        self._process = subprocess.Popen(
            [sys.executable, str(ROOT / "run_live.py"), "--json", *options],
            cwd=folder,
            env=env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.window = wait_for(lambda: self._xdotool("search", "--onlyvisible", "--name", "^livestyle$"))
        self._xdotool("windowfocus", "--sync", self.window)

    def key(self, name: str) -> None:
        self.press(name)
        time.sleep(0.3)  # Qt remembers only the key pressed last

    def press(self, name: str) -> None:
        """Without waiting until it is seen."""
        self._xdotool("key", name)

    def shot(self) -> Pixels:
        """What the window shows, uint8 BGR."""
        ppm = subprocess.run(
            ["import", "-silent", "-window", self.window, "ppm:-"],
            env=self._env,
            capture_output=True,
            check=True,
        ).stdout
        pixels = cv2.imdecode(np.frombuffer(ppm, np.uint8), cv2.IMREAD_COLOR)
        assert pixels is not None
        return pixels.astype(np.uint8, copy=False)

    def close_window(self) -> None:
        self.key("alt+F4")

    def end(self) -> tuple[int, str, str]:
        """Exit code, stdout and stderr, once it has ended."""
        out, errors = self._process.communicate(timeout=90)
        return self._process.returncode, out, errors

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _xdotool(self, *words: str) -> str:
        done = subprocess.run(["xdotool", *words], env=self._env, capture_output=True, text=True, check=False)
        return done.stdout.strip().split("\n")[0]
