"""How a run ends from outside: Ctrl+C, SIGTERM, a closed terminal, a display that goes away.

A live session and a training look at a flag between two frames or steps; all else is ended by
KeyboardInterrupt. What a driver or a compiler does not give back in a moment is left behind: `leave` ends
the process without the interpreter's own end, which would wait for it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType, TracebackType
from typing import NoReturn, Self

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
)
PATIENCE = b"finishing what was begun ...\n"

AGAIN_S = 2.0
"""A second signal within so many seconds is taken for impatience and ignored."""

_own: list[bool] = []
_exit_hooks: list[Callable[[], None]] = []
_active: list[Interrupts] = []


class Interrupts:
    """In its with block one of SIGNALS raises KeyboardInterrupt, and not again within AGAIN_S.

    A second Ctrl+C therefore doesn't cut short the cleanup after the first; cleanup that takes longer
    belongs into `uninterrupted`. After `defer` no exception is raised, and the caller polls `asked`.
    A signal that is ignored from outside (nohup) stays ignored. Only the main thread is affected.
    A signal that an inner Interrupts heard counts as heard by the outer one too. A process that a library has
    forked meanwhile, as OpenVINO's telemetry does, ends by its signals as if there were no Interrupts.

    asked: the number of the first signal; 0 = none came
    """

    def __init__(self) -> None:
        self.asked = 0
        self._process = os.getpid()
        self._deferred = False
        self._shielded = 0
        self._waiting = False
        self._raised_at = -AGAIN_S
        self._before: dict[int, object] = {}
        self._terminals: list[int] = []

    def defer(self) -> None:
        """Only note signals from now on."""
        self._deferred = True

    @property
    def code(self) -> int:
        """The exit code that tells of the signal, as shells count."""
        return 128 + (self.asked or signal.SIGINT)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if os.getpid() != self._process:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        if number == getattr(signal, "SIGHUP", None):
            self._forget_terminal()
        if self.asked:
            _write(PATIENCE)
        self.asked = self.asked or number
        if self._shielded:
            self._waiting = True
        elif not self._deferred and time.monotonic() > self._raised_at + AGAIN_S:
            self._raise()

    def _raise(self) -> None:
        self._waiting, self._raised_at = False, time.monotonic()
        raise KeyboardInterrupt

    @property
    def waiting(self) -> bool:
        """A signal came inside `shield`."""
        return self._waiting

    @contextlib.contextmanager
    def shield(self) -> Iterator[None]:
        """Inside no signal raises. A first signal that came meanwhile raises at the end of the block."""
        self._shielded += 1
        try:
            yield
        finally:
            self._shielded -= 1
        if self._waiting and not self._shielded and not self._deferred and self._raised_at < 0:
            self._raise()

    def _forget_terminal(self) -> None:
        """Send the output nowhere: writing to a closed terminal would be an error."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in self._terminals:
            os.dup2(nowhere, stream)
        os.close(nowhere)

    def __enter__(self) -> Self:
        _active.append(self)
        if threading.current_thread() is threading.main_thread():
            self._terminals = [stream for stream in (1, 2) if _is_terminal(stream)]
            for number in SIGNALS:
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        self._before = {}
        _active.remove(self)
        if self.asked and _active:
            _active[-1].asked, _active[-1]._deferred = self.asked, True


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Shields what has to be finished, such as the end of a file, from the signals that Interrupts hears.

    It matters on the main thread alone; other threads are never interrupted.
    """
    with contextlib.ExitStack() as stack:
        if _active and threading.current_thread() is threading.main_thread():
            stack.enter_context(_active[-1].shield())
        yield


def interrupted() -> bool:
    """Whether a signal came inside `uninterrupted`, and will raise at its end: it is time to save."""
    return any(interrupts.waiting for interrupts in _active)


def own_process() -> None:
    """Declare that this process runs one command and ends with it; `before_exit` and `must_leave` need
    that.
    """
    _own.append(True)


def die_with_parent() -> None:
    """End this process, one that multiprocessing started, as soon as its parent is gone, however that was."""
    from multiprocessing import parent_process

    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def before_exit(act: Callable[[], None]) -> None:
    """Have `act` called when a library ends the process, as Qt does when its display goes away.

    This works only in an `own_process` and with the C library of GNU. From then on the process must end by
    `leave`, because at the interpreter's regular end the hook would run without an interpreter.
    """
    libc = ctypes.PyDLL(None) if sys.platform.startswith("linux") and _own else None
    if libc is None or not hasattr(libc, "gnu_get_libc_version"):
        return

    remove, register = (getattr(libc, f"__cxa_{name}") for name in ("finalize", "atexit"))
    renewing: list[bool] = []

    def run(_: object) -> None:
        if renewing:
            return
        try:
            act()
        finally:
            leave(1)

    hook = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(run)
    key = ctypes.cast(hook, ctypes.c_void_p)

    def renew() -> None:
        renewing.append(True)
        remove(key)  # calls it, too
        renewing.pop()
        register(hook, None, key)

    _exit_hooks.append(renew)
    renew()


def hooks_first() -> None:
    """Have what `before_exit` was given called before all else that happens at an exit.

    The newest is called first, and libraries register the end of their own data when they are loaded or
    first used: a thread that goes on in such a library meanwhile would work on what is gone. To be called
    just before what may end the process; takes microseconds.
    """
    for renew in _exit_hooks:
        renew()


def must_leave(interrupts: Interrupts) -> bool:
    """Whether an `own_process` has to end by `leave`.

    That is so after `before_exit`, when a thread hangs in a driver, and after a signal, as more may come.
    """
    stuck = any(thread.name.startswith("livestyle-") for thread in threading.enumerate())
    return bool(_own) and (bool(_exit_hooks) or stuck or bool(interrupts.asked))


def leave(code: int) -> NoReturn:
    """End the process at once, without the interpreter's cleanup; stdout and stderr are flushed."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue
    os._exit(code)


def _is_terminal(stream: int) -> bool:
    try:
        return os.isatty(stream)
    except OSError:
        return False


def _write(text: bytes) -> None:
    try:
        os.write(2, text)
    except OSError:
        return
