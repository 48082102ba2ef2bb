"""A desktop without a screen, and the app on it as a user has it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, TypeVar

import cv2
import numpy as np
import pytest

from livestyle.core.frame import Pixels
from tests.ui.listening import DONE, HEARD, POINTED, SHOWN

PROGRAMS = ("Xvfb", "openbox", "xdotool", "import")
ON_THE_WAY = 4
"""Frames: one in either slot, one that is painted, one that is shown."""

ROOT = Path(__file__).parents[2]
STEADY = ("--json", "--folder", ".", "--no-governor")
"""Pictures of a test are of one size, however busy the machine is."""

T = TypeVar("T")


def wait_for(get: Callable[[], T | None], seconds: float = 90, alive: Callable[[], None] = lambda: None) -> T:
    """What `get` gives once it gives something that is true; `alive` is asked again and again."""
    limit = time.monotonic() + seconds
    while not (found := get()):
        alive()
        assert time.monotonic() < limit, f"waited {seconds} s in vain"
        time.sleep(0.05)
    return found


class Program:
    """A process of the desktop; what it says on stderr is shown where it has ended too early."""

    def __init__(self, command: Sequence[str], **how: Any) -> None:
        self._name = command[0]
        self._said, self._out = (tempfile.TemporaryFile("w+", encoding="utf-8") for _ in range(2))  # noqa: SIM115
        self._process = subprocess.Popen(command, stdout=self._out, stderr=self._said, **how)

    @property
    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> None:
        """AssertionError with its stderr where it has ended."""
        code = self._process.poll()
        assert code is None, f"{self._name} has ended with {code}:\n{_text(self._said)}"

    def end(self) -> tuple[int, str, str]:
        """Exit code, stdout and stderr, once it has ended."""
        code = self._process.wait(90)
        return code, _text(self._out), _text(self._said)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(30)


def _text(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


@contextlib.contextmanager
def desktop(lasting: bool = True) -> Iterator[dict[str, str]]:
    """Xvfb with a window manager; gives the environment for programs on it. Skips where they are missing.

    XVFB_PID in it is the server's. lasting: both must still be there in the end.
    """
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed")
    read, write = os.pipe()
    screen = ("Xvfb", "-displayfd", str(write), "-screen", "0", "800x600x24", "-noreset", "-ardelay", "60000")
    # Without -noreset it starts anew when its last client leaves, such as an early xdotool, and drops
    # an openbox that is about to connect. A key that a busy xdotool lets go of late is not repeated.
    with contextlib.ExitStack() as stack:
        server = Program(screen, pass_fds=[write])
        stack.callback(server.kill)
        os.close(write)
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        if not number:
            server.alive()
        env = {**os.environ, "DISPLAY": f":{number}", "XVFB_PID": str(server.pid)}
        manager = Program(["openbox"], env=env)
        stack.callback(manager.kill)
        yield env
        if lasting:
            manager.alive()
            server.alive()


class App(Program):
    """The live app in its own process, its window and its keyboard."""

    def __init__(self, env: dict[str, str], folder: Path, *options: str, fresh: bool = True) -> None:
        """fresh: as if it were the first start."""
        self._env = env
        self._told = folder / "told"
        self._told.mkdir()
        script = str(ROOT / "tests" / "ui" / "listening.py")
        start = [*STEADY, "--fresh"] if fresh else STEADY
        command = [sys.executable, script, *start, *options]
        super().__init__(command, cwd=folder, env={**env, "LIVESTYLE_TEST_TOLD": str(self._told)})
        self.window = self.wait_for(lambda: self._window())
        self._xdotool("windowfocus", "--sync", self.window)

    def wait_for(self, get: Callable[[], T | None]) -> T:
        """As `wait_for`; AssertionError with its stderr where it ends meanwhile."""
        return wait_for(get, alive=self.alive)

    @property
    def display(self) -> str:
        """The name of the one that its window is on."""
        return self._env["DISPLAY"]

    def key(self, name: str) -> None:
        """Press a key, and wait until the app has heard it: Qt remembers only the one pressed last."""
        before = self._lines(HEARD)
        self.press(name)
        wait_for(lambda: self._lines(HEARD) > before or self._process.poll() is not None)

    def settle(self) -> None:
        """Wait until nothing is shown any more that was on its way when this was called."""
        before = self._lines(SHOWN)
        self.wait_for(lambda: self._lines(SHOWN) > before + ON_THE_WAY)

    def press(self, name: str) -> None:
        """Without waiting until it is heard."""
        self._xdotool("key", name)

    def burst(self, *names: str) -> list[int]:
        """Press keys as fast as the quickest typist, 12 ms apart; the codes of those the app has heard."""
        before = self._lines(HEARD)
        self._xdotool("key", "--delay", "12", *names)
        wait_for(lambda: self._lines(HEARD) >= before + len(names) or self._process.poll() is not None)
        return [int(line) for line in (self._told / HEARD).read_text(encoding="utf-8").splitlines()[before:]]

    def done(self) -> list[tuple[str, str]]:
        """What it said at each key that it has done, and what is open in the window since."""
        text = (self._told / DONE).read_text(encoding="utf-8")
        return [(said, opened) for said, opened in map(json.loads, text.splitlines())]

    def mouse(self, x: int, y: int, *does: str) -> None:
        """Move to a place in the window and there do what xdotool can, such as 'click 1', once for each."""
        self._xdotool("mousemove", "--window", self.window, str(x), str(y))
        for words in does:
            before = self._lines(POINTED)
            self._xdotool(*words.split())
            self.wait_for(lambda before=before: self._lines(POINTED) > before)  # type: ignore[misc]
        self.settle()

    def resize(self, width: int, height: int) -> None:
        """As the user does by its edge."""
        self._xdotool("windowsize", self.window, str(width), str(height))

    def shot(self) -> Pixels:
        """What the window shows, uint8 BGR."""
        self.alive()
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
        self.press("alt+F4")

    def _window(self) -> str:
        """Its own: that of an app before it may still be there."""
        whose = ("--all", "--pid", str(self._process.pid), "--name", "^livestyle$")
        return self._xdotool("search", "--onlyvisible", *whose)

    def _lines(self, name: str) -> int:
        path = self._told / name
        return len(path.read_text(encoding="utf-8").splitlines()) if path.exists() else 0

    def _xdotool(self, *words: str) -> str:
        done = subprocess.run(["xdotool", *words], env=self._env, capture_output=True, encoding="utf-8")
        return done.stdout.strip().split("\n")[0]
